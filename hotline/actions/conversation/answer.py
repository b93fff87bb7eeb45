"""What a text is taken for: what the carrier made of it, a wish for a language, an answer to a question, or itself."""

import re
from collections.abc import Sequence
from datetime import timedelta

from hotline.actions.conversation import rated, reasons, requests, which_one
from hotline.actions.conversation.meaning import Matters, Meant, corrected, matters_of, meaning
from hotline.actions.conversation.questions import open_question
from hotline.actions.conversation.rated import Answer
from hotline.actions.conversation.talk import UNKNOWN_AGAIN_AFTER, Talk
from hotline.actions.conversation.unclear import ECHO, leave, leave_a_few, unclear
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_languages import wanted_language
from hotline.rules.reply_nods import is_nod
from hotline.rules.reply_text import fold
from hotline.rules.scale import is_bad
from hotline.rules.script import Script
from hotline.tables import Question, Rating
from hotline.tables.replies import QuestionKind, Why
from hotline.tables.service import InvitationState

# Rules of the parser by which a text holds a score, whatever is written beside it.
_SCORES = frozenset({"digit", "score", "digit-and-words", "words-over-digit"})
_NOT_OUT = InvitationState.WAITING
_LATE_AGAIN_AFTER = timedelta(days=1)
_MISTYPED = "mistyped"  # the parser's rule for 打错了 without the score that was meant
_NODS_WITHIN = timedelta(hours=12)
_WORDS_WITHIN = timedelta(hours=2)
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
    rule = parse(talk.text.body, talk.script_of(meant.asked).scale).rule
    if question is not None and rule == ECHO:
        return None
    if question is not None and question.kind is QuestionKind.WHICH_ONE and meant.rating is None:
        return which_one.answered(talk, matters, question)
    if question is not None and question.kind is QuestionKind.REASONS and rule != _MISTYPED:
        rating = reasons.rating_of(talk, question)
        if rating is not None and not _is_about_another(talk, matters, question, rating, meant):
            return reasons.answered(talk, matters, question, rating, meant)
    if question is None and (again := which_one.recalled(talk, matters)) is not None:
        return which_one.answered_again(talk, matters, again)
    return _by_itself(talk, matters, meant)


def _is_about_another(talk: Talk, matters: Matters, question: Question, rating: Rating, meant: Meant) -> bool:
    """Does the text name another record than the one the question is about, come to another number of ours, or hold
    a score while another service waits for one? That one has none yet, and this one has."""
    if meant.names_several:
        return True
    if meant.record_id not in (None, rating.record_id) and (
        meant.is_named or question.facts.get("our_number") != talk.text.our_number
    ):
        return True
    others = [one for one in matters.asked if one.record_id != rating.record_id and one.state is not _NOT_OUT]
    if meant.is_named or not others:
        return False
    return _is_a_score(parse(talk.text.body, talk.script_of(rating).scale))


def _is_a_score(reply: Reply) -> bool:
    """Not a correction, which is of what was rated before, and not a blame that only sounds like a label."""
    if reply.action is not Action.RATE or reply.rule not in (*_SCORES, "words"):
        return False
    return reply.rule in _SCORES or reply.comment is None or not is_bad(reply.stars or 0)


def _by_itself(talk: Talk, matters: Matters, meant: Meant) -> str | None:
    reply = talk.read(_script(talk, matters, meant), meant.read_before, meant.read_from)
    if reply.action in requests.REQUESTS:
        return requests.do(talk, matters, meant, reply.action)
    if _is_nod_to_us(talk, matters, meant):
        return None
    if reply.rule == _MISTYPED and matters.earlier and not meant.is_named:
        return which_one.ask_again(talk, matters.earlier[0])
    if rated_before := corrected(talk, matters, meant, reply):
        return _correct(talk, matters, rated_before)
    if meant.names_several or _is_word_on_last(talk, matters, meant, reply):
        return _of_several(talk, matters, reply)
    if meant.asked is None and matters.asked:
        return which_one.ask(talk, matters, reply)
    if reply.action is Action.CLARIFY:
        if meant.is_named and meant.invitation is not None and len(matters.asked) > 1 and reply.rule != ECHO:
            return which_one.ask_score(talk, meant.invitation)
        return unclear(talk, matters, meant, reply)
    return _rated(talk, matters, meant, reply)


def _script(talk: Talk, matters: Matters, meant: Meant) -> Script:
    if meant.asked is None and matters.out:
        script, _ = talk.common_script(matters.out)
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
    """服务态度真好 just after another service was rated may be said of either."""
    if meant.is_named or meant.invitation is None or not matters.earlier:
        return False
    is_all_comment = reply.rule == "words" and reply.comment == talk.text.body.strip()
    return is_all_comment and _answered_last(talk, matters, _WORDS_WITHIN)


def _correct(talk: Talk, matters: Matters, rated_before: Sequence[Rating]) -> str | None:
    """The one rating that the correction can be of; of several, or of a score that it was not, a person decides."""
    script = talk.script_of(rated_before[0])
    reply = talk.read(script)
    said = {script.scale.stars(int(digit)) for digit in _DIGIT.findall(fold(talk.text.body))}
    if len(rated_before) > 1 or (matters.asked and len(said) > 1 and rated_before[0].stars not in said):
        leave(talk, why=Why.WHICH_ONE)
        return None
    return rated.take(talk, matters, rated_before[0].record, Answer(reply, talk.kept, script))


def _of_several(talk: Talk, matters: Matters, reply: Reply) -> str | None:
    if len(matters.out) > 1:
        return which_one.ask(talk, matters, reply)
    leave(talk, why=Why.WHICH_ONE if reply.action is Action.RATE else Why.UNCLEAR)
    return None


def _rated(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    """Of an invitation that waits, or in place of an earlier rating; else it is too late, or nobody was asked."""
    asked = meant.asked or next(iter(matters.earlier), None)
    if asked is not None:
        return rated.take(talk, matters, asked.record, Answer(reply, talk.kept, talk.script_of(asked)))
    leave_a_few(talk)
    if talk.last_language() is None:
        return talk.say_once("unknown_number", UNKNOWN_AGAIN_AFTER)
    return talk.say_once("late", _LATE_AGAIN_AFTER)
