"""Does a sentence mean what it is sent for? Its own words are read as a citizen's reply is, and must come back so.

Every word that a sentence tells to reply is looked at, every number of a list, every time of day, every call back.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from hotline.rules.fault_kinds import Kind
from hotline.rules.level_names import FACT, plain, prepared
from hotline.rules.reasons import read_reasons
from hotline.rules.replies import Action, parse
from hotline.rules.reply_lists import chosen
from hotline.rules.reply_wishes import Wish, read_wish
from hotline.rules.scale import Scale
from hotline.rules.sentences import WISHES
from hotline.rules.statement import without_counts

Found = Iterator[tuple[Kind, str]]

_BREAKS = ",，。.;；!！?？:：\n"
_CLAUSE = re.compile(f"[^{_BREAKS}]+")
_FOLLOWS = re.compile("[,，] ?(?:即|就|便|可|以|to )")
_SEND = (
    "(?:回[复覆]?|[发發]送?|编辑|編輯|[输輸]入|按|(?<![A-Za-z])(?:[Rr]eply|[Ss]end|[Tt]ext|[Pp]ress|"
    "[Ee]nter)(?: with)?)"
    "(?:短信|簡訊|字母|文字|数字|數字|the (?:word|letter|number))?[:： ]*"
)
_TAUGHT = re.compile(
    f"(?P<send>{_SEND})(?:[“\"「『‘'](?P<quoted>[^”\"」』’']{{1,12}})[”\"」』’']|(?P<bare>[A-Z]{{1,12}}|"
    f"[0-9]{{1,3}})(?![A-Za-z0-9]))"
    "|(?<![A-Za-z0-9])(?P<first>[A-Z]{1,12}|[0-9]{1,3})(?= ?(?:=|(?:to|for|if) ))"
)
_NOT_TO_SEND = re.compile(
    '(?:勿|不要|不得|不能|不可|别|莫)(?:再|直接)?(?:回复?|发送?|按|输入)?(?:数字)?[“"「『]?$|'
    "(?<![a-z])(?:do not|don't|never|cannot)(?: (?:please|reply|send|text|press|with|the)){0,4} ?[“\"]?$"
)
_KEY_TOLD = re.compile(
    f"{_SEND}[“\"「『'(]?(?:(?P<number>[0-9]+)|(?P<sign>[*#]|[星井]号|(?:star|pound|hash)(?![a-z])))"
)
_STAR, _AGAIN = ("*", "星号", "star"), re.compile("重[听复]|再[听次]|(?<![a-z])(?:again|repeat)")
# What a sentence speaks of where it may tell a word that asks for it.
_SPOKEN_OF: Mapping[Action, re.Pattern[str]] = MappingProxyType(
    {
        Action.OPTOUT: re.compile(
            "(?<![不勿未没非])(?<!不想|不要|不必|无需|取消)(?:退订|拒收|取消订阅|停止(?:接收|发送))|"
            "不(?:愿意?|想|希望|再|需要|要)+(?:继续|再)?(?:接收|收到|收|被?打扰)|"
            "(?<!not )(?<!n't )(?<![a-z])(?:opt(?:ing)? out|stop|end|unsubscribe|quit|leave|cancel)(?![a-z])|"
            "(?:do not|don't|no longer) (?:want|wish)[a-z ]{0,24}(?:texts?|messages?|invitations?)|"
            "no more (?:texts|messages)"
        ),
        Action.OPTIN: re.compile(
            "(?<![不勿])(?<!不必|不要|无需)(?:恢复|重新(?:接收|订阅)|继续接收)|(?<![a-z])(?:come back|"
            "opt (?:back )?in|resume|start again)"
        ),
        Action.HELP: re.compile("帮助|疑问|问题|如何|怎[样么]|不清楚|人工|(?<![a-z])(?:help|questions?|how)(?![a-z])"),
        Action.WITHDRAW: re.compile("撤[回销]|取消评价|(?<![a-z])(?:withdraw|undo|take (?:it )?back)"),
        Action.NOT_ME: re.compile(
            "(?:不是|并?非)[您你]?(?:本人|自己|办理|拨打)|(?:号码|发|打)[^,，]{0,2}(?:错|有误)|"
            "(?<![a-z])(?:wrong (?:number|person)|not you|did not|didn't)(?![a-z])"
        ),
    }
)

_CALL = re.compile(
    "电话(?:回访|联[系络])?|回电|回访|联[系络]|来电|致电|通话|(?<![a-z])(?:calls? back|callbacks?|calls?|"
    "contact|phone)(?![a-z])"
)
_DENIAL = re.compile(
    "不(?!便|方便)|勿|别|未(?!来)|没|无[需须法]|[并绝]非|(?<![a-z])(?:do not|don't|does not|not|never|no|cannot|"
    "can't|won't|without)(?![a-z])"
)
_EXCEPT = re.compile("非必要|除|以外|之外|否则|(?<![a-z])(?:except|unless|otherwise)(?![a-z])")
_WE = re.compile("我们|工作人员|再次|[接收]到|(?<![a-z])(?:us|staff|be|by)(?![a-z])")
_ASKING = re.compile(
    "[请可您]|回(?![电访])复?|发送?|输入|按|数字|即可?|表示|代表|[\"“”「」'=( )]|(?<![a-z])(?:please|reply|send|"
    "press|text|with|number)(?![a-z])"
)
_EXAMPLE = re.compile(
    "(?:如|像|such as|for example|e[.]g[.])[,:： ]*[“\"「『'](?P<said>[^”\"」』']{2,16})[”\"」』']|"
    "(?:如|像|such as|for example)[,:： ]*(?P<bare>1[1-8](?:[、,， ]+1[1-8])*)(?![0-9])"
)
_NUMBER = re.compile("[0-9零]+")
_A_RANGE = re.compile("1 ?(?:至|到|-|~|—|to) ?5(?![0-9])")
_TO_CHANGE = re.compile("[更修]改|重新|(?<![a-z])(?:change|correct)(?![a-z])")
_TO_SCORE = re.compile("[评打]分|分[数值]|(?<![a-z])(?:scores?|ratings?)(?![a-z])")
_LISTED = ("11", "12", "13", "14", "15")  # at most five services

_WISHES_BESIDE: Mapping[str, Wish] = MappingProxyType(
    {
        "您方便的时间": Wish.ANY,
        "middle of the day": Wish.NOON,
        "course of any day": Wish.ANY,
        "course of the day": Wish.ANY,
    }
)
_A_CERTAIN_DAY = re.compile(
    "[今明后昨]|周|星期|礼拜|[0-9]|(?<![a-z])(?:tomorrow|to(?:day|night)|weekend|[a-z]+day)s?(?![a-z])"
)
_BY = re.compile("前|最[迟晚]|不[晚迟]于|截至|以内|(?<![a-z])(?:by|before|until|no later than|at the latest)(?![a-z])")
_AFTER = re.compile("后|不(?![晚迟])|过了|起|(?<![a-z])(?:after|from|not|(?<!no )later)(?![a-z])")
_SOON = re.compile(
    "尽[快早]|立[即刻]|马上|即刻|第一时间|及时|(?<![a-z])(?:soon|at once|immediately|promptly|right away|"
    "without delay|shortly)"
)
_LANGUAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "zh-CN": ("简体|中文|普通话", "繁体|英[文语]"),
        "zh-Hant": ("繁體|正體|中文", "簡體|英[文語]"),
        "en": ("english", "chinese"),
    }
)


def untrue(name: str, language: str, text: str, needs: frozenset[str], scale: Scale) -> Found:
    """All in the text of that name that a citizen's reply, or what we do then, would give the lie."""
    table, _, entry = name.partition(".")
    if table == WISHES:
        yield from [] if _wish_named(text) == entry else [(Kind.WRONG_WISH, entry)]
        return
    yield from _wrongly_taught(text, scale)
    if name in _OWN:
        yield from _OWN[name](text)
    if name not in _TELL_NUMBERS:
        yield from _no_key(text)
    if "when" in needs:
        yield from _call_denied(text, may_offer_none=name == "ask_reasons")
    if name == "language_set":
        yield from _other_language_named(text, language)


