"""The policy in force, to be read: each figure in words, with its source and the file that decides it.

It is changed by whoever runs the house, in its file: a wrong entry would stop the start, and none is taken here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template
from pydantic import BaseModel

from hotline.console.access import needs_role
from hotline.console.board import SUPERVISION
from hotline.console.policy_words import ENTRIES, SECTIONS, said
from hotline.console.room import blueprint
from hotline.console.words import Words
from hotline.errors import SettingsError
from hotline.policies import policy_text
from hotline.policies.sources import Source, sources_of
from hotline.rules.policy import Policy
from hotline.services import services


@dataclass(frozen=True, slots=True)
class Figure:
    """One entry: its name in the file and in words, its value in words, and where that comes from."""

    entry: str
    name: Words | None
    value: Words
    source: Source | None


@blueprint.get("/policy")
@needs_role(*SUPERVISION)
def policy_page() -> str:
    """Every section with its figures."""
    house = services()
    sections = [(words, list(_figures(house.policy, section))) for section, words in _sections(house.policy).items()]
    return render_template("console/policy.html", sections=sections, file=house.settings.policy)


def _sections(policy: Policy) -> dict[str, Words]:
    """Those that have words in their order, then whatever else the policy has."""
    others = {name for name, value in policy if isinstance(value, BaseModel)} - set(SECTIONS)
    return {**SECTIONS, **{name: Words(name, "") for name in sorted(others)}}


def _figures(policy: Policy, section: str) -> Iterator[Figure]:
    sources = _sources()
    for name, value in _entries(policy, section):
        entry = f"{section}.{name}" if section else name
        yield Figure(entry, ENTRIES.get(entry), said(value), sources.get((section, name)))


def _entries(policy: Policy, section: str) -> Iterator[tuple[str, object]]:
    if section:
        within = getattr(policy, section)
        yield from within.items() if isinstance(within, dict) else within
        return
    for name, value in policy:
        if name != "name" and not isinstance(value, BaseModel | dict):
            yield name, value


def _sources() -> dict[tuple[str, str], Source]:
    """None if the file is gone since the start: the figures are in force all the same."""
    try:
        return sources_of(services().settings.policy, policy_text)
    except SettingsError:
        return {}
