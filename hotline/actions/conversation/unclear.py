"""A text that cannot be read as a rating or a request: asked about once, kept as a comment, or left to a person."""

import re
from datetime import timedelta

from sqlalchemy import Select, select

from hotline.actions.casework import CITIZEN, add_event, case_of
from hotline.actions.conversation.meaning import Matters, Meant
from hotline.actions.conversation.rated import link
from hotline.actions.conversation.talk import UNKNOWN_AGAIN_AFTER, Talk
from hotline.actions.rate import Added, add_to_rating
from hotline.actions.reviews import add_review
from hotline.rules.replies import Action, Reply
from hotline.tables import Invitation, Rating
from hotline.tables.replies import Why
from hotline.tables.service import RatingState

COMMENT = "comment"  # the rule of a rating that free words were added to
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 2
# Rules of the parser by which a text is neither a rating nor anybody's words.
_NOT_WORDS = frozenset({"injection", "verification-code", "empty"})
# Rules by which the words hold scores, but not one that is sure: as a comment they are kept, and a person reads them.
_HOLDS_SCORES = frozenset(
    ["several-ratings", "score-or-key", "score-not-given", "not-1-to-5", "digit-against-words", "rating-and-request"]
)


def unclear(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    """Answer a text that is about one open invitation, about an earlier rating, or about nothing that is known."""
    rating = meant.rating
    if rating is None and (not matters.asked or matters.is_late):
        rating = next(iter(matters.earlier), None)
    if rating is not None and rating.state is RatingState.ACTIVE and is_comment(words_of(talk), reply):
        return comment(talk, rating, reply)
    if meant.invitation is not None:
        return clarify(talk, meant.invitation)
    if talk.last_language() is None:
        return talk.say_once("unknown_number", UNKNOWN_AGAIN_AFTER)
    leave(talk)
    return None


def clarify(talk: Talk, invitation: Invitation) -> str | None:
    """Ask once what was meant, and let a person read it if nothing clearer comes; the second time, at once."""
    talk.kept.invitation_id = invitation.id
    if invitation.clarified or talk.is_muted:
        leave(talk)
        return None
    invitation.clarified = True
    leave(talk, timedelta(hours=talk.policy.invitation.review_hours))
    return talk.say(talk.script_of(invitation), "clarify", talk.language(invitation))


def leave(talk: Talk, waits: timedelta = timedelta(0), why: Why = Why.UNCLEAR) -> None:
    """A person reads the text, unless the citizen says it more clearly until then."""
    add_review(talk.session, talk.kept, why, talk.now + waits, talk.now)


def is_comment(words: str, reply: Reply) -> bool:
    """Are these somebody's own words, be they praise or blame, and no code, command or sign?"""
    is_read = reply.action is not Action.CLARIFY or reply.rule not in _NOT_WORDS
    return is_read and len(_LETTER.findall(words)) >= _FEWEST_LETTERS


def words_of(talk: Talk) -> str:
    """The text without the code of the record it is about."""
    return talk.text.body[talk.kept.read_from :].strip()


def comment(talk: Talk, rating: Rating, reply: Reply) -> str | None:
    """Add the words to that rating, whose case is told; said once a record, and then kept in silence."""
    is_first = talk.session.scalar(_comments(rating).limit(1)) is None
    words = talk.masked(words_of(talk))
    link(talk, rating.record_id)
    added = add_to_rating(talk.session, rating.record_id, Added(COMMENT, comment=words), talk.now)
    if added is None or reply.rule in _HOLDS_SCORES:
        leave(talk)
    if added is not None and (case := case_of(talk.session, added)) is not None:
        add_event(talk.session, case, CITIZEN, "comment_added", talk.now, note=words)
    if added is None or not is_first:
        return None
    return talk.say(talk.script_of(added), "comment_kept", talk.language(added.record))


def _comments(rating: Rating) -> Select[int]:
    return select(Rating.id).where(Rating.record_id == rating.record_id, Rating.rule == COMMENT)
