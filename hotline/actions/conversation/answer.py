"""What a text is taken for: what the carrier made of it, a wish for a language, an answer to a question, or itself."""

import re
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from hotline.actions.conversation import choosing, rated, reasons, requests, which_one
from hotline.actions.conversation.matters import Matters, matters_of
from hotline.actions.conversation.meaning import MISTYPED, Meant, corrected, meaning, others_scored, says_correction
from hotline.actions.conversation.questions import last_list, open_question
from hotline.actions.conversation.rated import Answer
from hotline.actions.conversation.talk import UNKNOWN_AGAIN_AFTER, Talk
from hotline.actions.conversation.unclear import ECHO, leave, leave_a_few, unclear
from hotline.rules.matching import words_beside
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_languages import wanted_language
from hotline.rules.reply_nods import is_nod
from hotline.rules.reply_text import fold
from hotline.rules.scale import is_bad
from hotline.rules.script import Script
from hotline.tables import Invitation, Question, Rating, ServiceRecord
from hotline.tables.replies import QuestionKind, Why
from hotline.tables.service import InvitationState, RatingState

# Rules of the parser by which a text holds a score, whatever is written beside it.
_SCORES = frozenset({"digit", "score", "digit-and-words", "words-over-digit"})
_LATE_AGAIN_AFTER = timedelta(days=1)
_NODS_WITHIN = timedelta(hours=12)
_WORDS_WITHIN = timedelta(hours=2)
_WISHES_WITHIN = timedelta(hours=24)
_CHOSE_WRONG = re.compile(
    "(?:[ ,.!、。]|对不起|抱歉|不好意思|刚才|刚刚|刚|我|上条)*"
    "(?:[打选发按回填点写]错(?:了|啦)?|错了|不对|不是 ?1[1-9])[ ,.!、。]*"
    "(?:应该|我)?(?:要|选|回)?(?:的?是)?[ :]*第?1[1-9] ?(?:[ ,.!、。]|号|个|件|吧|的)*"
)
_DIGIT = re.compile("(?<![0-9])[1-5](?![0-9])")


def answer_to(talk: Talk) -> str | None:
    """Do what the text asks; what the citizen is answered, or None for silence."""
    matters = matters_of(talk)
    meant = meaning(talk, matters)
    if (taken_as := talk.text.taken_as) is not None:
        talk.kept.action, talk.kept.rule = taken_as, "carrier"
        return requests.do(talk, matters, meant, taken_as)
    if (language := wanted_language(talk.text.body)) in talk.policy.languages and language is not None:
        return requests.speak(talk, matters, language)
    question = open_question(talk.session, talk.number, talk.now)
    if question is None:
        again = choosing.recalled(talk, matters)
        return _by_itself(talk, matters, meant) if again is None else choosing.answered_again(talk, matters, again)
    words = words_beside(talk.text.body, meant.read_before, meant.read_from)
    rule = parse(words, talk.script_of(meant.asked).scale).rule
    if rule == ECHO:
        return None
    if question.kind is QuestionKind.WHICH_ONE:
        return _to_which_one(talk, matters, question, meant)
    rating = reasons.rating_of(talk, question)
    if (
        rating is None
        or rule == MISTYPED
        or _chosen_by_mistake(talk, matters)
        or _is_about_another(talk, matters, question, rating, meant)
    ):
        return _by_itself(talk, matters, meant)
    again = choosing.recalled(talk, matters)
    others = matters.asked_beside(rating.record_id)
    if again is not None and again.is_scored and again.choice.invitation.record_id in {one.record_id for one in others}:
        return choosing.answered_again(talk, matters, again)  # 12 5 of the list, and not the reason 12
    return reasons.answered(talk, matters, question, rating, meant)


def _to_which_one(talk: Talk, matters: Matters, question: Question, meant: Meant) -> str | None:
    """While we wait to hear which one: the choice, or, of one alone, its score; unless it is about what was rated."""
    listed = choosing.listed_in(talk, question)
    is_of_list = meant.record_id in {one.record_id for one in listed}
    if len(listed) > 1 and (is_of_list or (meant.rating is None and meant.gone is None)):
        return choosing.answered(talk, matters, question)
    is_here = len(listed) == 1 and not _is_elsewhere(talk, question, meant, listed[0].record_id)
    if is_here and (score := choosing.missing_score(talk, listed[0], meant)) is not None:
        return choosing.scored(talk, matters, question, score)
    again = choosing.recalled(talk, matters)
    return _by_itself(talk, matters, meant) if again is None else choosing.answered_again(talk, matters, again)


