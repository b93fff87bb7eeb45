"""What a password of the console must be: long enough for its role, and nothing that is guessed first."""

from collections.abc import Set
from enum import StrEnum

SHORTEST, SHORTEST_OF_MANAGERS, LONGEST = 10, 12, 128  # characters
_SHORTEST_WITHOUT_NAME = 8
_FEWEST_DIFFERENT = 5


class PasswordFault(StrEnum):
    SHORT = "password_short"
    LONG = "password_long"
    NAME = "password_name"
    SIMPLE = "password_simple"
    COMMON = "password_common"
    USED = "password_used"


def fault_of(password: str, name: str, shortest: int, common: Set[str]) -> PasswordFault | None:
    """What is wrong with `password` for the user `name`; `common` holds the commonest, in small letters."""
    if len(password) < shortest:
        return PasswordFault.SHORT
    if len(password) > LONGEST:
        return PasswordFault.LONG
    small = password.casefold()
    if name.casefold() in small and len(small.replace(name.casefold(), "")) < _SHORTEST_WITHOUT_NAME:
        return PasswordFault.NAME
    if len(set(small)) < _FEWEST_DIFFERENT:
        return PasswordFault.SIMPLE
    if small in common:
        return PasswordFault.COMMON
    return None
