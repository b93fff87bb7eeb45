"""The answer to “which one?”: a number of the list, a code, a name, another score; now, or once more a little later."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from hotline.actions.conversation import requests
from hotline.actions.conversation.matters import Matters, codes_of
from hotline.actions.conversation.meaning import Meant, first_named, hints_in
from hotline.actions.conversation.questions import FEWEST_LISTED, close_question, last_list
from hotline.actions.conversation.rated import NO_OTHER, Answer, take
from hotline.actions.conversation.talk import Talk
from hotline.actions.conversation.unclear import is_comment, leave
from hotline.actions.conversation.which_one import SEVERAL, ask, ask_score
from hotline.actions.reviews import add_review, settle
from hotline.rules.matching import by_name, named, words_beside
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_lists import chosen
from hotline.rules.reply_nods import is_nod
from hotline.rules.reply_text import fold
from hotline.tables import InboundText, Invitation, Question, ReviewItem
from hotline.tables.replies import Why

_DIGIT = "digit"  # the parser's rule for a bare score, which may as well be a number of the list, mistyped
_GREETING = re.compile("(?:你好|您好|你们好|在吗|hello|hi|[ ,.!?、。~…])+")
_SAYS_SCORE = re.compile("分|星|star")
# What an answer may score with, or say that it is for all of them; a bare digit is a mistyped number of the list.
_MAY_SCORE = re.compile("(?<![0-9])[1-5](?![0-9])|满意|[好差坏烂]|不错|一般|都|全|good|bad|poor|fair|satisf|both|all")


@dataclass(frozen=True, slots=True)
class Choice:
    """The one that the text names, by what stands at `read_before:read_from` of it; `rest` is what it says beside."""

    invitation: Invitation
    rest: str
    read_before: int = 0
    read_from: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """A choice from a list whose question has been answered already, with a score or without."""

    question: Question
    choice: Choice
    is_scored: bool


def answered(talk: Talk, matters: Matters, question: Question) -> str | None:
    """The text after the question: it chooses one, says another score, asks for something else, or is left to a person
    with what waits."""
    listed = listed_in(talk, question)
    waiting = _waiting(talk, question)
    if (choice := _choice(talk, matters, listed)) is not None:
        return _chosen(talk, matters, question, choice, waiting)
    script, _ = talk.common_script(listed)
    reply = talk.read(script)
    if _is_idle(talk.text.body) and (waiting is not None or reply.action is Action.CLARIFY):
        return None  # no score: what waits, and the question, stand
    if reply.action is Action.WITHDRAW and (taken_back := take_back(talk, matters)) is not None:
        return taken_back
    if reply.action in requests.REQUESTS:
        return requests.do(talk, matters, Meant(), reply.action)
    if _is_new_score(talk, matters, reply, waiting) and _replaces(talk, question, waiting):
        return ask(talk, matters, reply)
    talk.kept.question_id = question.id
    _leave_both(talk, waiting)
    return None


def _is_idle(text: str) -> bool:
    return is_nod(text) or _GREETING.fullmatch(fold(text).strip()) is not None


def missing_score(talk: Talk, invitation: Invitation, meant: Meant) -> Choice | None:
    """Of a question about one alone, which only the score is missing for: the text, if it is one. Others are for
    themselves, and the question stays."""
    start, end = meant.read_before, meant.read_from
    words = words_beside(talk.text.body, start, end)
    reply = parse(words, talk.script_of(invitation).scale)
    is_score = reply.action is Action.RATE and not _is_all_comment(words, reply)
    return Choice(invitation, words, start, end) if is_score else None


def scored(talk: Talk, matters: Matters, question: Question, score: Choice) -> str | None:
    return _chosen(talk, matters, question, score, None)


def listed_in(talk: Talk, question: Question) -> list[Invitation]:
    ids: list[int] = question.facts["invitations"]
    found = {one.id: one for one in talk.session.scalars(select(Invitation).where(Invitation.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def _waiting(talk: Talk, question: Question) -> InboundText | None:
    """The text whose rating waits to be told what it is about."""
    text_id: int | None = question.facts["text"]
    return None if text_id is None else talk.session.get_one(InboundText, text_id)


def _choice(talk: Talk, matters: Matters, listed: Sequence[Invitation]) -> Choice | None:
    """By the number in the list, by a code, or by the name of the item; None if it names none, or two."""
    choice = _entry(talk, listed) or _by_code(talk, matters, listed) or _by_item(talk, listed)
    if choice is None:
        return None
    return choice if _named(talk, matters, listed) <= {choice.invitation.record_id} else None


def _named(talk: Talk, matters: Matters, listed: Sequence[Invitation]) -> set[int]:
    """The records that the text names in any way but by a number of the list."""
    records = list({one.record_id: one.record for one in [*matters.known().values(), *listed]}.values())
    codes = codes_of(talk.session, [*records, *matters.gone])
    found = [*named(talk.text.body, codes), *hints_in(talk.text.body, records, matters.gone)]
    return {one.id for one in found}


def _entry(talk: Talk, listed: Sequence[Invitation]) -> Choice | None:
    entry = chosen(talk.text.body, len(listed))
    return None if entry is None else Choice(listed[entry.index], entry.rest, 0, _place_of(talk.text.body, entry.rest))


def _by_code(talk: Talk, matters: Matters, listed: Sequence[Invitation]) -> Choice | None:
    candidates = {one.record_id: one for one in [*listed, *matters.asked]}
    codes = named(talk.text.body, codes_of(talk.session, [one.record for one in candidates.values()]))
    if len(codes) != 1:
        return None
    rest = words_beside(talk.text.body, codes[0].start, codes[0].end).strip()
    return Choice(candidates[codes[0].id], rest, codes[0].start, codes[0].end)


def _by_item(talk: Talk, listed: Sequence[Invitation]) -> Choice | None:
    body = talk.text.body
    if (name := by_name(body, [one.record.item_name or "" for one in listed])) is not None:
        return Choice(listed[name[0]], name[1], 0, _place_of(body, name[1]))
    first = first_named(talk, [one.record for one in listed])
    invitation = next((one for one in listed if first is not None and one.record_id == first.id), None)
    return Choice(invitation, body[first.end :], first.start, first.end) if first and invitation else None


def _place_of(body: str, rest: str) -> int:
    return max(0, body.rfind(rest)) if rest else 0


def _is_new_score(talk: Talk, matters: Matters, reply: Reply, waiting: InboundText | None) -> bool:
    """改成1: another score, of the same unknown one; the last clear word counts. While a score waits, a bare digit may
    be a mistyped number of the list, and is none."""
    if reply.action is not Action.RATE or len(matters.asked) < FEWEST_LISTED or _named(talk, matters, matters.asked):
        return False
    may_be_entry = waiting is not None and reply.rule == _DIGIT and _SAYS_SCORE.search(fold(talk.text.body)) is None
    return not may_be_entry and not _is_all_comment(talk.text.body, reply)


def _is_all_comment(words: str, reply: Reply) -> bool:
    """服务态度真好: words that sound like a level, and hold no score."""
    return reply.rule == "words" and reply.comment == words.strip()


def _replaces(talk: Talk, question: Question, waiting: InboundText | None) -> bool:
    """The text that made us ask need not be read any more; False if a person has decided on what waited."""
    asked_by = talk.session.get_one(InboundText, question.facts["asked_by"])
    if waiting is not None:
        return _settle(talk, waiting)
    if asked_by.rule != SEVERAL:
        _settle(talk, asked_by)
    return True


def _leave_both(talk: Talk, waiting: InboundText | None) -> None:
    """No second question: a person reads both texts."""
    close_question(talk.session, talk.number, talk.now)
    leave(talk, why=Why.WHICH_ONE)
    if waiting is not None:
        add_review(talk.session, waiting, Why.WHICH_ONE, talk.now, talk.now)


def _chosen(
    talk: Talk, matters: Matters, question: Question, choice: Choice, waiting: InboundText | None
) -> str | None:
    """A score beside the choice goes before the one that waits; words beside it go with the one that waits."""
    talk.kept.question_id = question.id
    script = talk.script_of(choice.invitation)
    reply = talk.read(script, choice.read_before, choice.read_from)
    if choice.rest:
        reply = parse(choice.rest, script.scale)
    if choice.rest and reply.action in requests.REQUESTS:
        return requests.do(talk, matters, _meant(matters, choice), reply.action)
    if choice.rest and reply.action is Action.RATE:
        return _rate(talk, matters, question, choice, Answer(reply, talk.kept, script))
    if waiting is None:
        _link_asked_by(talk, question, choice)
        close_question(talk.session, talk.number, talk.now)
        return ask_score(talk, choice.invitation)
    return _apply(talk, matters, question, choice, waiting)


def _meant(matters: Matters, choice: Choice) -> Meant:
    return Meant(choice.invitation, matters.rating_of(choice.invitation.record_id), is_named=True)


def _rate(talk: Talk, matters: Matters, question: Question, choice: Choice, answer: Answer) -> str:
    """The question is answered; answers to it that failed are in doubt no more."""
    _link_asked_by(talk, question, choice)
    close_question(talk.session, talk.number, talk.now)
    settle(talk.session, _answers_to(talk, question), (Why.WHICH_ONE,), talk.now)
    return take(talk, matters, choice.invitation.record, answer)


def _link_asked_by(talk: Talk, question: Question, choice: Choice) -> None:
    """What made us ask is about the one chosen; but of a text that names several only a part is."""
    asked_by = talk.session.get_one(InboundText, question.facts["asked_by"])
    if asked_by.rule != SEVERAL:
        asked_by.invitation_id = choice.invitation.id


def _answers_to(talk: Talk, question: Question) -> Select[int]:
    return select(InboundText.id).where(InboundText.question_id == question.id, InboundText.id != talk.kept.id)


def _apply(talk: Talk, matters: Matters, question: Question, choice: Choice, waiting: InboundText) -> str | None:
    """What waited is the rating of the one chosen, by the scale that its invitation stated."""
    script = talk.script_of(choice.invitation)
    reply = parse(waiting.body, script.scale)
    beside = parse(choice.rest, script.scale)
    has_words = is_comment(choice.rest, beside)
    same = waiting.scale is not script.scale or reply.stars == waiting.stars
    if reply.action is not Action.RATE or not same or (choice.rest and not has_words) or not _settle(talk, waiting):
        _leave_both(talk, waiting)
        return None
    words = "\n".join(part for part in (reply.comment, choice.rest if has_words else None) if part)
    answer = Answer(replace(reply, comment=words or None), waiting, script)
    settle(talk.session, _same_before(talk, waiting), (Why.WHICH_ONE,), talk.now)
    return _rate(talk, matters, question, choice, answer)


def _same_before(talk: Talk, waiting: InboundText) -> Select[int]:
    """The same score, sent before and never told what it is about."""
    return select(InboundText.id).where(
        InboundText.phone_lookup == talk.number,
        InboundText.id < waiting.id,
        InboundText.invitation_id.is_(None),
        InboundText.action == Action.RATE,
        InboundText.stars == waiting.stars,
    )


def _settle(talk: Talk, text: InboundText) -> bool:
    """False if a person has decided on it meanwhile: nothing is rated twice."""
    return settle(talk.session, select(InboundText.id).where(InboundText.id == text.id), tuple(Why), talk.now) == 1


def take_back(talk: Talk, matters: Matters) -> str | None:
    """撤回 while a score waits to be told what it is about: that score is dropped. None: none waits, or another rating
    was given since."""
    question = last_list(talk)
    waiting = _waiting(talk, question) if question is not None else None
    if question is None or waiting is None or not _still_waits(talk, question):
        return None
    if matters.earlier and matters.earlier[0].rated_at > waiting.received_at:
        return None
    talk.kept.question_id = question.id
    close_question(talk.session, talk.number, talk.now)
    _settle(talk, waiting)
    settle(talk.session, _answers_to(talk, question), (Why.WHICH_ONE,), talk.now)
    listed = listed_in(talk, question)
    return talk.say(talk.common_script(listed)[0], "withdrawn", talk.language(listed[-1]), **NO_OTHER)


def recalled(talk: Talk, matters: Matters) -> Again | None:
    """The text is about an entry of the last list, though its question is closed: with a score, or for what waits."""
    question = last_list(talk)
    choice = _entry(talk, listed_in(talk, question)) if question is not None else None
    answerable = {one.record_id for one in matters.asked} | {one.record_id for one in matters.earlier}
    if question is None or choice is None or choice.invitation.record_id not in answerable:
        return None
    is_scored = bool(choice.rest) and parse(choice.rest, talk.script_of(choice.invitation).scale).action is Action.RATE
    return Again(question, choice, is_scored) if is_scored or _still_waits(talk, question) else None


def _still_waits(talk: Talk, question: Question) -> bool:
    item = select(ReviewItem.id).where(ReviewItem.text_id == question.facts["asked_by"], ReviewItem.decision.is_(None))
    return talk.session.scalar(item) is not None


def answered_again(talk: Talk, matters: Matters, again: Again) -> str | None:
    """As if the question were still open; but what waits is not taken if an answer that failed may hold a score."""
    question, choice = again.question, again.choice
    waiting = None if again.is_scored else _waiting(talk, question)
    is_sure = _named(talk, matters, listed_in(talk, question)) <= {choice.invitation.record_id}
    if not is_sure or (waiting is not None and _has_failed_with_score(talk, question)):
        leave(talk, why=Why.WHICH_ONE)
        return None
    return _chosen(talk, matters, question, choice, waiting)


def _has_failed_with_score(talk: Talk, question: Question) -> bool:
    """Is there an answer to it, more than a bare number, that may say another score than the one that waits?"""
    in_doubt = select(ReviewItem.text_id).where(ReviewItem.decision.is_(None))
    failed = talk.session.scalars(
        select(InboundText.body).where(InboundText.id.in_(_answers_to(talk, question)), InboundText.id.in_(in_doubt))
    )
    bodies = [fold(body).strip(" .!。") for body in failed]
    return any(len(body) > 1 and _MAY_SCORE.search(body) for body in bodies)