def _is_elsewhere(talk: Talk, question: Question, meant: Meant, record_id: int) -> bool:
    """Does the text name another record than the one our question is about, or come to another number of ours?"""
    if meant.names:
        return True
    is_elsewhere = question.facts.get("our_number", talk.text.our_number) != talk.text.our_number
    return meant.record_id not in (None, record_id) and (meant.is_named or is_elsewhere)


def _is_about_another(talk: Talk, matters: Matters, question: Question, rating: Rating, meant: Meant) -> bool:
    """Is it of another record, or does it hold a score while another service waits for one? That one has none yet,
    and this one has."""
    if _is_elsewhere(talk, question, meant, rating.record_id):
        return True
    if meant.is_named or not matters.asked_beside(rating.record_id):
        return False
    return _is_a_score(parse(talk.text.body, talk.script_of(rating).scale))


def _is_a_score(reply: Reply) -> bool:
    """Not a correction, which is of what was rated before, and not a blame without a score, which says why."""
    if reply.action is not Action.RATE or reply.rule not in (*_SCORES, "words"):
        return False
    return reply.rule in _SCORES or not is_bad(reply.stars or 0)


def _by_itself(talk: Talk, matters: Matters, meant: Meant) -> str | None:
    reply = talk.read(_script(talk, matters, meant), meant.read_before, meant.read_from)
    if reply.action in requests.REQUESTS:
        return _request(talk, matters, meant, reply.action)
    if meant.gone is not None:
        return _of_what_is_gone(talk, meant.gone, reply)
    if _is_nod_to_us(talk, matters, meant):
        return None
    before = meant.rating if meant.is_named else meant.rating or next(iter(matters.earlier), None)
    doubted = _chosen_by_mistake(talk, matters) or (before if _is_unread_change(talk, reply) else None)
    if doubted is not None:
        return _to_a_person(talk, doubted)
    if reply.rule == MISTYPED and before is not None:
        return which_one.ask_again(talk, before)
    if rated_before := corrected(talk, matters, meant, reply):
        return _correct(talk, matters, rated_before)
    return _of_one_or_several(talk, matters, meant, reply)