def _wish_named(text: str) -> Wish | None:
    folded = plain(text).strip()
    if folded in _WISHES_BESIDE:
        return _WISHES_BESIDE[folded]
    return None if _A_CERTAIN_DAY.search(folded.replace("any day", "")) else read_wish(folded.removesuffix("时段"))


def _wrongly_taught(text: str, scale: Scale) -> Found:
    """Words such as T that ask for something else than what is spoken of: 如需更改请回T."""
    told = FACT.sub("…", text)
    folded = plain(told)
    for match in _TAUGHT.finditer(told):
        action = parse(_word(match), scale).action
        if action not in _SPOKEN_OF:
            continue
        about = [_clause_beside(folded, match, place) for place in ("at", "before", "behind")]
        said = any(_SPOKEN_OF[action].search(one) for one in about)
        if not said or _NOT_TO_SEND.search(folded[: match.start()]):
            yield Kind.WRONG_REPLY, _word(match)


def _no_key(text: str) -> Found:
    """Keys that nobody answers: 6 to 9 and 0, # on the telephone, and * for anything but hearing it again."""
    folded = without_counts(FACT.sub("…", text))
    for match in _KEY_TOLD.finditer(folded):
        key = match["number"] or match["sign"]
        about = f"{_clause_beside(folded, match, 'before')} {_clause_beside(folded, match, 'at')}"
        if key not in (*"12345",) and not (key in _STAR and _AGAIN.search(about)):
            yield Kind.WRONG_REPLY, key


