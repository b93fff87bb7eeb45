"""Reading a citizen's reply: the rating, the request or the doubt in it. Never a guess."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.rules.scale import Scale

PARSER_VERSION = "1"


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
    """`stars` (1–5, 5 = best) only with `rate`; `comment`: the free words beside the score; `rule`: which rule fired."""

    action: Action
    stars: int | None
    comment: str | None
    rule: str


def parse(text: str, scale: Scale) -> Reply:
    """What `text` says under `scale`. Never raises."""
    head, _, rest = text.strip().partition(" ")
    if head in {"1", "2", "3", "4", "5"}:
        return Reply(Action.RATE, scale.stars(int(head)), rest.strip() or None, "digit")
    if head.lower() in {"t", "td", "退订", "stop"}:
        return Reply(Action.OPTOUT, None, None, "optout")
    if head.lower() in {"恢复", "back", "start"}:
        return Reply(Action.OPTIN, None, None, "optin")
    return Reply(Action.CLARIFY, None, None, "no-rating")
