"""A rating given by text: recorded, thanked for, and, when it is a bad one, its reasons asked for once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from hotline.actions.conversation.matters import Matters, coded
from hotline.actions.conversation.questions import ask_question, open_question
from hotline.actions.conversation.talk import Talk
from hotline.actions.rate import LATE, Given, rate
from hotline.actions.reviews import settle
from hotline.rules.matching import code_of
from hotline.rules.reasons import REASONS, Reason
from hotline.rules.replies import Reply
from hotline.rules.scale import is_bad
from hotline.rules.script import Channel, Script
from hotline.rules.sentences import beside
from hotline.tables import InboundText, Invitation, Question, Rating, ServiceRecord
from hotline.tables.replies import QuestionKind, Why

_RECENT = timedelta(days=30)
_MOST_OTHERS = 20  # whose numbers the code must not end like
NO_OTHER = {"about": "", "coded": ""}
_MOST_QUESTIONS = 2  # for reasons, about one record: the first, and one more if the stars came to have other reasons


@dataclass(frozen=True, slots=True)
class Answer:
    """What rates a record: the reading, the text that holds it, and the script whose scale it was read by."""

    reply: Reply
    text: InboundText
    script: Script


def take(talk: Talk, matters: Matters, record: ServiceRecord, answer: Answer) -> str:
    """Record the rating of that record, and thank for it; whatever of it waited for a person need not any more."""
    waiting = [*matters.asked, *matters.late, *matters.queued]
    asked = next((one for one in waiting if one.record_id == record.id), None)
    earlier = matters.rating_of(record.id)
    assert answer.reply.stars is not None
    given = Given(
        stars=answer.reply.stars,
        channel=Channel.SMS,
        raw=answer.text.body,
        scale=answer.script.scale,
        script=answer.script.id,
        rule=answer.reply.rule,
        comment=talk.masked(answer.reply.comment),
        flags=(LATE,) if matters.is_late(record.id) or (earlier is not None and LATE in earlier.flags) else (),
    )
    link(talk, record.id)
    rating = rate(talk.session, record.id, given, talk.policy, talk.now)
    settle_about(talk, record.id, (Why.UNCLEAR, Why.WHICH_ONE, Why.ALSO_RATES))
    if not matters.asked_beside(record.id):  # nothing else is left that they could be about
        settle_since(talk, record.received_at, (Why.UNCLEAR, Why.WHICH_ONE))
    return _thanks(talk, rating, answer.script, talk.language(asked or record))


def link(talk: Talk, record_id: int) -> None:
    """The text is about that record: kept with the invitation that it answers."""
    talk.kept.invitation_id = talk.session.scalar(
        select(Invitation.id)
        .where(Invitation.record_id == record_id)
        .order_by((Invitation.channel == Channel.SMS).desc(), Invitation.id.desc())
        .limit(1)
    )


def settle_about(talk: Talk, record_id: int, why: tuple[Why, ...]) -> None:
    """Texts of this number about that record are not in doubt any more."""
    about = select(Invitation.id).where(Invitation.record_id == record_id)
    settle(talk.session, _texts(talk).where(InboundText.invitation_id.in_(about)), why, talk.now)


def settle_since(talk: Talk, since: datetime, why: tuple[Why, ...]) -> None:
    """Texts of this number that came since, and are about nothing that is known, are not in doubt any more."""
    unknown = _texts(talk).where(InboundText.invitation_id.is_(None), InboundText.received_at >= since)
    settle(talk.session, unknown, why, talk.now)


def _texts(talk: Talk) -> Select[int]:
    return select(InboundText.id).where(InboundText.phone_lookup == talk.number)


def _thanks(talk: Talk, rating: Rating, script: Script, language: str) -> str:
    facts: dict[str, object] = {"label": script.label(rating.stars, language), "stars": rating.stars}
    facts |= which(talk, rating.record, script, language)
    if not is_bad(rating.stars):
        hours = talk.policy.invitation.correct_hours
        return talk.say(script, "thanks_good", language, hours=hours, **facts)
    facts["when"] = talk.when(script, rating, language)
    asked_for = _reasons_asked_for(talk, rating)
    may_ask = not talk.is_muted and talk.policy.invitation.reasons_hours > 0
    is_new = rating.stars not in asked_for and len(asked_for) < _MOST_QUESTIONS
    is_closed = open_question(talk.session, talk.number, talk.now) is None
    if may_ask and (is_new or (is_closed and rating.stars in asked_for and not rating.reasons)):
        _await_reasons(talk, rating)
    if not (may_ask and is_new):
        return talk.say(script, "thanks_bad", language, **facts)
    return talk.say(script, "ask_reasons", language, reasons=_listed(rating.stars, language), **facts)


def which(talk: Talk, record: ServiceRecord, script: Script, language: str) -> dict[str, str]:
    """Which one it is (`about`), and how to say so (`coded`): if this number was asked about others of late."""
    others = talk.session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.phone_lookup == talk.number, ServiceRecord.id != record.id)
        .where(ServiceRecord.received_at > talk.now - _RECENT)
        .where(ServiceRecord.id.in_(select(Invitation.record_id)))
        .order_by(ServiceRecord.id.desc())
        .limit(_MOST_OTHERS)
    ).all()
    if not others:
        return NO_OTHER
    code = code_of(coded(record.id, record), [coded(one.id, one) for one in others])
    parts = {"about": "about_one", "coded": "with_code"}
    return {fact: beside(script.say(part, language, code=code), language) for fact, part in parts.items()}


def _reasons_asked_for(talk: Talk, rating: Rating) -> set[int]:
    """The stars of that record that the reasons were asked for already: once for each of the two tables."""
    asked = talk.session.scalars(
        select(Question.facts).where(Question.phone_lookup == talk.number, Question.kind == QuestionKind.REASONS)
    )
    ids = [facts["rating"] for facts in asked]
    stars = select(Rating.stars).where(Rating.id.in_(ids), Rating.record_id == rating.record_id)
    return set(talk.session.scalars(stars))


def _await_reasons(talk: Talk, rating: Rating) -> None:
    """The next text may say why: asked now, or said already how and not answered."""
    facts = {"rating": rating.id, "our_number": talk.text.our_number}
    waits = timedelta(hours=talk.policy.invitation.reasons_hours)
    ask_question(talk.session, talk.number, QuestionKind.REASONS, facts, waits, talk.now)


def _listed(stars: int, language: str) -> str:
    """All reasons there are for those stars, to be answered by number."""
    if language.startswith("zh"):
        return "，".join(f"{reason.number}{short(reason, language)}" for reason in REASONS[stars])
    return ", ".join(f"{reason.number} {short(reason, language)}" for reason in REASONS[stars])


def short(reason: Reason, language: str) -> str:
    """What a text of ours calls the reason."""
    match language:
        case "zh-Hant":
            return reason.short_hant
        case "en":
            return reason.short_en
        case _:
            return reason.short