def _of_one_or_several(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    if names := _several(talk, meant, reply):
        return which_one.ask_each(talk, matters, names)
    if _is_word_on_last(talk, matters, meant, reply):
        return _of_either(talk, matters, reply)
    if (wished := _wish(talk, matters, meant, reply)) is not None:
        return wished
    if meant.asked is None and matters.asked:
        return which_one.ask(talk, matters, reply)
    return (_not_read if reply.action is Action.CLARIFY else _rated)(talk, matters, meant, reply)


def _of_what_is_gone(talk: Talk, record: ServiceRecord, reply: Reply) -> str | None:
    """The text names what cannot be answered any more: a person reads it, and it is of nothing else."""
    rated.link(talk, record.id)
    leave_a_few(talk)
    if reply.action is not Action.RATE:
        return None
    return talk.say_once("late" if _has_ended(talk, record.id) else "unknown_number", _LATE_AGAIN_AFTER)


def _chosen_by_mistake(talk: Talk, matters: Matters) -> Rating | None:
    """打错了，是12: the rating that an entry of the last list was given, if the text says that another was meant."""
    if _CHOSE_WRONG.fullmatch(fold(talk.text.body).strip()) is None or (question := last_list(talk)) is None:
        return None
    listed = {one.record_id for one in choosing.listed_in(talk, question)}
    return next((one for one in matters.earlier if one.record_id in listed), None)


def _is_unread_change(talk: Talk, reply: Reply) -> bool:
    """太气人了，改成1: it changes a score, and the parser is not sure to which; never only a comment."""
    return reply.action is Action.CLARIFY and says_correction(talk.words())


def _to_a_person(talk: Talk, rating: Rating) -> str | None:
    """It corrects that rating, or another; which, and to what, is not sure."""
    rated.link(talk, rating.record_id)
    leave(talk, why=Why.WHICH_ONE)
    return None


def _request(talk: Talk, matters: Matters, meant: Meant, action: Action) -> str | None:
    if action is Action.WITHDRAW and not meant.is_named and (taken_back := choosing.take_back(talk, matters)):
        return taken_back
    if (rating := _to_call(talk, matters, meant)) is not None:
        reasons.keep_beside_request(talk, rating, action)
    return requests.do(talk, matters, meant, action)


def _several(talk: Talk, meant: Meant, reply: Reply) -> frozenset[int]:
    """The records that the text names; and if it names none, but a score stands beside what hints at another than the
    one that it would be about (护照办得很差, when only 不动产 waits), both of them."""
    if meant.names or meant.is_named or meant.record_id is None or reply.action is not Action.RATE:
        return meant.names
    others = [hint for hint in meant.hints if hint.id != meant.record_id]
    scored = others_scored(talk, [], others)
    return frozenset([meant.record_id, *(hint.id for hint in scored)]) if scored else frozenset()


def _wish(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    rating = _to_call(talk, matters, meant)
    return None if rating is None else reasons.wished_later(talk, rating, reply)


def _to_call(talk: Talk, matters: Matters, meant: Meant) -> Rating | None:
    """The one bad rating whose citizen has been promised a call, and may be speaking of it now."""
    if meant.is_named:
        rating = meant.rating
        return rating if rating is not None and rating.state is RatingState.ACTIVE and is_bad(rating.stars) else None
    bad = [one for one in matters.earlier if one.state is RatingState.ACTIVE and is_bad(one.stars)]
    is_asked_since = bool(matters.asked) and not _answered_last(talk, matters, _WISHES_WITHIN)
    return bad[0] if len(bad) == 1 and not is_asked_since else None


def _script(talk: Talk, matters: Matters, meant: Meant) -> Script:
    if meant.asked is None and matters.asked:
        script, _ = talk.common_script(matters.asked)
        return script
    return talk.script_of(meant.asked or next(iter(matters.earlier), None))


def _is_nod_to_us(talk: Talk, matters: Matters, meant: Meant) -> bool:
    """好 after our thanks: it rates nothing, though another service waits for an answer."""
    if meant.is_named or not matters.earlier or not is_nod(talk.text.body):
        return False
    return not matters.asked or _answered_last(talk, matters, _NODS_WITHIN)


def _answered_last(talk: Talk, matters: Matters, within: timedelta) -> bool:
    """Is an answer of ours, and no invitation, the last that this number had from us?"""
    answered_at = talk.last_answer_at()
    if answered_at is None or answered_at <= talk.now - within:
        return False
    sent = [at for one in matters.asked for at in (one.sent_at, one.reminded_at) if at is not None]
    return all(at <= answered_at for at in sent)


def _is_word_on_last(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> bool:
    """服务态度真好 just after another service was rated may be said of either; 护照办得很好 is of that one."""
    if meant.is_named or meant.invitation is None or not matters.earlier:
        return False
    if any(hint.id == meant.record_id for hint in meant.hints):
        return False
    is_all_comment = reply.rule == "words" and reply.comment == talk.text.body.strip()
    return is_all_comment and _answered_last(talk, matters, _WORDS_WITHIN)


def _correct(talk: Talk, matters: Matters, rated_before: Sequence[Rating]) -> str | None:
    """The one rating that the correction can be of; of several, or of a score that it was not, a person decides."""
    script = talk.script_of(rated_before[0])
    reply = talk.read(script)
    said = {script.scale.stars(int(digit)) for digit in _DIGIT.findall(fold(talk.text.body))}
    if len(rated_before) > 1 or (matters.asked and len(said) > 1 and rated_before[0].stars not in said):
        rated.link(talk, rated_before[0].record_id)  # in doubt until that is clear, whatever else is rated
        leave(talk, why=Why.WHICH_ONE)
        return None
    return rated.take(talk, matters, rated_before[0].record, Answer(reply, talk.kept, script))


def _of_either(talk: Talk, matters: Matters, reply: Reply) -> str | None:
    if len(matters.asked) > 1:
        return which_one.ask(talk, matters, reply)
    leave(talk, why=Why.WHICH_ONE if reply.action is Action.RATE else Why.UNCLEAR)
    return None


def _not_read(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    are_others = len(matters.asked) > 1 or bool(matters.earlier)
    if meant.is_named and meant.invitation is not None and are_others and reply.rule != ECHO:
        return which_one.ask_score(talk, meant.invitation)
    return unclear(talk, matters, meant, reply)


def _rated(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    """Of an invitation that waits, or in place of an earlier rating; else it is too late, or nobody was asked."""
    asked = meant.asked or next(iter(matters.earlier), None)
    if asked is not None:
        return rated.take(talk, matters, asked.record, Answer(reply, talk.kept, talk.script_of(asked)))
    leave_a_few(talk)
    if talk.last_language() is None:
        return talk.say_once("unknown_number", UNKNOWN_AGAIN_AFTER)
    return talk.say_once("late" if _has_ended(talk) else "unknown_number", _LATE_AGAIN_AFTER)


def _has_ended(talk: Talk, record_id: int | None = None) -> bool:
    """Was it too late that made the rating, of that record, count for nothing? Else it was closed at their own word,
    or never reached them."""
    closed = (InvitationState.NOT_THEM, InvitationState.DECLINED)
    last = (
        select(Invitation.state)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == talk.number)
        .order_by(Invitation.id.desc())
    )
    if record_id is None:
        return talk.session.scalar(last.limit(1)) not in closed
    state = talk.session.scalar(last.where(Invitation.record_id == record_id).limit(1))
    return state is not None and state not in (*closed, InvitationState.FAILED)
