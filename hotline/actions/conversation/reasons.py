"""The answer to our question after a bad rating: why, and whether and when a call back suits."""

import re
from dataclasses import dataclass

from hotline.actions.case_history import CITIZEN, add_event, case_of
from hotline.actions.case_queue import call_by_wish
from hotline.actions.conversation import rated, requests
from hotline.actions.conversation.matters import Matters
from hotline.actions.conversation.meaning import CORRECTION, Meant, says_correction
from hotline.actions.conversation.questions import close_question
from hotline.actions.conversation.talk import Talk
from hotline.actions.conversation.unclear import is_comment, is_machine, leave
from hotline.actions.rate import Added, active_rating, add_to_rating, has_room
from hotline.rules.casework import CaseState, Steps
from hotline.rules.reasons import REASONS, TABLE_VERSION, Reasons, read_reasons
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_lists import chosen
from hotline.rules.reply_nods import is_nod
from hotline.rules.reply_requests import read_request
from hotline.rules.reply_text import fold, visible
from hotline.rules.reply_wishes import Wish, read_wish
from hotline.rules.scale import Scale, is_bad
from hotline.tables import Case, Question, Rating
from hotline.tables.replies import Why

REASONS_RULE = "reasons"  # the rule of a rating that the answer was added to
_PLAIN_SCORE = re.compile(r"\s*[1-5１-５]\s*[.。!！]*\s*")
_ENTRY_OR_SCORE = re.compile("[ (\\[【]*(?:我?选(?:择|的?是)?|回复|答|no)?[ .:(#]*[1-5一二三四五][ )\\]】.、。!号]*")
_RANGE = re.compile("(?<![0-9])(1[1-8]) ?(?:[-–—~～]|到|至) ?(1[1-8])(?=[ ,，。.;；、!！\n]|$)")
_BARE_DIGIT = re.compile("(?<![0-9:])[1-5](?![0-9:点时]| ?[ap][.]?m| o'clock)")
_ENTRIES_THEN_TIME = re.compile(
    r"\s*1[1-8](?:[ ,，、.;；和]+1[1-8])*(?=(?:上午|早上|中午|下午|傍晚|晚上|今天|明天|随时|不用|不要|不必|无需))"
)
_NOTHING = re.compile(
    "(?:没有?|无|没有?(?:什么)?原因|无原因|没有?什么|不知道|没有?了|是|是的|对|对的|嗯对"
    "|no|none|nothing|yes|no reason)[的了吧呀啊]?[ .!~…,、。]*"
)
_CLAUSES = re.compile(r"[,，。.;；、!！\n]+")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the answer says: codes of reasons, words, and the wish for a call with the words it stands in."""

    codes: tuple[str, ...] = ()
    words: str | None = None
    wish: Wish | None = None
    wish_words: str | None = None


def rating_of(talk: Talk, question: Question) -> Rating | None:
    """The bad rating that the question is about, as it counts now; None if none does, or it is bad no more."""
    asked = talk.session.get_one(Rating, question.facts["rating"])
    rating = active_rating(talk.session, asked.record_id)
    return rating if rating is not None and is_bad(rating.stars) else None


def answered(talk: Talk, matters: Matters, question: Question, rating: Rating, meant: Meant) -> str | None:
    """A request, a correction of the rating, or the answer; what is none of them is left to a person."""
    script = talk.script_of(rating)
    reply = talk.read(script, meant.read_before, meant.read_from)
    words = talk.words()
    reasons = _reasons(words, rating.stars)
    if reasons is None and reply.action not in requests.REQUESTS and _may_be_of_another(matters, rating, meant):
        leave(talk, why=Why.WHICH_ONE)
        return None
    talk.kept.question_id = question.id
    rated.link(talk, rating.record_id)
    if reply.action in requests.REQUESTS:
        keep_beside_request(talk, rating, reply.action)
        return requests.do(talk, matters, Meant(rating=rating), reply.action)
    if _is_nod(words) or _NOTHING.fullmatch(fold(words).strip()):
        return None
    if reasons is None and reply.action is Action.CLARIFY and says_correction(words):
        leave(talk)
        return None
    is_only = not matters.asked_beside(rating.record_id)
    is_level = is_only and _is_other_level(talk, words, reply, rating)
    if reasons is None and (is_level or _corrects(words, reply)):
        if _may_be_an_entry(words, reply):
            leave(talk)
            return None
        if reply.stars != rating.stars:
            close_question(talk.session, talk.number, talk.now)
        return rated.take(talk, matters, rating.record, rated.Answer(reply, talk.kept, script))
    said = _said(words, reasons, rating, reply, script.scale)
    if said is None:
        leave(talk)
        return None
    return _keep(talk, rating, said, is_open=reasons is None and is_blame(reply))


def _may_be_of_another(matters: Matters, rating: Rating, meant: Meant) -> bool:
    """护照没问题, while the reasons are asked for that another service was bad."""
    others = {one.record_id for one in matters.asked_beside(rating.record_id)}
    return not meant.is_named and any(hint.id in others for hint in meant.hints)


def _reasons(words: str, stars: int) -> Reasons | None:
    return read_reasons(_written_out(_apart(words)), stars) or _by_place(words, stars)


def _apart(words: str) -> str:
    """11下午3点 is 11, and 下午3点: our own example without its space."""
    entries = _ENTRIES_THEN_TIME.match(words)
    if entries is None or read_wish(words[entries.end() :]) is None:
        return words
    return f"{words[: entries.end()]} {words[entries.end() :]}"


def _written_out(words: str) -> str:
    """11-13 by itself, or before a time for the call, is 11, 12 and 13; 下午11-13 and 11-13点 are times."""
    pieces, at = [], 0
    for match in _RANGE.finditer(fold(words)):
        before = _CLAUSES.split(words[: match.start()])[-1].strip()
        behind = _CLAUSES.split(words[match.end() :])[0].strip()
        if not before and (not behind or read_wish(behind) is not None):
            numbers = range(int(match[1]), int(match[2]) + 1)
            pieces += [words[at : match.start()], "、".join(map(str, numbers))]
            at = match.end()
    return "".join([*pieces, words[at:]])


def is_blame(reply: Reply) -> bool:
    """太差了: no score was written, and after our question it says why, or how bad it was."""
    return reply.rule == "words" and reply.comment is None and is_bad(reply.stars or 0)


def _is_nod(words: str) -> bool:
    """“Good” is 好, and after our apology as little a rating."""
    return is_nod(words) or fold(words).strip(" .!") == "good"


def _by_place(words: str, stars: int) -> Reasons | None:
    """第三项 is the third of the reasons."""
    entry = chosen(words, len(REASONS[stars])) if words.lstrip().startswith("第") else None
    return None if entry is None else Reasons((REASONS[stars][entry.index].code,), entry.rest)


def _may_be_an_entry(words: str, reply: Reply) -> bool:
    """选3 and ③ may be the third reason as well as three stars: a bad rating must not turn good by that."""
    is_plain = _PLAIN_SCORE.fullmatch(words) is not None
    return not is_plain and not is_bad(reply.stars or 0) and _ENTRY_OR_SCORE.fullmatch(fold(words)) is not None


def _is_other_level(talk: Talk, words: str, reply: Reply, rating: Rating) -> bool:
    """One of the scale's own words and nothing else, 非常不满意 after 2, is another score, and no word on how bad."""
    if reply.stars in (None, rating.stars):
        return False
    script, said = talk.script_of(rating), fold(words).strip(" .!,、。~…")
    return any(said == fold(script.label(reply.stars or 0, language)) for language in talk.policy.languages)


