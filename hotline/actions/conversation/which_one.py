"""Several services wait for an answer: which of them is meant? Asked once, as a short numbered list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from hotline.actions.conversation import rated, requests
from hotline.actions.conversation.meaning import Matters, Meant, coded
from hotline.actions.conversation.questions import ask_question, close_question
from hotline.actions.conversation.rated import link
from hotline.actions.conversation.talk import Talk
from hotline.actions.conversation.unclear import clarify, is_comment, leave
from hotline.actions.reviews import add_review, settle
from hotline.rules.matching import by_name, code_of, named, shortened, words_beside
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_entries import FIRST_ENTRY
from hotline.rules.reply_lists import chosen
from hotline.rules.script import Script
from hotline.tables import InboundText, Invitation, Question, Rating, ReviewItem
from hotline.tables.replies import QuestionKind, Why

_MOST_LISTED = 5
_FEWEST_LISTED = 2
_LONGEST_NAME = 12  # characters of an item in the list
_LONGEST_LABEL = 12
_WAITS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Choice:
    """The one that the text names, by what stands at `read_before:read_from` of it; `rest` is what it says beside."""

    invitation: Invitation
    rest: str
    read_before: int = 0
    read_from: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """A choice from a list whose question has been answered already."""

    question: Question
    choice: _Choice


def ask(talk: Talk, matters: Matters, reply: Reply) -> str | None:
    """Ask which one `reply` is about. A rating waits for the answer; a person reads the text if none comes."""
    script, is_one_scale = talk.common_script(matters.out)
    language = talk.language(matters.out[-1])
    waits = timedelta(hours=talk.policy.invitation.review_hours)
    is_rating = reply.action is Action.RATE
    if talk.is_muted or (not is_rating and all(invitation.clarified for invitation in matters.out)):
        leave(talk, why=Why.WHICH_ONE if is_rating else Why.UNCLEAR)
        return None
    leave(talk, waits, Why.WHICH_ONE if is_rating else Why.UNCLEAR)
    for invitation in matters.out:
        invitation.clarified = True
    listed = matters.out[-_MOST_LISTED:]
    _put_question(talk, listed, is_rating)
    facts: dict[str, object] = {"count": len(matters.out), "list": _list(listed, script, language, len(matters.out))}
    if not is_rating:
        return talk.say(script, "which_one_and_score", language, **facts)
    words = shortened(talk.kept.body.strip(), _LONGEST_LABEL, language)
    label = script.label(reply.stars or 0, language) if is_one_scale else words
    return talk.say(script, "which_one", language, label=label, **facts)


def _put_question(talk: Talk, listed: Sequence[Invitation], is_rating: bool) -> None:
    ids = [invitation.id for invitation in listed]
    facts = {"invitations": ids, "asked_by": talk.kept.id, "text": talk.kept.id if is_rating else None}
    ask_question(talk.session, talk.number, QuestionKind.WHICH_ONE, facts, _WAITS, talk.now)


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


def answered(talk: Talk, matters: Matters, question: Question) -> str | None:
    """The text after the question: it chooses one, asks for something else, or is left to a person with what waits."""
    listed = _listed(talk, question)
    waiting = _waiting(talk, question)
    choice = _choice(talk, matters, listed)
    if choice is None:
        script, _ = talk.common_script(listed)
        reply = talk.read(script)
        if reply.action in requests.REQUESTS:
            return requests.do(talk, matters, Meant(), reply.action)
        if len(listed) == 1 and waiting is None and reply.action is Action.RATE:  # chosen before, without a score
            choice = _Choice(listed[0], talk.text.body)
    talk.kept.question_id = question.id
    if choice is None:
        _leave_both(talk, waiting)
        return None
    asked_by = talk.session.get_one(InboundText, question.facts["asked_by"])
    return _chosen(talk, matters, choice, waiting, asked_by)


def _listed(talk: Talk, question: Question) -> list[Invitation]:
    ids: list[int] = question.facts["invitations"]
    found = {one.id: one for one in talk.session.scalars(select(Invitation).where(Invitation.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def _waiting(talk: Talk, question: Question) -> InboundText | None:
    """The text whose rating waits to be told what it is about."""
    text_id: int | None = question.facts["text"]
    return None if text_id is None else talk.session.get_one(InboundText, text_id)


def _choice(talk: Talk, matters: Matters, listed: Sequence[Invitation]) -> _Choice | None:
    """By the number in the list, by a code, or by the name of the item."""
    if (entry := _entry(talk, listed)) is not None:
        return entry
    body = talk.text.body
    candidates = {one.record_id: one for one in [*listed, *matters.asked]}
    codes = named(body, [coded(one.record_id, one.record) for one in candidates.values()])
    if codes:
        code = codes[0]
        rest = words_beside(body, code.start, code.end).strip()
        return _Choice(candidates[code.id], rest, code.start, code.end) if len(codes) == 1 else None
    name = by_name(body, [one.record.item_name or "" for one in listed])
    return None if name is None else _Choice(listed[name[0]], name[1], 0, _place_of(body, name[1]))


def _entry(talk: Talk, listed: Sequence[Invitation]) -> _Choice | None:
    entry = chosen(talk.text.body, len(listed))
    return None if entry is None else _Choice(listed[entry.index], entry.rest, 0, _place_of(talk.text.body, entry.rest))


def _place_of(body: str, rest: str) -> int:
    return max(0, body.rfind(rest)) if rest else 0


def _leave_both(talk: Talk, waiting: InboundText | None) -> None:
    """No second question: a person reads both texts."""
    close_question(talk.session, talk.number, talk.now)
    leave(talk, why=Why.WHICH_ONE)
    if waiting is not None:
        add_review(talk.session, waiting, Why.WHICH_ONE, talk.now, talk.now)


def _chosen(
    talk: Talk, matters: Matters, choice: _Choice, waiting: InboundText | None, asked_by: InboundText
) -> str | None:
    """A score beside the choice goes before the one that waits; words beside it go with the one that waits."""
    script = talk.script_of(choice.invitation)
    reply = talk.read(script, choice.read_before, choice.read_from)
    if choice.rest:
        reply = parse(choice.rest, script.scale)
    if choice.rest and reply.action in requests.REQUESTS:
        return requests.do(talk, matters, Meant(invitation=choice.invitation, is_named=True), reply.action)
    if choice.rest and reply.action is Action.RATE:
        asked_by.invitation_id = choice.invitation.id
        close_question(talk.session, talk.number, talk.now)
        return rated.take(talk, matters, choice.invitation.record, rated.Answer(reply, talk.kept, script))
    if waiting is None:
        asked_by.invitation_id = choice.invitation.id
        return _chosen_without_score(talk, choice.invitation)
    return _apply(talk, matters, choice, waiting, script)


def _chosen_without_score(talk: Talk, invitation: Invitation) -> str | None:
    close_question(talk.session, talk.number, talk.now)
    return ask_score(talk, invitation)


def ask_score(talk: Talk, invitation: Invitation) -> str | None:
    """Only the score is missing: the next text, if it is one, is about this invitation."""
    if not talk.is_muted:
        invitation.clarified = _is_only_score_missing(talk, invitation)
        _put_question(talk, [invitation], is_rating=False)
    return clarify(talk, invitation)


def _is_only_score_missing(talk: Talk, invitation: Invitation) -> bool:
    """Has the score been asked for already, once they had named this invitation?"""
    asked = select(Question.facts).where(Question.phone_lookup == talk.number, Question.kind == QuestionKind.WHICH_ONE)
    return any(facts["invitations"] == [invitation.id] for facts in talk.session.scalars(asked))


def ask_again(talk: Talk, rating: Rating) -> str | None:
    """They say that they mistyped, and not what they meant: how to rate is said once, and the next score is of that."""
    link(talk, rating.record_id)
    if talk.is_muted or _was_asked_again(talk):
        return None
    invitation = talk.session.get(Invitation, talk.kept.invitation_id or 0)
    if invitation is not None:
        _put_question(talk, [invitation], is_rating=False)
    return talk.say(talk.script_of(rating), "clarify", talk.language(rating.record))


def _was_asked_again(talk: Talk) -> bool:
    asked = (
        select(InboundText.id)
        .where(InboundText.phone_lookup == talk.number, InboundText.received_at > talk.now - _WAITS)
        .where(InboundText.rule == talk.kept.rule, InboundText.answer.is_not(None))
    )
    return talk.session.scalar(asked.limit(1)) is not None


def recalled(talk: Talk, matters: Matters) -> Again | None:
    """The text is about an entry of the last list, though its question is closed: with a score, or for what waits."""
    question = talk.session.scalar(
        select(Question)
        .where(Question.phone_lookup == talk.number, Question.kind == QuestionKind.WHICH_ONE)
        .order_by(Question.id.desc())
        .limit(1)
    )
    if question is None or question.expires_at <= talk.now or len(question.facts["invitations"]) < _FEWEST_LISTED:
        return None
    choice = _entry(talk, _listed(talk, question))
    answerable = {one.record_id for one in matters.asked} | {one.record_id for one in matters.earlier}
    if choice is None or choice.invitation.record_id not in answerable:
        return None
    is_rated = bool(choice.rest) and parse(choice.rest, talk.script_of(choice.invitation).scale).action is Action.RATE
    return Again(question, choice) if is_rated or _still_waits(talk, question) else None


def _still_waits(talk: Talk, question: Question) -> bool:
    item = select(ReviewItem.id).where(ReviewItem.text_id == question.facts["asked_by"], ReviewItem.decision.is_(None))
    return talk.session.scalar(item) is not None


def answered_again(talk: Talk, matters: Matters, again: Again) -> str | None:
    """As if the question were still open; the answers that failed are in doubt no more."""
    question = again.question
    talk.kept.question_id = question.id
    waiting = _waiting(talk, question) if _still_waits(talk, question) else None
    asked_by = talk.session.get_one(InboundText, question.facts["asked_by"])
    failed = select(InboundText.id).where(InboundText.question_id == question.id)
    settle(talk.session, failed, (Why.WHICH_ONE,), talk.now)
    return _chosen(talk, matters, again.choice, waiting, asked_by)


def _apply(talk: Talk, matters: Matters, choice: _Choice, waiting: InboundText, script: Script) -> str | None:
    """What waited is the rating of the one chosen, by the scale that its invitation stated."""
    reply = parse(waiting.body, script.scale)
    beside = parse(choice.rest, script.scale)
    has_words = is_comment(choice.rest, beside)
    same = waiting.scale is not script.scale or reply.stars == waiting.stars
    if reply.action is not Action.RATE or not same or (choice.rest and not has_words) or not _settle(talk, waiting):
        _leave_both(talk, waiting)
        return None
    words = "\n".join(part for part in (reply.comment, choice.rest if has_words else None) if part)
    close_question(talk.session, talk.number, talk.now)
    answer = rated.Answer(replace(reply, comment=words or None), waiting, script)
    waiting.invitation_id = choice.invitation.id
    return rated.take(talk, matters, choice.invitation.record, answer)


def _settle(talk: Talk, waiting: InboundText) -> bool:
    """False if a person has decided on it meanwhile: nothing is rated twice."""
    return settle(talk.session, select(InboundText.id).where(InboundText.id == waiting.id), tuple(Why), talk.now) == 1