def _word(match: re.Match[str]) -> str:
    return match["quoted"] or match["bare"] or match["first"]


def _clause_beside(folded: str, match: re.Match[str], place: str) -> str:
    """The clause that tells the word, without it; the one before; or the one behind that says what the word does."""
    start = max((folded.rfind(sign, 0, match.start()) for sign in _BREAKS), default=-1) + 1
    end = min((at for sign in _BREAKS if (at := folded.find(sign, match.end())) >= 0), default=len(folded))
    if place == "at":
        return f"{folded[start : match.start()]} {folded[match.end() : end]}"
    if place == "before":
        return _CLAUSE.findall(folded[:start])[-1] if start and folded[start - 1] in ",，:：?？" else ""
    behind = _CLAUSE.search(folded, end)
    return behind.group() if behind and _FOLLOWS.match(folded, end) else ""


def _reasons_asked(text: str) -> Found:
    """Numbers are examples that are read, 1 to 5 to change the rating, or the 0 of whom no call suits."""
    folded = _EXAMPLE.sub(_if_not_read, without_counts(FACT.sub("…", text)))
    folded = re.sub("…(?: (?:out )?of |/)5", "…", folded)
    for match in _A_RANGE.finditer(folded):
        if _TO_CHANGE.search(_clause_beside(folded, match, "at")):
            folded = f"{folded[: match.start()]}{'…' * len(match.group())}{folded[match.end() :]}"
    told = [*_NUMBER.finditer(folded), *(match for match in _TAUGHT.finditer(folded) if match["quoted"])]
    for match in told:
        word = match["quoted"] if match.re is _TAUGHT else match.group()
        means_none = read_wish(word) is Wish.NO_CALL
        offers_none = _offers_no_call(folded, match)
        if means_none != offers_none or (match.re is _NUMBER and not means_none):
            yield Kind.WRONG_REPLY, word


def _if_not_read(match: re.Match[str]) -> str:
    """Nothing of an example that is read as reasons, alone or with a time; else all of it."""
    said = match["said"] or match["bare"]
    read = read_reasons(said, 1)
    is_read = read is not None and (not read.rest or read_wish(read.rest) is not None)
    return " " if is_read else match.group()


def _offers_no_call(folded: str, match: re.Match[str]) -> bool:
    """不必回电请回0, not 需要回电请回0: what is said of the word is itself read as no call."""
    at, before = (_clause_beside(folded, match, place) for place in ("at", "before"))
    said = at if _ASKING.sub("", at) else f"{before} {at}"
    if _NOT_TO_SEND.search(folded[: match.start()]) or _EXCEPT.search(said):
        return False
    once = len(_CALL.findall(said)) == 1 and len(_DENIAL.findall(said)) == 1
    return once and read_wish(_ASKING.sub(" ", _WE.sub("", said)).strip()) is Wish.NO_CALL


