"""How fast and how large every page of the console is with 100,000 open cases and 200,000 closed ones.

Run: python -m bench.console [open cases]; on SQLite, and on PostgreSQL, too. Each page is asked for as a supervisor (or
as the department, marked so) and the median of three is printed with its share of the bound, as is its size; exits 1
if one is over a bound. `HOTLINE_BENCH_DATABASES` (sqlite, postgresql or both, the default) says where.
"""

import hashlib
import os
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from hotline import create_app
from hotline.actions.people import add_user
from hotline.actions.second_factor import put_in_force
from hotline.clock import utc_now
from hotline.database import Database
from hotline.migrations import migrate
from hotline.privacy import Vault
from hotline.rules.casework import (
    AttemptResult,
    AttemptState,
    CaseState,
    DeadlineKind,
    NoticeKind,
    Outcome,
    Rung,
    Steps,
)
from hotline.rules.deadlines import DayUnit
from hotline.rules.phones import PhoneKind
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.settings import Settings
from hotline.tables import (
    Attempt,
    Case,
    CaseAppeal,
    CaseDeadline,
    CaseEvent,
    CaseExtension,
    CaseNotice,
    Rating,
    ServiceRecord,
    StoredRating,
    User,
)
from hotline.tables.people import Role
from hotline.tables.service import RatingState, RecordKind
from tests import parts

BOUND_MS, BOUND_KB = 300, 150
PASSWORD = "a password for the bench"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEPARTMENTS = 40
AGENTS = 60
_STATES = (
    *(CaseState.OPENED,) * 5,
    *(CaseState.CONTACTED, CaseState.VERIFIED, CaseState.RECTIFYING, CaseState.RECTIFYING),
    *(CaseState.EXPLAINED, CaseState.APPEALED, CaseState.ASKED_AGAIN, CaseState.CENTRE_CALLBACK),
)
_SETTINGS = {
    "HOTLINE_PUBLIC_URL": "http://localhost",
    "HOTLINE_SECRET_KEY": "s" * 32,
    "HOTLINE_DATA_KEY": b64encode(b"k" * 32).decode(),
    "HOTLINE_POLICY": "luoning",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_FROM": "+8643212345678",
}


