"""Quality samples: which cases a lot falls on, so that nobody picks and anybody can check; and what marks are worth."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

WORST, BEST = 1, 5
LARGEST_DRAW = 100


def draw(population: Iterable[int], wanted: int, seed: str) -> list[int]:
    """`wanted` of these ids, each as likely as any other: those whose SHA-256 with the seed is the smallest."""
    return sorted(population, key=lambda one: (sha256(f"{seed}:{one}".encode()).digest(), one))[:wanted]


def is_mark(mark: object) -> bool:
    return isinstance(mark, int) and WORST <= mark <= BEST


def worth(marks: Mapping[str, int]) -> float:
    """What one sample is worth: the mean of its marks."""
    return sum(marks.values()) / len(marks)
