"""Every sentence that a script must have: which facts it names, and what else it must tell the citizen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hotline.rules.replies import Action
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import STAR_LABELS


class Channel(StrEnum):
    """How a citizen is asked, and answers."""

    SMS = "sms"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`needs`: the facts that it must name; `may`: those that it may. `states_scale`: it tells which key means which
    star. `teaches`: it tells a word to reply that asks for this. A `part` is no sentence but a piece of others.
    `shows_score`: it may show how to send a score. `to_agent`: no citizen hears it.
    """

    needs: frozenset[str]
    may: frozenset[str]
    states_scale: bool = False
    says_free: bool = False
    teaches: Action | None = None
    part: bool = False
    shows_score: bool = False
    to_agent: bool = False

    @property
    def facts(self) -> frozenset[str]:
        return self.needs | self.may


_ANYWHERE = frozenset({"signature", "hotline"})


def _text(
    needs: str = "",
    may: str = "",
    *,
    states_scale: bool = False,
    free: bool = False,
    teaches: Action | None = None,
    shows_score: bool = False,
) -> Sentence:
    """A text: signed, as the carriers demand."""
    named = frozenset({"signature", *needs.split()})
    return Sentence(named, _ANYWHERE | {*may.split()}, states_scale, free, teaches, shows_score=shows_score)


def _asking(needs: str, may: str = "") -> Sentence:
    """A text to somebody who did not write to us: it says what it costs and how to be left alone."""
    return _text(needs, may, states_scale=True, free=True, teaches=Action.OPTOUT)


def _spoken(needs: str = "", may: str = "", *, states_scale: bool = False) -> Sentence:
    return Sentence(frozenset(needs.split()), _ANYWHERE | {*may.split()}, states_scale)


def _part(needs: str = "") -> Sentence:
    return Sentence(frozenset(needs.split()), frozenset(), part=True)


def _to_agent(needs: str = "", may: str = "", *, part: bool = True) -> Sentence:
    """Nothing is said that the call does not know."""
    return Sentence(frozenset(needs.split()), frozenset(may.split()), part=part, to_agent=True)


_SMS = {
    "invite_transaction": _asking("item code", "date"),
    "invite_batch": _asking("item count code", "date"),
    "invite_call": _asking("code", "date"),
    "remind_transaction": _asking("item code", "date"),
    "remind_call": _asking("code", "date"),
    "again_transaction": _asking("item code", "date"),
    "again_call": _asking("code", "date"),
    "remind_again_transaction": _asking("item code", "date"),
    "remind_again_call": _asking("code", "date"),
    "thanks_good": _text("label", "stars hours about coded"),
    "thanks_bad": _text("label when", "stars about"),
    "ask_reasons": _text("label when reasons", "stars about"),
    "reasons_kept": _text("reasons when"),
    "reasons_kept_wish": _text("reasons when wish"),
    "reasons_kept_no_call": _text("reasons"),
    "wish_kept": _text("when wish"),
    "no_call_kept": _text(),
    "comment_kept": _text(),
    "withdrawn": _text("", "about coded"),
    "nothing_to_withdraw": _text(),
    "clarify": _text("", "about", states_scale=True),
    "which_one": _text("list", "count label"),
    "which_one_and_score": _text("list", "count", shows_score=True),
    "late": _text(),
    "unknown_number": _text(),
    "help": _text(states_scale=True, teaches=Action.OPTOUT),
    "opted_out": _text(teaches=Action.OPTIN),
    "opted_in": _text(teaches=Action.OPTOUT),
    "not_me": _text(),
    "language_set": _text(),
    "when_by": _part("deadline"),
    "when_at_once": _part(),
    "own_words": _part(),
    "about_one": _part("code"),
    "with_code": _part("code"),
    "which_one_entry": _part("number item code"),
    "no_item": _part(),
}
_PHONE = {
    "greet_transaction": _spoken("item", "date"),
    "greet_call": _spoken("", "date"),
    "greet_transaction_again": _spoken("item", "date"),
    "greet_call_again": _spoken("", "date"),
    "ask": _spoken(states_scale=True),
    "ask_simple": _spoken(states_scale=True),
    "silence": _spoken(),
    "wrong_key": _spoken(),
    "thanks_good": _spoken("label"),
    "thanks_bad": _spoken("label"),
    "goodbye": _spoken(),
    "nothing_to_rate": _spoken(),
    "opted_out": _spoken(),
    "fallback_text": _spoken("signature"),
    "fallback_again": _spoken("signature hotline"),
    "fallback_kept": _spoken("signature"),
    "no_item": _part(),
    "recording_notice": _spoken(),
    "agent_whisper": _to_agent("case", "item label", part=False),
    "connecting": _to_agent(),
    "citizen_busy": _to_agent(),
    "citizen_no_answer": _to_agent(),
    "citizen_failed": _to_agent(),
    "case_taken": _to_agent(),
}

SENTENCES: Mapping[Channel, Mapping[str, Sentence]] = MappingProxyType(
    {Channel.SMS: MappingProxyType(_SMS), Channel.PHONE: MappingProxyType(_PHONE)}
)

# The small tables of words beside the sentences: what stars are called, and the times of day that suit for a call.
LABELS, WISHES = "labels", "wishes"
_LABELS = {LABELS: tuple(str(stars) for stars in STAR_LABELS)}
TABLES: Mapping[Channel, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Channel.SMS: MappingProxyType(_LABELS | {WISHES: tuple(str(w) for w in Wish if w is not Wish.NO_CALL)}),
        Channel.PHONE: MappingProxyType(_LABELS),
    }
)


def is_chinese(language: str) -> bool:
    """Are its dates, lists and keys written as in Chinese? Cantonese, and what a city adds to its telephone, are."""
    return not language.startswith("en")


def beside(part: str, language: str) -> str:
    """A part as it stands behind a word: after a space, where the language has any."""
    return part if is_chinese(language) or not part else f" {part}"
