"""Reading a citizen's reply: the rating, the request or the doubt in it. Never a guess; what is unsure is asked about.

The order is the rule: what may not be read at all, then being left alone, then corrections, then the rating itself.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from hotline.rules.reply_corrections import (
    corrected_from,
    instead_of,
    is_mistyped,
    may_correct,
    now_from,
    tells_of_slip,
)
from hotline.rules.reply_echoes import confirms, own_words
from hotline.rules.reply_guards import has_picture, is_against_its_picture, is_crossed_out, unreadable
from hotline.rules.reply_rating import Rating, read_rating
from hotline.rules.reply_requests import Request, read_request
from hotline.rules.reply_spellings import WHOLE, respelled, stars_of_whole
from hotline.rules.reply_text import fold, visible
from hotline.rules.scale import STAR_LABELS, Scale, is_bad

# Which reading of replies this is: raised whenever a reply is read otherwise than before, and kept beside each text.
PARSER = "2026.14"


class Action(StrEnum):
    """What a reply asks for. `clarify`: it could not be read without guessing."""

    RATE = "rate"
    CLARIFY = "clarify"
    OPTOUT = "optout"
    OPTIN = "optin"
    HELP = "help"
    WITHDRAW = "withdraw"
    NOT_ME = "not_me"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply says, and by which `rule` it was read.

    `stars` (1–5, 5 = best) and `comment`, the free words left beside the score, come only with `rate`.
    """

    action: Action
    stars: int | None
    comment: str | None
    rule: str


_PARTING = " \n,，.。!！;；:：、…~·*_"
_OPENING, _CLOSING = "([（【「《“'\"", ")]）】」》”'\""
_EDGES = _PARTING.replace("*", "") + _OPENING + _CLOSING  # 5* is five stars
_BEFORE, _BEHIND = f"{_PARTING}-—={_CLOSING}", f"{_PARTING}-—={_OPENING}"
_LONGEST_CHANT = 40
_TAIL = " \n,，.。!;、…~"
_LEADING = _EDGES.replace(".", "")
_GREETINGS = ("你好", "您好")
_ANNOUNCES = re.compile("(?:我的?|本次)?(?:评价|满意度|评分|答案?|回[复覆]|[选選]擇?|結果|结果)(?:是|为|為)?")
_WORD = re.compile(r"[^\W_]")
_SAYS = re.compile(r"[^\W_]|[★☆]")
_BARE = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "一": 1, "二": 2, "三": 3, "两": 2, "四": 4, "五": 5}
# What most citizens write: the official labels, read at a glance.
_LABELS = {label: stars for stars, label in STAR_LABELS.items()}
_LABELS |= {"非常好": 5, "好": 4, "一般": 3, "差": 2, "非常差": 1}
_LABELS |= WHOLE


def parse(text: str, scale: Scale) -> Reply:
    """What `text` says under `scale`. Never raises; takes time in proportion to the length of the text."""
    text = visible(text)
    reply = _read(text, scale)
    if reply.stars is None:
        return reply
    if not has_picture(text):
        return reply
    bad = is_bad(reply.stars)
    if is_crossed_out(text) and not (bad and reply.rule == "words"):
        return _clarify("unsure-words")
    return _clarify("digit-against-words") if is_against_its_picture(text, good=not bad) else reply


def _read(text: str, scale: Scale) -> Reply:
    folded = fold(text).rstrip(_TAIL)
    bare = folded.lstrip(_LEADING).rstrip(_EDGES)
    if bare.startswith(_GREETINGS) and len(bare) > 2 and bare[2] in _LEADING:
        bare = bare[2:].lstrip(_LEADING)
    if glance := _at_a_glance(bare, scale):
        return glance
    if not (bare[:1].isalnum() or _SAYS.search(bare)):
        return _do(Request.HELP) if "?" in bare else _clarify("empty")
    if (written := own_words(text)) is not None:
        return _beside_echo(written, scale)
    if confirms(folded):
        return _clarify("echo")
    if rule := unreadable(folded):
        return _clarify(rule)
    return _weighed(text, folded, bare, scale)