def _corrects(words: str, reply: Reply) -> bool:
    """Another score by itself, or a good one with words; a bad one in words only says how bad it was."""
    is_alone = (reply.comment is None and not is_blame(reply)) or reply.rule == CORRECTION or says_correction(words)
    return reply.action is Action.RATE and (is_alone or not is_bad(reply.stars or 0))


def _said(words: str, reasons: Reasons | None, rating: Rating, reply: Reply, scale: Scale) -> _Said | None:
    """The answer in the words; None: there are none, or a score beside the reasons that says something else."""
    if reasons is None:
        return _words_and_wish((), words) if _says_something(words, reply) else None
    beside = parse(reasons.rest, scale) if reasons.rest else None
    if beside is None or beside.action is not Action.RATE:
        return _words_and_wish(reasons.codes, reasons.rest)
    return _words_and_wish(reasons.codes, beside.comment or "") if beside.stars == rating.stars else None


def _says_something(words: str, reply: Reply) -> bool:
    return read_wish(words) is not None or is_comment(words, reply) or is_blame(reply)


def _words_and_wish(codes: tuple[str, ...], words: str) -> _Said:
    wish = read_wish(words) if words else None
    is_only_wish = all(read_wish(clause) is not None for clause in _CLAUSES.split(words) if clause.strip())
    kept = words.strip() or None
    return _Said(codes, None if is_only_wish else kept, wish, kept if wish is not None else None)