def fill(database: Database, open_cases: int) -> None:
    """Closed cases of the year before, then open ones of the last thirty days; each with its rows around it."""
    now, total = utc_now(), open_cases * 3
    with database.write() as session:
        add_user(session, "坐席00", Role.AGENT, PASSWORD, now)
        first = session.scalars(select(User)).one()
        kept = {"role": Role.AGENT, "password_hash": first.password_hash, "created_at": now}
        session.execute(insert(User), [kept | {"name": f"坐席{number:02}"} for number in range(1, AGENTS)])
        for role in (Role.SUPERVISOR, Role.ADMIN):
            put_in_force(session, add_user(session, str(role), role, PASSWORD, now), SECRET, 0, Vault(b"k" * 32), now)
        add_user(session, "department", Role.DEPARTMENT, PASSWORD, now, _dept(4))
    for start in range(0, total, 2000):
        numbers = range(start, min(start + 2000, total))
        with database.write() as session:
            for table, rows in _rows(numbers, open_cases, now):
                if rows:
                    session.execute(insert(table), rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _dept(number: int) -> str:
    return f"2202{number % DEPARTMENTS:02}"


def _opened(number: int, open_cases: int, now: datetime) -> datetime:
    closed = open_cases * 2
    if number < closed:
        return now - timedelta(days=31) - timedelta(days=365) * (1 - number / closed)
    return now - timedelta(days=30) * (1 - (number - closed) / open_cases)


def _rows(numbers: range, open_cases: int, now: datetime) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    cases = [_case(number, open_cases, now) for number in numbers]
    yield ServiceRecord, [_record(case) for case in cases]
    yield Rating, [_rating(case) for case in cases]
    yield StoredRating, [_stored(case) for case in cases]
    yield Case, cases
    yield CaseDeadline, [row for case in cases for row in _deadlines(case)]
    yield CaseEvent, [row for case in cases for row in _events(case)]
    yield Attempt, [_attempt(case) for case in cases if case["contacted_at"]]
    opened = [case for case in cases if case["closed_at"] is None]
    yield CaseAppeal, [_appeal(case) for case in opened if case["state"] is CaseState.APPEALED]
    yield CaseExtension, [_extension(case) for case in opened if case["id"] % 200 == 0]
    yield CaseNotice, [_notice(case) for case in opened if case["id"] % 5 == 0]


def _case(number: int, open_cases: int, now: datetime) -> dict[str, Any]:
    opened = _opened(number, open_cases, now)
    is_open = number >= open_cases * 2
    state = _STATES[number % len(_STATES)] if is_open else CaseState.CLOSED
    contacted = None if state is CaseState.OPENED else opened + timedelta(hours=5 + number % 40)
    return {
        "id": number + 1,
        "record_id": number + 1,
        "rating_id": number + 1,
        "state": state,
        "steps": Steps.FULL,
        "opened_at": opened,
        "queued_at": opened,
        "due_at": _due(state, opened),
        "missed": number % 6 == 0 and state is not CaseState.OPENED,
        "first_contact_due_at": opened + timedelta(days=1),
        "contacted_at": contacted,
        "closed_at": None if is_open else opened + timedelta(days=8, minutes=number % 600),
        "outcome": None if is_open else list(Outcome)[number % 3],
        "rated_dept_code": _dept(number),
        "dept_code": _dept(number + 1) if number % 20 == 0 else None,
        "responsible_id": number % AGENTS + 1 if contacted else None,
        "holder_id": number % AGENTS + 1 if is_open and number % 1000 == 0 else None,
        "held_until": now + timedelta(minutes=9) if is_open and number % 1000 == 0 else None,
    }


def _due(state: CaseState, opened: datetime) -> datetime | None:
    """The nearest of the deadlines below that is open."""
    if state is CaseState.CLOSED:
        return None
    return opened + timedelta(days=1 if state is CaseState.OPENED else 10)


def _record(case: dict[str, Any]) -> dict[str, Any]:
    number = case["id"]
    return {
        "id": number,
        "kind": RecordKind.TRANSACTION,
        "number": f"2202{case['opened_at']:%Y%m%d}{number:07}",
        "number_digits": f"{number:012}",
        "completed_at": case["opened_at"] - timedelta(hours=2),
        "received_at": case["opened_at"],
        "item_name": ("社会保障卡补换", "个体工商户营业执照变更登记", "医保异地就医备案")[number % 3],
        "area_code": f"2202{number % 9:02}",
        "dept_code": case["rated_dept_code"],
        "dept_name": f"市第{int(case['rated_dept_code'][-2:])}局",
        "language": "zh-CN",
        "named": number % 10 == 0,
        "phone_lookup": hashlib.sha256(b"%d" % (number // 3)).hexdigest(),
        "phone_box": b"\0" * 42,
        "phone_masked": "138****0000",
        "phone_kind": PhoneKind.MOBILE,
    }


def _rating(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": case["id"],
        "record_id": case["id"],
        "stars": 1 + case["id"] % 2,
        "channel": Channel.SMS,
        "raw": "1 跑了三趟还没办成",
        "scale": Scale.STAR_5_BEST,
        "script": "sms-stars@1",
        "rule": "digit",
        "reasons": ["213", "214"],
        "comment": "跑了三趟还没办成，窗口说系统坏了让我明天再来。",
        "rated_at": case["opened_at"],
        "state": RatingState.ACTIVE,
    }


def _stored(case: dict[str, Any]) -> dict[str, Any]:
    record = {"kind": "transaction", "number": f"{case['id']:012}", "item_name": "社会保障卡补换"}
    document = {
        "stars": 1 + case["id"] % 2,
        "state": "active",
        "channel": "sms",
        "reasons": ["213"],
        "comment": "跑了三趟",
        "rated_at": case["opened_at"].isoformat(),
        "record": record,
    }
    return {
        "rating_id": case["id"],
        "version": 1,
        "position": case["id"],
        "stored_at": case["opened_at"],
        "document": document,
    }


def _deadlines(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    steps = ((DeadlineKind.FIRST_CONTACT, 1, "contacted_at"), (DeadlineKind.RECTIFY, 10, "closed_at"))
    for kind, days, met in steps:
        due = case["opened_at"] + timedelta(days=days)
        yield {
            "case_id": case["id"],
            "kind": kind,
            "started_at": case["opened_at"],
            "count": days,
            "unit": DayUnit.NATURAL,
            "due_at": due,
            "provisional": False,
            "met_at": case[met],
        }


def _events(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    agent, at = f"坐席{case['id'] % AGENTS:02}", case["opened_at"]
    told = [("opened", "citizen", at, None), ("queued", "system", at, None)]
    if case["contacted_at"]:
        told += [("claimed", agent, case["contacted_at"], None), ("contacted", agent, case["contacted_at"], None)]
        told += [
            (kind, agent, case["contacted_at"] + timedelta(days=1), "情况属实，已补办。")
            for kind in ("verified", "rectifying")
        ]
    if case["closed_at"]:
        told += [
            ("answered", agent, case["closed_at"], "已电话反馈。"),
            ("closed", agent, case["closed_at"], "已办结。"),
        ]
    for kind, actor, when, note in told:
        yield {"case_id": case["id"], "at": when, "actor": actor, "kind": kind, "note": note}


def _attempt(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_id": case["id"],
        "agent_id": case["id"] % AGENTS + 1,
        "hold_token": "x",
        "state": AttemptState.ENDED,
        "result": AttemptResult.CONNECTED,
        "requested_at": case["contacted_at"],
        "ended_at": case["contacted_at"],
    }


def _appeal(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_id": case["id"],
        "rating_id": case["id"],
        "ground": "mistaken",
        "reason": "按错键",
        "evidence": "录音",
        "state_before": CaseState.CONTACTED,
        "filed_at": case["opened_at"],
        "filed_by": "department",
    }


def _extension(case: dict[str, Any]) -> dict[str, Any]:
    until = case["opened_at"].date() + timedelta(days=90)
    asked = {"asked_at": case["opened_at"], "asked_by": "department", "reason": "需调取历史档案。"}
    return {"case_id": case["id"], "until": until, **asked}


def _notice(case: dict[str, Any]) -> dict[str, Any]:
    """The first deadline of a case has the id of twice its own, less one."""
    role = (Role.AGENT, Role.SUPERVISOR, Role.DEPARTMENT)[case["id"] % 3]
    return {
        "case_id": case["id"],
        "deadline_id": case["id"] * 2 - 1,
        "kind": NoticeKind.ESCALATION,
        "step": 0,
        "rung": Rung.FIRST_RESPONSIBLE,
        "role": role,
        "dept_code": case["rated_dept_code"] if role is Role.DEPARTMENT else None,
        "due_at": case["opened_at"] + timedelta(days=1),
        "done_at": case["opened_at"] + timedelta(days=1),
    }


def pages(app: Flask, database: Database, open_cases: int) -> Iterator[tuple[str, str]]:
    """Every page that is read (role, address), and the heavier ways of asking for some."""
    last = open_cases * 3
    plain = {"case_id": str(last - 5), "recording_id": "1", "year": "2026"}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if (
            not rule.endpoint.startswith("console.")
            or "GET" not in (rule.methods or ())
            or "path" in str(rule.arguments)
        ):
            continue
        if rule.endpoint in ("console.static", "console.no_such_page") or rule.arguments - set(plain):
            continue
        if rule.rule.startswith("/console/login"):  # whoever is logged in is shown out there
            continue
        address = rule.rule
        for argument in rule.arguments:
            address = address.replace(f"<int:{argument}>", plain[argument])
        yield "admin", address
    with database.read() as session:
        number = session.scalar(select(ServiceRecord.number).where(ServiceRecord.id == last - 7))
        agent = session.scalar(select(User.id).limit(1))
    day = (utc_now() - timedelta(days=3)).date()
    month = (utc_now() - timedelta(days=200)).date().replace(day=1)
    for query in (
        f"number={number}",
        f"number={str(number)[:13]}",
        "state=open",
        "state=appealed",
        f"dept={_dept(5)}",
        "dept=999999",
        f"dept={_dept(5)}&state=closed",
        f"agent={agent}",
        "overdue=yes",
        f"step=rectify&due_from={day}&due_to={day}",
        f"opened_from={month}&opened_to={month + timedelta(days=27)}",
        "stars=1&named=yes&state=closed",
        "timely=late",
        "area=220208&state=open",
    ):
        yield "admin", f"/console/search?{query}"
    for query in (
        f"opened_from={month}&opened_to={month + timedelta(days=27)}",
        "state=open",
        "state=closed",
        "timely=late",
    ):
        yield "admin", f"/console/ledger?{query}"
    for address in (
        "/console/",
        "/console/?tab=closed",
        "/console/?page=40",
        "/console/ledger",
        "/console/ledger?state=closed",
    ):
        yield "department", address
    yield "admin", "/console/?tab=closed"
    yield "admin", "/console/?page=40"
    yield "supervisor", "/console/notices"
    yield "坐席07", "/console/"
    yield "坐席07", "/console/quality"
    yield "department", "/console/notices"


def log_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    page = client.get("/console/login").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "name": name, "password": PASSWORD}
    answer = client.post("/console/login", data=form)
    if answer.location == "/console/login/next":
        token = client.get("/console/login/code").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        code = pyotp.TOTP(SECRET).at(utc_now())
        answer = client.post("/console/login/code", data={"csrf_token": token, "code": code})
    assert answer.status_code == 303, answer.status_code
    return client


def measure(name: str, database_url: str, redis_url: str, open_cases: int) -> bool:
    """Is every page within both bounds?"""
    migrate(database_url)
    settings = Settings.model_validate(
        _SETTINGS | {"HOTLINE_DATABASE_URL": database_url, "HOTLINE_REDIS_URL": redis_url}
    )
    app = create_app(settings)
    database: Database = app.extensions["hotline"].database
    fill(database, open_cases)
    return look(name, app, database, open_cases)


def look(name: str, app: Flask, database: Database, open_cases: int) -> bool:
    """Every page three times, as a table."""
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{name}: {open_cases:,} open cases, {2 * open_cases:,} closed; {busy}")
    clients: dict[str, FlaskClient] = {}
    over = []
    for role, address in pages(app, database, open_cases):
        client = clients.setdefault(role, None) or log_in(app, role)  # type: ignore[arg-type]
        clients[role] = client
        times, size, status = [], 0, 0
        for _ in range(3):
            begun = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - begun) * 1000)
            size, status = len(answer.data), answer.status_code
        took, kb = statistics.median(times), size / 1000
        is_over = took > BOUND_MS or kb > BOUND_KB
        over += [address] if is_over else []
        told = f"{took:7.1f} ms {took / BOUND_MS:5.2f}  {kb:6.1f} kB {kb / BOUND_KB:5.2f}  {status}"
        print(f"  {told} {role:10} {address}{' OVER' if is_over else ''}", flush=True)
    static = Path(__file__).parent.parent / "hotline" / "console" / "static"
    own = sum(path.stat().st_size for path in static.rglob("*") if path.suffix in (".css", ".js")) / 1000
    print(f"  every sheet and script together: {own:.1f} kB, loaded once and kept by the browser")
    return not over


def main(open_cases: int = 100_000) -> None:
    wanted = os.environ.get("HOTLINE_BENCH_DATABASES", "sqlite postgresql").split()
    good = []
    redis = parts.RedisServer(parts.free_port())
    redis.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            if "sqlite" in wanted:
                url = f"sqlite:///{Path(folder) / 'hotline.sqlite3'}"
                good.append(measure("SQLite", url, redis.url, open_cases))
            if "postgresql" in wanted:
                with parts.postgres() as url:
                    good.append(measure("PostgreSQL", url, redis.url, open_cases))
    finally:
        redis.stop()
    if not all(good):
        sys.exit(f"a page is over {BOUND_MS} ms or {BOUND_KB} kB")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
