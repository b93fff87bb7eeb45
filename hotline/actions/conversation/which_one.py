"""Several services wait for an answer: which of them is meant? Asked once, as a short numbered list."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select

from hotline.actions.conversation.matters import Matters, coded
from hotline.actions.conversation.questions import WHICH_WAITS, ask_which, await_score
from hotline.actions.conversation.rated import link, which
from hotline.actions.conversation.talk import Talk
from hotline.actions.conversation.unclear import clarify, leave
from hotline.rules.matching import code_of, shortened
from hotline.rules.replies import Action, Reply
from hotline.rules.reply_entries import FIRST_ENTRY
from hotline.rules.script import Script
from hotline.tables import InboundText, Invitation, Question, Rating
from hotline.tables.replies import QuestionKind, Why

SEVERAL = "several-services"  # the rule of a text that names more than one
_MOST_LISTED = 5
_LONGEST_NAME = 12  # characters of an item in the list
_LONGEST_LABEL = 12


def ask(talk: Talk, matters: Matters, reply: Reply) -> str | None:
    """Ask which one `reply` is about. A rating waits for the answer; a person reads the text if none comes."""
    script, is_one_scale = talk.common_script(matters.asked)
    language = talk.language(matters.asked[-1])
    waits = timedelta(hours=talk.policy.invitation.review_hours)
    is_rating = reply.action is Action.RATE
    why = Why.WHICH_ONE if is_rating or reply.rule == SEVERAL else Why.UNCLEAR
    if talk.is_muted or (not is_rating and all(invitation.clarified for invitation in matters.asked)):
        leave(talk, why=why)
        return None
    leave(talk, waits, why)
    for invitation in matters.asked:
        invitation.clarified = True
    listed = matters.asked[-_MOST_LISTED:]
    ask_which(talk, [invitation.id for invitation in listed], talk.kept if is_rating else None)
    count = len(matters.asked)
    facts: dict[str, object] = {"count": count, "list": _list(listed, script, language, count)}
    if not is_rating:
        return talk.say(script, "which_one_and_score", language, **facts)
    words = shortened(talk.kept.body.strip(), _LONGEST_LABEL, language)
    label = script.label(reply.stars or 0, language) if is_one_scale else words
    return talk.say(script, "which_one", language, label=label, **facts)


def ask_each(talk: Talk, matters: Matters, names: Iterable[int]) -> str | None:
    """The text names several: each has to be rated by itself, and none takes the score that stands in it.

    If one of them does not wait for a rating any more, a person reads the text; it is in doubt until that one is clear.
    """
    reply = Reply(Action.CLARIFY, None, None, SEVERAL)
    talk.kept.action, talk.kept.stars, talk.kept.rule = reply.action, reply.stars, reply.rule
    asked = {one.record_id for one in matters.asked}
    if rated_already := sorted(set(names) - asked):
        link(talk, rated_already[0])
        leave(talk, why=Why.WHICH_ONE)
        return None
    return ask(talk, matters, reply)


def _list(listed: Sequence[Invitation], script: Script, language: str, count: int) -> str:
    all_coded = [coded(one.id, one.record) for one in listed]
    no_item = script.say("no_item", language)
    entries = [
        script.say(
            "which_one_entry",
            language,
            number=FIRST_ENTRY + place,
            item=shortened(one.record.item_name or no_item, _LONGEST_NAME, language),
            code=code_of(all_coded[place], all_coded),
        )
        for place, one in enumerate(listed)
    ]
    is_chinese = language.startswith("zh")
    more = ("……" if is_chinese else "...") if count > len(listed) else ""
    return ("；" if is_chinese else "; ").join(entries) + more


def ask_score(talk: Talk, invitation: Invitation) -> str | None:
    """Only the score is missing: the next text, if it is one, is about this invitation."""
    if not talk.is_muted:
        invitation.clarified = _is_only_score_missing(talk, invitation)
    await_score(talk, invitation.id)
    return clarify(talk, invitation)


def _is_only_score_missing(talk: Talk, invitation: Invitation) -> bool:
    """Has the score been asked for already, once they had named this invitation?"""
    asked = select(Question.facts).where(Question.phone_lookup == talk.number, Question.kind == QuestionKind.WHICH_ONE)
    return any(facts["invitations"] == [invitation.id] for facts in talk.session.scalars(asked))


def ask_again(talk: Talk, rating: Rating) -> str | None:
    """They say that they mistyped, and not what they meant: how to rate is said once, and the next score is of that."""
    link(talk, rating.record_id)
    await_score(talk, talk.kept.invitation_id)
    if talk.is_muted or _was_asked_again(talk):
        return None
    script, language = talk.script_of(rating), talk.language(rating.record)
    return talk.say(script, "clarify", language, **which(talk, rating.record, script, language))


def _was_asked_again(talk: Talk) -> bool:
    asked = (
        select(InboundText.id)
        .where(InboundText.phone_lookup == talk.number, InboundText.received_at > talk.now - WHICH_WAITS)
        .where(InboundText.rule == talk.kept.rule, InboundText.answer.is_not(None))
    )
    return talk.session.scalar(asked.limit(1)) is not None
