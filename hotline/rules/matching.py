"""Which open invitation a text answers: never a guess, and never two at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that still waits for its answer; `code` is the end of the number its text showed."""

    id: int
    code: str


@dataclass(frozen=True, slots=True)
class Match:
    """The one invitation meant, and what is left of the text once its code is taken out."""

    invitation: OpenInvitation
    text: str


def match(text: str, open_invitations: Sequence[OpenInvitation]) -> Match | None:
    """The invitation whose code the text repeats, or the only open one; None = the citizen must be asked which."""
    for invitation in open_invitations:
        rest, found = _without_code(text, invitation.code)
        if found and sum(other.code == invitation.code for other in open_invitations) == 1:
            return Match(invitation, rest)
    if len(open_invitations) == 1:
        return Match(open_invitations[0], text)
    return None


def _without_code(text: str, code: str) -> tuple[str, bool]:
    """The text without `code` standing alone at its beginning, as the which-one question asks for it."""
    rest = re.sub(
        rf"^\s*(?:尾号)?\s*{re.escape(code)}(?![0-9A-Za-z])[\s:：，,。-]*", "", text, count=1, flags=re.IGNORECASE
    )
    return rest, rest != text
