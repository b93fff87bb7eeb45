"""What the console's tests begin with: people of every role, cases opened by real ratings, browsers of their own."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline import outbox
from hotline.actions.casework import queue_case
from hotline.actions.people import add_user, set_phone
from hotline.actions.rate import Given, rate
from hotline.actions.second_factor import put_in_force
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import Case, OutboxRow, Rating, ServiceRecord, User
from hotline.tables.contacts import RecordingState
from hotline.tables.people import MANAGERS, Role
from hotline.tables.plumbing import OutboxState
from hotline.tables.service import RecordKind
from tests.cast import LI
from tests.console.fortnight import live_a_fortnight
from tests.reports.made_calls import live_a_week_of_calls
from tests.voices import left

PASSWORD = "a password for tests"
CITIZEN_PHONE = "13844328000"
AGENT_PHONE = "15504321234"
DEPARTMENT = "220200-HRSS"


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # that the telephones of supervisor and administrator were told


def code_now(house: Services, name: str) -> str:
    """What their telephone shows; as if half a minute had passed since they used a code last."""
    with house.database.write() as session:
        session.query(User).filter(User.name == name).update({User.totp_step: 0})
    return pyotp.TOTP(SECRET).at(house.now())


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database; what is decided by the database itself asks for both (see test_claims)."""
    return sqlite_url


@dataclass
class Visitor:
    """Somebody at a browser of their own."""

    client: FlaskClient
    house: Services
    token: str = field(default="")

    def get(self, path: str, **headers: str) -> TestResponse:
        response = self.client.get(path, headers=headers)
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
        response.close()
        if found:
            self.token = found.group(1)
        return response

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(
            path, data={"csrf_token": self.token, **form}, buffered=True
        )  # a file of ours is closed

    def log_in(self, name: str, password: str = PASSWORD, **form: str) -> TestResponse:
        self.get("/console/login")
        response = self.post("/console/login", name=name, password=password, **form)
        if response.location == "/console/login/next" and name in MANAGERS:
            response = self.give_code(name)
        self.get("/console/")
        return response

    def give_code(self, name: str) -> TestResponse:
        self.get("/console/login/code")
        return self.post("/console/login/code", code=code_now(self.house, name))

    def lease(self, case_id: int) -> str:
        """The token that the case's page would post."""
        page = self.get(f"/console/cases/{case_id}").text
        found = re.search(r'name="token" value="([0-9a-f]+)"', page)
        assert found, "the page holds no lease"
        return found.group(1)

    def claim(self, case_id: int) -> str:
        assert self.post(f"/console/cases/{case_id}/claim").status_code == 303
        return self.lease(case_id)


@pytest.fixture
def visit(app: Flask, house: Services) -> Callable[..., Visitor]:
    """A visitor with a fresh browser; logged in if named."""

    def open_browser(name: str | None = None) -> Visitor:
        visitor = Visitor(app.test_client(), house)
        if name is not None:
            assert visitor.log_in(name).status_code == 303
        return visitor

    return open_browser


@pytest.fixture
def staff(house: Services) -> dict[str, int]:
    """One user of each role, named as the role, and a second agent; the agents have telephones. Name → id."""
    with house.database.write() as session:
        for role in Role:
            dept_code = DEPARTMENT if role is Role.DEPARTMENT else None
            user = add_user(session, str(role), role, PASSWORD, house.now(), dept_code)
            if role in MANAGERS:
                put_in_force(session, user, SECRET, 0, house.vault, house.now())
        add_user(session, "王敏", Role.AGENT, PASSWORD, house.now())
        for user in session.query(User).filter(User.role == Role.AGENT):
            set_phone(session, user, house.vault.seal_phone(read_phone(AGENT_PHONE, "CN")), house.now())
        session.flush()
        return {user.name: user.id for user in session.query(User)}


