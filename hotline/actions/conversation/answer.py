"""What a text is taken for: what the carrier made of it, a wish for a language, an answer to a question, or itself."""

from datetime import timedelta

from hotline.actions.conversation import rated, reasons, requests, which_one
from hotline.actions.conversation.meaning import Matters, Meant, matters_of, meaning
from hotline.actions.conversation.questions import open_question
from hotline.actions.conversation.rated import Answer
from hotline.actions.conversation.talk import UNKNOWN_AGAIN_AFTER, Talk
from hotline.actions.conversation.unclear import unclear
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_languages import wanted_language
from hotline.rules.reply_nods import is_nod
from hotline.tables import Question, Rating
from hotline.tables.replies import QuestionKind
from hotline.tables.service import InvitationState

# Rules of the parser by which a text holds a score, whatever is written beside it.
_SCORES = frozenset({"digit", "score", "digit-and-words", "words-over-digit"})
_NOT_OUT = InvitationState.WAITING
_LATE_AGAIN_AFTER = timedelta(days=1)


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
    if question is not None and question.kind is QuestionKind.WHICH_ONE and meant.rating is None:
        return which_one.answered(talk, matters, question)
    if question is not None and question.kind is QuestionKind.REASONS:
        rating = reasons.rating_of(talk, question)
        if rating is not None and not _is_about_another(talk, matters, question, rating, meant):
            return reasons.answered(talk, matters, question, rating, meant.read_from)
    return _by_itself(talk, matters, meant)


def _is_about_another(talk: Talk, matters: Matters, question: Question, rating: Rating, meant: Meant) -> bool:
    """Does the text name another record than the one the question is about, come to another number of ours, or hold
    a score while another service waits for one? That one has none yet, and this one has."""
    if meant.record_id not in (None, rating.record_id) and (
        meant.is_named or question.facts.get("our_number") != talk.text.our_number
    ):
        return True
    others = [one for one in matters.asked if one.record_id != rating.record_id and one.state is not _NOT_OUT]
    return bool(others) and _is_a_score(parse(talk.text.body[meant.read_from :], talk.script_of(rating).scale))


def _is_a_score(reply: Reply) -> bool:
    """Not a correction, which is of what was rated before, and not a blame that only sounds like a label."""
    return reply.action is Action.RATE and (reply.rule in _SCORES or (reply.rule == "words" and reply.comment is None))


def _by_itself(talk: Talk, matters: Matters, meant: Meant) -> str | None:
    if meant.asked is None and matters.out:
        script, _ = talk.common_script(matters.out)
    else:
        script = talk.script_of(meant.asked or next(iter(matters.earlier), None))
    reply = talk.read(script, meant.read_from)
    if reply.action in requests.REQUESTS:
        return requests.do(talk, matters, meant, reply.action)
    if meant.invitation is None and not matters.asked and matters.earlier and is_nod(talk.text.body):
        return None
    if meant.asked is None and matters.asked:
        return which_one.ask(talk, matters, reply)
    if reply.action is Action.CLARIFY:
        return unclear(talk, matters, meant, reply)
    return _rated(talk, matters, meant, reply)


def _rated(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> str | None:
    """Of an invitation that waits, or in place of an earlier rating; else it is too late, or nobody was asked."""
    asked = meant.asked or next(iter(matters.earlier), None)
    if asked is not None:
        return rated.take(talk, matters, asked.record, Answer(reply, talk.kept, talk.script_of(asked)))
    if talk.last_language() is None:
        return talk.say_once("unknown_number", UNKNOWN_AGAIN_AFTER)
    return talk.say_once("late", _LATE_AGAIN_AFTER)
