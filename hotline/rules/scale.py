"""Which key means which star.

Stars are the only value kept inside, 5 = 非常满意. Most voice menus say 非常满意请按1 (rank_1_best); texts, and the
provincial interfaces, say 5 (star_5_best); GB/T 39046-2020 A.8 codes 非常满意 as 1.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Scale(StrEnum):
    """The direction of the keys 1 to 5. A bare integer from outside is no rating until a scale is applied."""

    STAR_5_BEST = "star_5_best"
    RANK_1_BEST = "rank_1_best"

    def stars(self, key: int) -> int:
        """The stars (1–5, 5 = best) that `key` means. Raises ValueError for any key but 1 to 5."""
        return self._turn(key, "key")

    def key(self, stars: int) -> int:
        """The key (1–5) that means `stars`. Raises ValueError for any stars but 1 to 5."""
        return self._turn(stars, "stars")

    def _turn(self, number: int, name: str) -> int:
        if not 1 <= number <= 5:
            raise ValueError(f"{name} {number}: must be 1 to 5")
        return number if self is Scale.STAR_5_BEST else 6 - number


STAR_LABELS: Mapping[int, str] = MappingProxyType(
    {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
)


def is_bad(stars: int) -> bool:
    """差评: 1 or 2 stars. Everything else is 好评."""
    return stars <= 2