@pytest.fixture
def receive(house: Services) -> Callable[..., Rating]:
    """A citizen's rating of a record of its own, `ago` (timedelta) before now."""
    numbers = iter(range(12, 10_000))

    def rated(
        stars: int = 1,
        raw: str = "1 跑了三趟还没办成",
        comment: str | None = "跑了三趟还没办成",
        ago: timedelta = timedelta(),
        channel: Channel = Channel.SMS,
        **record: object,
    ) -> Rating:
        given = Given(stars, channel, raw, Scale.STAR_5_BEST, f"{channel}-stars@1", "digit", comment)
        number = f"22020020261123{next(numbers):05}"
        details = {"item_name": "社会保障卡补换", "dept_name": "市人社局", "dept_code": DEPARTMENT, "language": "zh-CN"}
        details |= record
        with house.database.write() as session:
            row = ServiceRecord(
                kind=RecordKind.TRANSACTION,
                number=number,
                completed_at=house.now() - ago - timedelta(hours=1),
                received_at=house.now() - ago,
                phone=house.vault.seal_phone(read_phone(CITIZEN_PHONE, "CN")),
                service_count=1,
                named=False,
                **details,
            )
            session.add(row)
            session.flush()
            return rate(session, row.id, given, house.policy, house.now() - ago)

    return rated


@pytest.fixture
def open_case(house: Services, receive: Callable[..., Rating]) -> Callable[..., int]:
    """The id of a case that a bad rating has just opened and that waits in the queue."""

    def opened(**rating: object) -> int:
        record_id = receive(**rating).record_id
        with house.database.write() as session:
            case = session.query(Case).filter(Case.record_id == record_id).one()
            queue_case(session, case.id, house.now())
            return case.id

    return opened


@pytest.fixture
def park(house: Services) -> Callable[[str], int]:
    """A delivery that was given up with this error; gives its row's id."""
    serial = count(77)

    def parked(error: str) -> int:
        with house.database.write() as session:
            key = f"forward:{next(serial)}:1"
            outbox.put(session, outbox.Kind.FORWARD, key, {"document": {}}, house.now(), house.now())
            row = session.query(OutboxRow).filter(OutboxRow.key == key).one()
            row.state, row.last_error, row.attempts = OutboxState.PARKED, error, 7
            return row.id

    return parked


@pytest.fixture
def full_house(
    staff: dict[str, int],
    receive: Callable[..., Rating],
    open_case: Callable[..., int],
    park: Callable[[str], int],
    work: Callable[[], int],
    visit: Callable[..., Visitor],
    house: Services,
) -> dict[str, int]:
    """A day's work: ratings of all kinds, cases in every state, something parked, two weeks of texts, a week
    of calls, voice comments that are there, late and lost.

    What each case is for → its id, and `reply`, the id of a review item.
    """
    for stars, said in ((5, "5"), (5, "5 办得很快"), (4, "4"), (3, "3 一般吧，就是停车不方便"), (5, "非常满意")):
        receive(stars=stars, raw=said, comment=said[2:] or None, ago=timedelta(hours=stars))
    long, longest_name = (
        "窗口说系统坏了让我明天再来，" * 6,
        "个体工商户营业执照变更登记（含经营范围、经营场所、经营者姓名）",
    )
    cases = {
        "closed": open_case(stars=2, raw="2 排队两小时", comment="排队两小时", ago=timedelta(days=1)),
        "held": open_case(ago=timedelta(days=4)),
        "calling": open_case(raw="1", comment=None, channel=Channel.PHONE, item_name="医保异地就医备案"),
        "free": open_case(stars=2, raw=long, comment=long, item_name=longest_name),
    }
    open_case(stars=2, raw="2 材料要了三次", comment="材料要了三次", ago=timedelta(hours=2))
    other = visit("王敏")
    form = {"way": "own_phone", "result": "explained", "note": "已电话致歉并说明高峰时段，建议预约。"}
    other.post(f"/console/cases/{cases['closed']}/contact", token=other.claim(cases["closed"]), **form)
    other.claim(open_case(stars=2, raw="不满意", comment=None, item_name="公积金提取"))
    work()
    park("422 rating refused: writingEvaluation is missing")
    visit("supervisor").post("/console/me", phone=AGENT_PHONE)
    live_a_week_of_calls(house)
    with house.database.read() as session:
        record_id = session.get_one(Case, cases["calling"]).record_id
    left(house, record_id, ago=timedelta(minutes=20))
    left(house, ago=timedelta(hours=3))
    for state in (RecordingState.WAITING, RecordingState.FAILED):
        left(house, record_id, state, person=LI)
    return cases | {"reply": live_a_fortnight(house)}
