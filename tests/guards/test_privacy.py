"""A telephone number is personal data: after a whole day of work it stands nowhere in the clear."""

import io
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.engine import make_url

from hotline.actions import casework, dial, send
from hotline.errors import HotlineError
from hotline.logs import set_up_logs
from hotline.messages import Accepted
from hotline.privacy import Vault
from hotline.rules.casework import Outcome
from hotline.rules.phones import Phone, PhoneKind
from hotline.services import Services
from hotline.tables import Base, Case, User
from tests.cast import AGENT_PHONE, LI, WANG, ZHAO, Desk, Feed, Twilio, on_sqlite, only, sid
from tests.voices import left

# Every way a part of their numbers could be written down: without the country code, and without the area code.
SECRETS = ("13844328000", "64812345", "15904320016", AGENT_PHONE[3:])
IN_THE_CLEAR = re.compile("|".join(rf"{number[0]}" + "".join(rf"[\s.-]?{d}" for d in number[1:]) for number in SECRETS))


def a_whole_day(house: Services, feed: Feed, twilio: Twilio, desk: Desk, work: Callable[[], int]) -> list[str]:
    """Everything that touches a number once; returns all that was answered to anybody but the citizen's own line."""
    answers = []
    feed.transaction("JL-0001", WANG, citizen_name=WANG.name)
    feed.call("CALL-0002", LI)
    feed.transaction("JL-0003", ZHAO)
    with house.database.write() as session:
        send.begin_text(session, 1, house.policy, house.now())
        send.settle_text(session, 1, Accepted("SM1"), house.policy, house.now())
    twilio.receipt(1, "delivered", "SM1")
    answers.append(twilio.text(WANG, "1 打我电话 138-4432-8000，或者tel0432-64812345"))
    answers.append(twilio.text(ZHAO, "TD"))
    answers.append(twilio.text(ZHAO, "我的号码是15904320016"))
    call_sid = sid("CA")
    twilio.press(twilio.rings(LI, call_sid), call_sid, "2")
    for case_id in (1, 2):
        token = desk.claim(case_id)
        with house.database.write() as session:
            agent = session.get_one(User, desk.user.id)
            attempt = dial.dial(session, case_id, token, agent, house.policy, house.now())
        with house.database.write() as session:
            dial.begin_dial(session, attempt.id, house.now())
            dial.settle_dial(session, attempt.id, Accepted(f"CA-agent-{case_id}"), house.now())
        path = f"/webhooks/twilio/voice/callback/{attempt.id}"
        bridge = twilio.press(twilio.call(path, f"CA-agent-{case_id}"), f"CA-agent-{case_id}", "1")
        answers += [str(bridge.dial_reports_to), str(bridge.dial_ends_at), str(bridge.listens_at)]
        twilio.call(f"{path}/ended", f"CA-agent-{case_id}", DialCallStatus="completed")
        with house.database.write() as session:
            casework.close(session, case_id, token, desk.user, Outcome.EXPLAINED, "已说明", house.now())
    left(house, 1)
    work()
    answers += [feed.get("/api/v1/ratings").text, feed.app.test_client().get("/metrics").text]
    answers.append(feed.post("/api/v1/transactions", {"number": "X", "phone": WANG.phone}).text)
    return [answer for answer in answers if answer]


def test_no_column_of_any_table_holds_a_number(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, work: Callable[[], int]
) -> None:
    a_whole_day(house, feed, twilio, desk, work)
    rows = 0
    with house.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                rows += 1
                for column, value in row._mapping.items():
                    shown = value.decode("latin1") if isinstance(value, bytes) else str(value)
                    assert not IN_THE_CLEAR.search(shown), f"{table.name}.{column}: {shown}"
    assert rows > 40
    assert only(house, Case, id=1).record.phone_masked == WANG.masked


def test_no_byte_of_the_database_file_holds_a_number(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, work: Callable[[], int], database_url: str
) -> None:
    """Deleted rows and write-ahead logs included, where the database is a file."""
    a_whole_day(house, feed, twilio, desk, work)
    if house.database.engine.dialect.name == "postgresql":
        with house.database.engine.connect() as connection:
            folder = Path(str(connection.scalar(text("SHOW data_directory"))))
            oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        with house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        files = [path for path in (folder / "base" / str(oid)).iterdir() if path.is_file()]
    else:
        file = Path(str(make_url(database_url).database))
        files = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    assert sum(path.stat().st_size for path in files) > 100_000
    found = b"".join(path.read_bytes() for path in files)
    assert WANG.masked.encode() in found  # it is the right place to look
    for number in SECRETS:
        assert number.encode() not in found


@on_sqlite
def test_nothing_answered_or_queued_holds_a_number(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, work: Callable[[], int]
) -> None:
    answers = a_whole_day(house, feed, twilio, desk, work)
    assert len(answers) > 8
    assert WANG.masked in "".join(answers)
    for answer in answers:
        assert not IN_THE_CLEAR.search(answer), answer
    for key in house.redis.keys("*"):
        dumped = house.redis.dump(key) or b""
        assert not IN_THE_CLEAR.search(dumped.decode("latin1")), key


def test_a_log_line_masks_whatever_number_gets_into_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    monkeypatch.setattr("sys.stderr", stream)
    try:
        set_up_logs()
        logging.getLogger("a.library").warning("POST to=%s body=%r", WANG.e164, {"phone": WANG.phone})
        log = structlog.get_logger("ours")
        log.info(
            "sent",
            to=WANG.e164,
            many=[WANG.phone, {"deep": LI.phone}],
            number=13844328000,
            o=WANG,
            note="打tel13844328000",
        )
        try:
            raise ValueError(f"no route to {WANG.e164}")
        except ValueError:
            log.exception("failed")
            logging.getLogger("a.library").exception("failed too")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4
    for line in lines:
        json.loads(line)
        assert not IN_THE_CLEAR.search(line), line
    assert WANG.masked in lines[0]


def test_a_number_is_found_by_its_lookup_and_never_sealed_the_same_twice() -> None:
    vault, other = Vault(b"d" * 32), Vault(b"e" * 32)
    phone = Phone(WANG.e164, PhoneKind.MOBILE)
    first, second = vault.seal_phone(phone), vault.seal_phone(phone)
    assert first.lookup == second.lookup != other.seal_phone(phone).lookup
    assert first.box != second.box
    assert vault.open(first.box) == vault.open(second.box) == WANG.e164
    with pytest.raises(HotlineError) as refused:
        other.open(first.box)
    assert refused.value.code == "data_key"
    with pytest.raises(HotlineError):
        vault.open(first.box[:-1] + bytes([first.box[-1] ^ 1]))
