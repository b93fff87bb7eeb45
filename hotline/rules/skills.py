"""Which skill the callback about a record asks for: the first one of the policy that takes records of its kind."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skill:
    """What an agent can do that others cannot: speak a language, know a matter or a department.

    It takes a record that fits all that it names: one of the languages, and a code that begins as one of them does.
    """

    name: str
    languages: tuple[str, ...] = ()
    item_codes: tuple[str, ...] = ()
    dept_codes: tuple[str, ...] = ()

    def takes(self, language: str, item_code: str | None, dept_code: str | None) -> bool:
        return (
            (not self.languages or language in self.languages)
            and _begins(item_code, self.item_codes)
            and _begins(dept_code, self.dept_codes)
        )


def _begins(code: str | None, beginnings: tuple[str, ...]) -> bool:
    return not beginnings or (code or "").startswith(beginnings)


def skill_for(skills: Iterable[Skill], language: str, item_code: str | None, dept_code: str | None) -> str | None:
    """Its name; None = anybody can make that callback."""
    return next((skill.name for skill in skills if skill.takes(language, item_code, dept_code)), None)
