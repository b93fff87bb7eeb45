"""Work that every test's application would do anew and that comes out the same each time: done once a process.

Nothing that a test can see is shared, only what libraries make out of our sources: compiled statements, routes and
templates, the machine's certificates. And passwords are hashed as ever, with little work; and a text or call waits
for its moment by a clock that is never late, however busy the machine.
"""

import functools
import gc
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine, event
from werkzeug.routing import Rule

from hotline import database
from hotline.actions import passwords
from hotline.jobs import errands, texts
from hotline.jobs.pace import Pace
from hotline.simulator import server

_CLOSE_SECONDS = 0.005


def do_once(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """From now on, until `patch` is undone. `folder` keeps the templates."""
    patch.setattr(database, "make_engine", functools.partial(_make_engine, database.make_engine, {}))
    patch.setattr(Rule, "_compile_builder", _remembered(Rule._compile_builder))
    patch.setattr(Flask, "jinja_options", {"bytecode_cache": FileSystemBytecodeCache(str(folder))})
    patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(passwords, "_hasher", hasher)
    patch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))
    patch.setattr(server, "CLOSE_SECONDS", _CLOSE_SECONDS)
    time = _WaitedTime()
    for module in (texts, errands):
        patch.setattr(module, "Pace", functools.partial(Pace, clock=lambda: time.passed, wait=time.wait))
    gc.collect()
    gc.freeze()  # modules and collected tests stay to the end: they need not be looked through again and again


@dataclass
class _WaitedTime:
    passed: float = 0.0  # seconds

    def wait(self, seconds: float) -> None:
        self.passed += seconds


def _make_engine(make: Callable[[str], Engine], kept: dict[str, tuple[Dialect, dict[Any, Any]]], url: str) -> Engine:
    """An engine of its own with the statements of all others of its kind, which SQLAlchemy compiles for a dialect."""
    engine = make(url)
    kind = engine.dialect.name
    if kind == "sqlite":
        event.listen(engine, "connect", _do_not_wait_for_the_disk)
    if kind in kept:
        engine.dialect, statements = kept[kind]
        engine.update_execution_options(compiled_cache=statements)
    else:  # a dialect is good for others when it has met its database
        event.listen(engine, "connect", lambda *_: kept.setdefault(kind, (engine.dialect, {})), once=True)
    return engine


def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _remembered(compile_builder: Callable[[Rule, bool], Any]) -> Callable[[Rule, bool], Any]:
    """The function that writes a route's address, compiled once for all applications that have the same route."""
    made: dict[Any, Any] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:
        converters = tuple((name, type(converter)) for name, converter in rule._converters.items())
        key = (rule.rule, rule.subdomain, repr(rule.defaults), converters, append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    return compiled