def keep_beside_request(talk: Talk, rating: Rating, action: Action) -> None:
    """退订，11 and 不要再打电话了 are opt-outs, and may well say why it was bad, or that no call is wanted."""
    if action is not Action.OPTOUT:
        return
    wish = read_wish(talk.words())
    wish = wish if wish is Wish.NO_CALL else None
    asked = read_request(fold(visible(talk.words())))
    reasons = None if asked is None else _reasons(asked.rest, rating.stars)
    if reasons is not None:
        _keep(talk, rating, _Said(reasons.codes, None, wish, talk.words()))
    elif wish is not None:
        _note(talk, rating, _Said(wish=wish, wish_words=talk.words()))


def wished_later(talk: Talk, rating: Rating, reply: Reply) -> str | None:
    """下午打给我 or 0, though the question for reasons is answered, is noted all the same. None: it is no wish."""
    case = case_of(talk.session, rating)
    words = talk.words()
    if case is None or case.state is CaseState.CLOSED or reply.action is not Action.CLARIFY:
        return None
    is_number = _BARE_DIGIT.search(fold(words)) is not None or _reasons(words, rating.stars) is not None
    if read_wish(words) is None or is_number or is_machine(talk, reply):
        return None
    rated.link(talk, rating.record_id)
    return _keep(talk, rating, _words_and_wish((), words), is_open=True)


def _keep(talk: Talk, rating: Rating, said: _Said, *, is_open: bool = False) -> str:
    """Reasons and words make a new rating that says so too, and answer the question; a wish alone leaves it open, and
    so does whatever still lets it stand (`is_open`)."""
    if (said.codes or said.words) and not is_open:
        close_question(talk.session, talk.number, talk.now)
    if said.codes or said.words:
        added = Added(REASONS_RULE, said.codes, talk.masked(said.words))
        if not has_room(rating, added.comment):  # cut short: a person reads all of it
            leave(talk)
        add_to_rating(talk.session, rating.record_id, added, talk.now)
    case = _note(talk, rating, said)
    script, language = talk.script_of(rating), talk.language(rating.record)
    names = [rated.short(reason, language) for reason in REASONS[rating.stars] if reason.code in said.codes]
    if said.words:
        names.append(script.say("own_words", language))
    wish = case.call_wish if case is not None else said.wish
    if case is not None and _is_done(case) and wish is not Wish.NO_CALL:
        return talk.say(script, "comment_kept", language)
    facts: dict[str, object] = {"when": talk.when(script, rating, language)}
    kept = "reasons_kept" if names else ""
    if names:
        facts["reasons"] = ("、" if language.startswith("zh") else ", ").join(names)
    if wish is None:
        return talk.say(script, "reasons_kept", language, **facts)
    if wish is Wish.NO_CALL:
        return talk.say(script, f"{kept}_no_call" if names else "no_call_kept", language, **facts)
    facts["wish"] = script.wish(wish, language)
    return talk.say(script, f"{kept}_wish" if names else "wish_kept", language, **facts)


def _is_done(case: Case) -> bool:
    """Nobody will be in touch any more: it is closed, or only its outcome is still to be written down."""
    return case.state is CaseState.CLOSED or (case.steps is Steps.CONTACT and case.contacted_at is not None)


def _note(talk: Talk, rating: Rating, said: _Said) -> Case | None:
    """The agent sees in the case what the citizen said."""
    case = case_of(talk.session, rating)
    if case is None:
        return None
    if said.wish is not None:
        case.call_wish, case.call_wish_words = said.wish, talk.masked(said.wish_words)
        call_by_wish(talk.session, case, talk.policy, talk.now)
    wish = None if said.wish is None else str(said.wish)
    facts = {"codes": list(said.codes), "table": TABLE_VERSION, "wish": wish}
    add_event(talk.session, case, CITIZEN, "reasons_given", talk.now, note=talk.masked(said.words), facts=facts)
    return case
