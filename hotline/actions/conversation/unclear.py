"""A text that cannot be read as a rating or a request: asked about once, kept as a comment, or left to a person."""

import re
from datetime import timedelta

from sqlalchemy import Select, func, select

from hotline.actions.case_history import CITIZEN, add_event, case_of
from hotline.actions.conversation.matters import Matters
from hotline.actions.conversation.meaning import Meant
from hotline.actions.conversation.rated import link, which
from hotline.actions.conversation.talk import UNKNOWN_AGAIN_AFTER, Talk
from hotline.actions.rate import Added, add_to_rating, has_room
from hotline.actions.reviews import add_review
from hotline.rules.replies import Action, Reply
from hotline.rules.scale import is_bad
from hotline.tables import InboundText, Invitation, Rating, ReviewItem
from hotline.tables.replies import Why
from hotline.tables.service import RatingState

COMMENT = "comment"  # the rule of a rating that free words were added to
_VERDICT = re.compile("[差中]评")  # a score in the words of the market, and of no sure number of stars
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 2
_MOST_COMMENTS = 5  # added to one rating
_MOST_LEFT = 5  # to a person, of one number in a day
_DAY = timedelta(days=1)
ECHO = "echo"  # the parser's rule for our own words sent back
# Rules of the parser by which a text is neither a rating nor anybody's words.
_NOT_WORDS = frozenset({"injection", "verification-code", "empty"})
# Rules by which the words hold scores, but not one that is sure: as a comment they are kept, and a person reads them.
HOLDS_SCORES = frozenset(
    ["several-ratings", "score-or-key", "score-not-given", "not-1-to-5", "digit-against-words", "rating-and-request"]
)


def unclear(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    """Answer a text that is about one open invitation, about an earlier rating, or about nothing that is known."""
    rating = meant.rating
    if rating is None and all(matters.is_late(one.record_id) for one in matters.asked):
        rating = next(iter(matters.earlier), None)
    if rating is not None and rating.state is RatingState.ACTIVE and is_comment(talk.words(), reply):
        return None if is_machine(talk, reply) else comment(talk, rating, reply)
    if meant.invitation is not None:
        return clarify(talk, meant.invitation)
    if talk.last_language() is None:
        if is_comment(talk.words(), reply):
            leave_a_few(talk)
        return talk.say_once("unknown_number", UNKNOWN_AGAIN_AFTER)
    leave_a_few(talk)
    return None


def is_machine(talk: Talk, reply: Reply) -> bool:
    """An answering machine sends our words back, or the same ones again."""
    again = (
        select(InboundText.id)
        .where(InboundText.phone_lookup == talk.number, InboundText.id != talk.kept.id)
        .where(InboundText.received_at > talk.now - _DAY, InboundText.body == talk.kept.body)
    )
    return reply.rule == ECHO or talk.session.scalar(again.limit(1)) is not None


def clarify(talk: Talk, invitation: Invitation) -> str | None:
    """Ask once what was meant, and let a person read it if nothing clearer comes; the second time, at once."""
    talk.kept.invitation_id = invitation.id
    if invitation.clarified or talk.is_muted:
        leave(talk)
        return None
    invitation.clarified = True
    leave(talk, timedelta(hours=talk.policy.invitation.review_hours))
    script, language = talk.script_of(invitation), talk.language(invitation)
    return talk.say(script, "clarify", language, **which(talk, invitation.record, script, language))


def leave(talk: Talk, waits: timedelta = timedelta(0), why: Why = Why.UNCLEAR) -> None:
    """A person reads the text, unless the citizen says it more clearly until then."""
    add_review(talk.session, talk.kept, why, talk.now + waits, talk.now)


def leave_a_few(talk: Talk) -> None:
    """A person reads the text; of one number, only so many a day, because it may be a machine."""
    today = (
        select(func.count())
        .select_from(ReviewItem)
        .join(InboundText, InboundText.id == ReviewItem.text_id)
        .where(InboundText.phone_lookup == talk.number, ReviewItem.created_at > talk.now - _DAY)
    )
    if (talk.session.scalar(today) or 0) < _MOST_LEFT:
        leave(talk)


def is_comment(words: str, reply: Reply) -> bool:
    """Are these somebody's own words, be they praise or blame, and no code, command or sign?"""
    is_read = reply.action is not Action.CLARIFY or reply.rule not in _NOT_WORDS
    return is_read and len(_LETTER.findall(words)) >= _FEWEST_LETTERS


def comment(talk: Talk, rating: Rating, reply: Reply) -> str | None:
    """Add the words to that rating, whose case is told; said once a record, and then kept in silence.

    What is too much for one rating is for a person to read.
    """
    added_before = talk.session.scalar(select(func.count()).select_from(_comments(rating).subquery())) or 0
    words = talk.masked(talk.words())
    link(talk, rating.record_id)
    if added_before >= _MOST_COMMENTS or not has_room(rating, words):
        leave_a_few(talk)
        return None
    added = add_to_rating(talk.session, rating.record_id, Added(COMMENT, comment=words), talk.now)
    if added is None or reply.rule in HOLDS_SCORES or (not is_bad(rating.stars) and _VERDICT.search(words or "")):
        leave(talk)
    if added is not None and (case := case_of(talk.session, added)) is not None:
        add_event(talk.session, case, CITIZEN, "comment_added", talk.now, note=words)
    if added is None or added_before:
        return None
    return talk.say(talk.script_of(added), "comment_kept", talk.language(added.record))


def _comments(rating: Rating) -> Select[int]:
    return select(Rating.id).where(Rating.record_id == rating.record_id, Rating.rule == COMMENT)
