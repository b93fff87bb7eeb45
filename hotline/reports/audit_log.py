"""The audit log as people read it: by who, what, when and about which thing; and as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hotline.reports.spreadsheet import csv_lines, local
from hotline.tables import AuditEntry

_HEADER = ("序号 number", "时间 at", "人员 who", "事项 what", "对象 subject", "详情 facts", "校验 seal")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; days are the city's. `about` is the kind of a thing, `about_id` which one."""

    who: str = ""
    what: str = ""
    about: str = ""
    about_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What was asked for, as the audit log keeps it."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(value) for name, value in given.items() if value not in ("", None)}


def entries(session: Session, wanted: Wanted, zone: ZoneInfo, most: int, before: int | None) -> Sequence[AuditEntry]:
    """Up to `most` entries, the latest first, those `before` a number."""
    listed = select(AuditEntry).where(*_conditions(wanted, zone)).order_by(AuditEntry.number.desc()).limit(most)
    if before is not None:
        listed = listed.where(AuditEntry.number < before)
    return session.scalars(listed).all()


def audit_csv(session: Session, wanted: Wanted, zone: ZoneInfo, last: int) -> Iterator[str]:
    """Every entry up to number `last`, in order, line by line; no cell of it is run as a formula."""
    return csv_lines(_HEADER, (_row(entry, zone) for entry in _all(session, wanted, zone, last)))


def _all(session: Session, wanted: Wanted, zone: ZoneInfo, last: int) -> Iterator[AuditEntry]:
    listed = select(AuditEntry).where(*_conditions(wanted, zone), AuditEntry.number <= last)
    yield from session.scalars(listed.order_by(AuditEntry.number).execution_options(yield_per=_BATCH))


def _conditions(wanted: Wanted, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    if wanted.who:
        yield AuditEntry.actor == wanted.who
    if wanted.what:
        yield AuditEntry.action == wanted.what
    if wanted.about and wanted.about_id is not None:
        yield AuditEntry.subject == f"{wanted.about}:{wanted.about_id}"
    elif wanted.about:
        yield AuditEntry.subject.startswith(f"{wanted.about}:", autoescape=True)
    if wanted.since is not None:
        yield AuditEntry.at >= _midnight(wanted.since, zone)
    if wanted.until is not None:
        yield AuditEntry.at < _midnight(wanted.until + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _row(entry: AuditEntry, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        entry.number,
        local(entry.at, zone),
        entry.actor,
        entry.action,
        entry.subject,
        told(entry.facts),
        entry.seal,
    )


def told(facts: dict[str, Any]) -> str:
    """The facts of an entry in one line: `role=agent; from=supervisor, DEPT-1`."""
    return "; ".join(f"{name}={_plain(fact)}" for name, fact in facts.items())


def _plain(fact: Any) -> str:
    if isinstance(fact, list):
        return ", ".join(_plain(item) for item in fact)
    return "–" if fact is None else str(fact)
