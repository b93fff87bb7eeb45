"""What administrators do to users, and people to their own account: who is left, what ends, what is on record."""

from collections.abc import Callable
from datetime import datetime

import pyotp
import pytest
from sqlalchemy.orm import Session

from hotline.actions import own_account, passwords, people, sessions, users
from hotline.actions.log_in import LockedOut, WrongSecret, log_in
from hotline.actions.sessions import Browser
from hotline.errors import BadInput, Conflict, NotFound
from hotline.reports.users import list_users
from hotline.rules.passwords import PasswordFault, fault_of
from hotline.services import Services
from hotline.tables import AuditEntry, ConsoleSession, FormerPassword, User
from hotline.tables.access import SessionEnd
from hotline.tables.people import Role
from tests.cast import all_of, at_once, on_postgresql, on_sqlite
from tests.conftest import MovingClock

PASSWORD = "a long password of tests"
BROWSER = Browser("Firefox", "10.0.0.*", "b1")
AGENT, ADMIN, OTHER_ADMIN = 1, 2, 3


@pytest.fixture
def staff(house: Services) -> None:
    with house.database.write() as session:
        for name, role in (("周倩", Role.AGENT), ("admin", Role.ADMIN), ("boss", Role.ADMIN)):
            people.add_user(session, name, role, PASSWORD, house.now())


def begin(house: Services, user_id: int = AGENT) -> str:
    """A session that is open."""
    with house.database.write() as session:
        user = session.get_one(User, user_id)
        row, _ = sessions.begin(session, user, BROWSER, house.now())
        return sessions.complete(session, user, row, house.now())


def is_in(house: Services, token: str) -> bool:
    with house.database.read() as session:
        return sessions.find(session, token, house.now()) is not None


Deed = Callable[[Session, str, int, datetime], None]
DEEDS: dict[str, tuple[Deed, SessionEnd]] = {
    "role_changed": (lambda s, a, u, t: users.change_role(s, a, u, Role.AUDITOR, None, None, t), SessionEnd.ROLE),
    "user_disabled": (users.disable, SessionEnd.DISABLED),
    "password_set": (
        lambda s, a, u, t: users.set_password(s, a, u, "quite another password", t, must_change=True),
        SessionEnd.PASSWORD,
    ),
    "second_factor_reset": (users.reset_second_factor, SessionEnd.SECOND_FACTOR),
    "sessions_ended": (users.end_sessions, SessionEnd.ENDED),
}


@on_sqlite
@pytest.mark.usefixtures("staff")
def test_each_deed_ends_the_sessions_of_that_user_alone_and_is_on_record(house: Services) -> None:
    for action, (deed, why) in DEEDS.items():
        mine, others = begin(house), begin(house, ADMIN)
        with house.database.write() as session:
            deed(session, "admin", AGENT, house.now())
        with house.database.write() as session:
            session.get_one(User, AGENT).disabled_at = None
        assert not is_in(house, mine), action
        assert is_in(house, others), action
        ended = [row for row in all_of(house, ConsoleSession, user_id=AGENT) if row.why is why]
        assert [row.ended_by for row in ended] == ["admin"], action
        assert {entry.actor for entry in all_of(house, AuditEntry, action=action, subject="user:1")} == {"admin"}
    assert all_of(house, AuditEntry, action="role_changed")[0].facts == {
        "from": ["agent", None, None],
        "to": ["auditor", None, None],
    }


@on_sqlite
@pytest.mark.usefixtures("staff")
def test_nobody_does_it_to_themselves_and_one_administrator_is_left(house: Services) -> None:
    for deed, _ in DEEDS.values():
        with pytest.raises(Conflict) as own, house.database.write() as session:
            deed(session, "admin", ADMIN, house.now())
        assert own.value.code == "own_account"
    with house.database.write() as session:
        users.disable(session, "admin", OTHER_ADMIN, house.now())
    for deed, _ in (DEEDS["role_changed"], DEEDS["user_disabled"]):
        with pytest.raises(Conflict) as last, house.database.write() as session:
            deed(session, "command", ADMIN, house.now())
        assert last.value.code == "last_admin"
    with pytest.raises(NotFound), house.database.write() as session:
        users.enable(session, "admin", 99, house.now())
    with house.database.write() as session:
        users.enable(session, "admin", OTHER_ADMIN, house.now())
        users.change_role(session, "boss", ADMIN, Role.AGENT, None, None, house.now())


@on_postgresql
@pytest.mark.usefixtures("staff")
def test_two_administrators_cannot_remove_each_other_at_once(house: Services) -> None:
    def remove(number: int) -> bool:
        actor, other = (("admin", OTHER_ADMIN), ("boss", ADMIN))[number]
        try:
            with house.database.write() as session:
                users.disable(session, actor, other, house.now())
        except Conflict:
            return False
        return True

    assert sorted(at_once(2, remove)) == [False, True]


@on_sqlite
@pytest.mark.usefixtures("staff")
def test_a_department_needs_its_code_also_later(house: Services) -> None:
    with pytest.raises(BadInput) as refused, house.database.write() as session:
        users.change_role(session, "admin", AGENT, Role.DEPARTMENT, None, None, house.now())
    assert refused.value.field == "dept_code"
    with pytest.raises(BadInput), house.database.write() as session:
        people.add_user(session, "system", Role.AGENT, PASSWORD, house.now())