def _service_asked(text: str) -> Found:
    """Numbers are those of the list."""
    folded = without_counts(FACT.sub("…", text))
    for match in _NUMBER.finditer(folded):
        if match.group() not in _LISTED:
            yield Kind.WRONG_REPLY, match.group()
    if asked := re.search(
        "(?:回复?|发送?|输入|reply with|send)[^,，。;]{0,8}(?:评分|满意度|分数|scores?|ratings?)(?!的|for)", folded
    ):
        yield Kind.UNTRUE, asked.group()


def _service_and_score_asked(text: str) -> Found:
    folded = without_counts(FACT.sub("…", text))
    for match in _A_RANGE.finditer(folded):
        if not _TO_SCORE.search(_clause_beside(folded, match, "at")):
            yield Kind.WRONG_REPLY, match.group()
    for match in _NUMBER.finditer(folded):
        if match.group() not in (*"12345", *_LISTED):
            yield Kind.WRONG_REPLY, match.group()


def _entry(text: str) -> Found:
    """Filled in, and sent back as it is, it must be read as the entry of its number."""
    for place, number in enumerate(_LISTED):
        filled = text.replace("{number}", number).replace("{item}", "居民身份证换领").replace("{code}", "0012")
        read = chosen(filled, len(_LISTED))
        if read is None or read.index != place or _NUMBER.search(prepared(text)):
            yield Kind.WRONG_ENTRY, ""
            return


def _names_no_reason(text: str) -> Found:
    """It stands among reasons, for words of the citizen's own: it is none, no rating and no wish."""
    is_reason = any(read_reasons(text, stars) for stars in (1, 2))
    is_rating = any(parse(text, scale).action is Action.RATE for scale in Scale)
    if is_reason or is_rating or read_wish(text) is not None:
        yield Kind.UNTRUE, text


def _deadline_kept(text: str) -> Found:
    folded = plain(FACT.sub("…", text))
    if not _BY.search(folded) or _AFTER.search(folded) or _NUMBER.search(folded):
        yield Kind.UNTRUE, text


def _at_once(text: str) -> Found:
    folded = plain(text)
    if not _SOON.search(folded) or _DENIAL.search(folded) or _AFTER.search(folded) or _NUMBER.search(folded):
        yield Kind.UNTRUE, text


def _no_call_noted(text: str) -> Found:
    """Somewhere it is read as no call, and nowhere as a call."""
    clauses = [clause.strip() for clause in _CLAUSE.findall(plain(FACT.sub("…", text)))]
    of_calls = [
        one for one in clauses if _CALL.search(one) and "…" not in one[-2:] and not one.startswith(("如", "若", "if "))
    ]
    denied = [read_wish(_WE.sub("", one)) is Wish.NO_CALL for one in of_calls]
    if not any(denied) or not all(denied):
        yield Kind.UNTRUE, next((one for one, is_none in zip(of_calls, denied, strict=True) if not is_none), "0")


def _call_denied(text: str, *, may_offer_none: bool) -> Found:
    """A sentence that says when we call says so, and not that we do not."""
    folded = plain(FACT.sub(lambda match: "…" if match.group(1) in ("when", "wish") else " ", text))
    for clause in _CLAUSE.findall(folded):
        says_when = "…" in clause and _DENIAL.search(clause)
        if says_when or (not may_offer_none and read_wish(clause) is Wish.NO_CALL):
            yield Kind.UNTRUE, clause.strip().replace("…", "{when}")


def _other_language_named(text: str, language: str) -> Found:
    own, others = _LANGUAGES.get(language, ("", "(?!)"))
    lower = text.lower()
    if not re.search(own, lower) or re.search(others, lower):
        yield Kind.UNTRUE, text


_TELL_NUMBERS = frozenset({"ask_reasons", "which_one", "which_one_and_score", "which_one_entry", "agent_whisper"})
_OWN = MappingProxyType(
    {
        "ask_reasons": _reasons_asked,
        "which_one": _service_asked,
        "which_one_and_score": _service_and_score_asked,
        "which_one_entry": _entry,
        "own_words": _names_no_reason,
        "when_by": _deadline_kept,
        "when_at_once": _at_once,
        "reasons_kept_no_call": _no_call_noted,
        "no_call_kept": _no_call_noted,
    }
)
