"""The voice menu as a pure machine: where a call stands, what a key does there, what is said next.

Greet, ask, hear it again on `*`, ask again at most twice after silence or a wrong key, thank, end.
"""

from dataclasses import dataclass
from enum import StrEnum

from hotline.rules.scale import Scale

MOST_TRIES = 3  # the first asking and two more
MOST_REPEATS = 5  # a key stuck on `*` must not hold a line for ever


class Node(StrEnum):
    """Where a survey call can stand."""

    ASK = "ask"
    RATED = "rated"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Place:
    """One asking of one call: the `turn`th time the caller is listened to, on try `tries`, after `repeats` of `*`."""

    turn: int = 1
    tries: int = 1
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a key: sentences to say, and either another asking, or the end (with stars if rated)."""

    node: Node
    sentences: tuple[str, ...]
    place: Place
    stars: int | None = None


def answer(place: Place, keys: str, scale: Scale) -> Next:
    """What `keys` (empty = silence) does at `place`."""
    if keys == "*" and place.repeats < MOST_REPEATS:
        return Next(Node.ASK, ("ask",), Place(place.turn + 1, place.tries, place.repeats + 1))
    if keys in ("1", "2", "3", "4", "5"):
        return Next(Node.RATED, (), place, stars=scale.stars(int(keys)))
    if place.tries >= MOST_TRIES:
        return Next(Node.GIVEN_UP, ("goodbye",), place)
    complaint = "wrong_key" if keys else "silence"
    return Next(Node.ASK, (complaint, "ask"), Place(place.turn + 1, place.tries + 1, place.repeats))