@on_sqlite
@pytest.mark.usefixtures("staff")
def test_a_session_ends_when_it_is_idle_or_too_old(house: Services, clock: MovingClock) -> None:
    token = begin(house)
    for _ in range(24):
        clock.move(minutes=29, seconds=59)
        with house.database.write() as session:
            found = sessions.find(session, token, house.now())
            assert found is not None
            sessions.touch(session, found[0].id, house.now())
    clock.move(minutes=1)  # twelve hours
    assert not is_in(house, token)
    other = begin(house)
    clock.move(minutes=30)
    assert not is_in(house, other)


def test_changing_ones_own_password_ends_every_other_session(house: Services, staff: None) -> None:
    here, there = begin(house), begin(house)
    new = "one of my own, 自己的"
    token = own_account.change_password(house.database, AGENT, PASSWORD, new, BROWSER, house.now())
    assert [is_in(house, each) for each in (here, there, token)] == [False, False, True]
    for used in (new, PASSWORD):  # none of the last three
        with pytest.raises(passwords.WeakPassword) as refused:
            own_account.change_password(house.database, AGENT, new, used, BROWSER, house.now())
        assert refused.value.code == PasswordFault.USED
    for number in range(2):
        given = new if number == 0 else "number 0 of others"
        own_account.change_password(house.database, AGENT, given, f"number {number} of others", BROWSER, house.now())
    own_account.change_password(house.database, AGENT, "number 1 of others", PASSWORD, BROWSER, house.now())
    assert len(all_of(house, FormerPassword)) == 2


@on_sqlite
@pytest.mark.usefixtures("staff")
def test_the_form_of_ones_own_password_tells_no_more_than_the_log_in(house: Services) -> None:
    for _ in range(5):
        with pytest.raises(WrongSecret):
            own_account.change_password(house.database, AGENT, "a guess", "a new password", BROWSER, house.now())
    with pytest.raises(LockedOut):
        own_account.change_password(house.database, AGENT, PASSWORD, "a new password", BROWSER, house.now())
    with pytest.raises(LockedOut):
        log_in(house.database, "周倩", PASSWORD, BROWSER, False, house.now())
    with house.database.read() as session:
        assert [row.is_locked for row in list_users(session, house.now(), 10)] == [False, False, True]


def test_the_list_of_users_tells_of_each_how_they_are_let_in(house: Services, staff: None, clock: MovingClock) -> None:
    begin(house)
    clock.move(minutes=1)
    begin(house)
    with house.database.read() as session:
        rows = list_users(session, house.now(), 10)
        assert [(row.user.name, row.sessions, row.seen_at) for row in rows] == [
            ("admin", 0, None),
            ("boss", 0, None),
            ("周倩", 2, clock.now),
        ]
        assert [row.user.name for row in list_users(session, house.now(), 1, "admin")] == ["boss"]
        assert [row.user.name for row in list_users(session, house.now(), 9, role=Role.AGENT)] == ["周倩"]
        assert [row.user.name for row in list_users(session, house.now(), 9, part="OS")] == ["boss"]
        assert list_users(session, house.now(), 9, part="%") == []


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("123456789", PasswordFault.SHORT),
        ("x" * 129, PasswordFault.LONG),
        ("Zhouqian12345", PasswordFault.NAME),
        ("121212121212", PasswordFault.SIMPLE),
        ("Password123", PasswordFault.COMMON),
        ("zhouqian 今天也要加油啊", None),
        ("我们 都爱 吃锅包肉", None),
    ],
)
def test_a_password_is_judged(password: str, fault: PasswordFault | None) -> None:
    assert fault_of(password, "zhouqian", 10, passwords._common()) is fault


def test_temporary_passwords_pass_for_every_role() -> None:
    for role in Role:
        passwords.check_new(passwords.temporary_password(), "admin", role)
    with pytest.raises(passwords.WeakPassword):
        passwords.check_new("eleven char", "admin", Role.SUPERVISOR)
    passwords.check_new("eleven char", "admin", Role.AGENT)


@on_sqlite
@pytest.mark.usefixtures("staff")
def test_who_leads_from_now_on_chooses_a_password_as_long_as_that_takes(house: Services) -> None:
    for role, must_change in ((Role.REVIEWER, False), (Role.SUPERVISOR, True)):
        with house.database.write() as session:
            users.change_role(session, "admin", AGENT, role, None, None, house.now())
            assert session.get_one(User, AGENT).must_change_password is must_change


@on_sqlite
@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize("deed", [users.disable, users.end_sessions])
def test_who_is_shown_out_while_their_password_is_checked_does_not_come_back_by_it(
    house: Services, monkeypatch: pytest.MonkeyPatch, deed: Callable[..., None]
) -> None:
    begin(house)
    with house.database.read() as session:
        session_id = session.query(ConsoleSession).one().id
    secret = own_account.proposed_secret(house.database, house.vault, session_id)
    code, check = pyotp.TOTP(secret).at(house.now()), passwords.is_password_of

    def check_slowly(user: User | None, password: str) -> bool:
        with house.database.write() as session:
            deed(session, "admin", AGENT, house.now())
        return check(user, password)

    monkeypatch.setattr(passwords, "is_password_of", check_slowly)
    with pytest.raises(WrongSecret):
        own_account.renew_second_factor(
            house.database, house.vault, session_id, AGENT, PASSWORD, code, BROWSER, house.now()
        )
    if deed is users.disable:
        with pytest.raises(WrongSecret):
            own_account.change_password(house.database, AGENT, PASSWORD, "a new password", BROWSER, house.now())
    assert [row for row in all_of(house, ConsoleSession) if row.ended_at is None] == []