def _weighed(text: str, folded: str, bare: str, scale: Scale) -> Reply:
    """What a reply of more words asks for or rates."""
    asked = read_request(folded)
    if asked and asked.request is Request.OPTOUT:
        return _do(asked.request)
    if is_mistyped(bare):
        return _clarify("mistyped")
    if corrected := _corrected(text, folded, scale):
        return corrected
    if asked:
        also_rates = asked.request is not Request.HELP and isinstance(read_rating(asked.rest, scale), Rating)
        return _clarify("rating-and-request") if also_rates else _do(asked.request)
    if tells_of_slip(folded):
        return _clarify("mistyped")
    rating = read_rating(folded, scale)
    if isinstance(rating, Rating):
        return _rate(text, rating, rating.rule)
    return _chanted(bare, scale) or _misspelt(bare, scale) or _clarify(rating)


def _chanted(bare: str, scale: Scale) -> Reply | None:
    """五星五星五星 is one score."""
    if len(bare) > _LONGEST_CHANT:
        return None
    said = "".join(bare.split())
    once = _once(said)
    rating = read_rating(once, scale) if once != said else "no-rating"
    is_score = isinstance(rating, Rating) and rating.rule == "score"
    return Reply(Action.RATE, rating.stars, None, "score") if isinstance(rating, Rating) and is_score else None


def _misspelt(bare: str, scale: Scale) -> Reply | None:
    """A whole reply in another spelling: the label that was meant, and never more than that."""
    if stars := stars_of_whole(bare):
        return Reply(Action.RATE, stars, None, "words")
    if (meant := respelled(bare)) is None:
        return None
    rating = read_rating(meant, scale)
    is_label = isinstance(rating, Rating) and rating.rule == "words" and _comment(meant, rating.spans) is None
    return Reply(Action.RATE, rating.stars, None, "words") if isinstance(rating, Rating) and is_label else None


def _at_a_glance(bare: str, scale: Scale) -> Reply | None:
    """A digit or a label and nothing else."""
    if bare in _BARE:
        return Reply(Action.RATE, scale.stars(_BARE[bare]), None, "digit")
    # 5分 and nothing else answers a menu of numbered options: it is the option 5, and 分 a polite measure word.
    # Who gives a score says so (给5分, 5分好评, 五星), and then it is stars whatever the scale.
    if bare[1:].lstrip() == "分" and bare[0] in _BARE:
        return Reply(Action.RATE, scale.stars(_BARE[bare[0]]), None, "digit")
    if len(bare) > _LONGEST_CHANT:
        return None
    label = _once("".join(bare.split()))
    return Reply(Action.RATE, _LABELS[label], None, "words") if label in _LABELS else None


def _beside_echo(written: str, scale: Scale) -> Reply:
    """An answer written beside our own text counts, if it is one."""
    reply = _read(written, scale) if written else None
    return _clarify("echo") if reply is None or reply.action is Action.CLARIFY else reply


def _once(text: str) -> str:
    """满意满意满意 is 满意; 好好好 is what one says to be left in peace."""
    if text.find(text[:1], 1) <= 0:
        return text
    period = (text + text).find(text, 1)
    return text if period == 1 else text[:period]


@cache
def _do(request: Request) -> Reply:
    return Reply(Action(request), None, None, request.replace("_", "-"))


def _corrected(text: str, folded: str, scale: Scale) -> Reply | None:
    """The rating that a correction puts in place of another."""
    if not may_correct(folded):
        return None
    if pair := instead_of(folded):
        meant, other = (read_rating(part, scale) for part in pair)
        if isinstance(meant, Rating) and isinstance(other, Rating):
            return Reply(Action.RATE, meant.stars, None, "correction")
    for start in corrected_from(folded):
        rating = read_rating(folded[start:], scale)
        if isinstance(rating, Rating):
            return _rate(text[start:], rating, "correction")
    if now := now_from(folded):
        rating = read_rating(folded[now:], scale)
        return _rate(text[now:], rating, "now") if isinstance(rating, Rating) else None
    return None


def _rate(text: str, rating: Rating, rule: str) -> Reply:
    return Reply(Action.RATE, rating.stars, _comment(text, rating.spans), rule)


def _comment(text: str, spans: tuple[tuple[int, int], ...]) -> str | None:
    """What the citizen wrote outside `spans`, in their own characters; None if no word is left."""
    pieces, end = [], 0
    for start, stop in sorted(spans):
        pieces.append(text[end:start])
        end = max(end, stop)
    pieces.append(text[end:])
    kept = (piece.lstrip(_BEFORE).rstrip(_BEHIND).strip() for piece in pieces if _WORD.search(piece))
    return " ".join(piece for piece in kept if not _ANNOUNCES.fullmatch(piece)) or None


@cache
def _clarify(rule: str) -> Reply:
    return Reply(Action.CLARIFY, None, None, rule)
