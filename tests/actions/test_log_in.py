"""Logging in: passwords kept as argon2, failures counted, whatever is typed."""

from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from argon2 import PasswordHasher

from hotline.actions import log_in as door
from hotline.actions import passwords, people
from hotline.actions.audit import audit
from hotline.actions.sessions import Browser
from hotline.services import Services
from hotline.tables import AuditEntry, User
from hotline.tables.people import Role
from tests.cast import all_of, at_once, on_sqlite, only
from tests.conftest import MovingClock

PASSWORD = "一个很长的密码1234"
NOBODY = passwords._NOBODY  # as the product makes it, with all the work (see tests/once.py)
BROWSER = Browser("Firefox", "10.0.0.*", "b1")


def add(house: Services, name: str = "周倩", role: Role = Role.AGENT) -> None:
    with house.database.write() as session:
        people.add_user(session, name, role, PASSWORD, house.now())


def log_in(house: Services, name: str, password: str, browser: Browser = BROWSER) -> User | None:
    begun = door.log_in(house.database, name, password, browser, False, house.now())
    return begun and begun.user


@on_sqlite
def test_a_password_is_kept_as_argon2_and_opens_the_door(house: Services) -> None:
    add(house)
    kept = only(house, User)
    assert kept.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(vars(kept))
    assert log_in(house, "周倩", PASSWORD) is not None
    assert log_in(house, "周倩", PASSWORD + " ") is None
    assert log_in(house, "nobody", PASSWORD) is None
    assert [(entry.actor, entry.action) for entry in all_of(house, AuditEntry)] == [
        ("command", "user_added"),
        ("周倩", "login"),
        ("周倩", "login_failed"),
        ("nobody", "login_failed"),
    ]


@on_sqlite
def test_five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour(house: Services, clock: MovingClock) -> None:
    add(house)
    for _ in range(5):
        assert log_in(house, "周倩", "wrong") is None
    with pytest.raises(door.LockedOut):
        log_in(house, "周倩", PASSWORD)
    clock.now += timedelta(minutes=15, seconds=1)
    assert log_in(house, "周倩", PASSWORD) is not None


@pytest.mark.parametrize("name", ["周倩", "nobody"])
def test_of_many_wrong_passwords_at_once_five_are_tried(
    name: str, house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a name that nobody has is answered the same, so that names cannot be told apart."""
    add(house)
    all_checked = Barrier(12)  # none is counted before every one has been checked
    monkeypatch.setattr(passwords, "_hasher", Watched(lambda: all_checked.wait(timeout=20)))

    def guess(number: int) -> str:
        try:
            return "let in" if log_in(house, name, f"guess {number}") else "wrong"
        except door.LockedOut:
            return "locked out"

    answers = at_once(12, guess)
    assert (answers.count("wrong"), answers.count("locked out")) == (5, 7)
    assert len(all_of(house, AuditEntry, action="login_failed")) == 5


def test_a_right_password_that_arrives_as_the_sixth_try_is_not_told_to_be_right(
    house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it was being checked, five wrong ones were counted."""
    add(house)

    def five_others_fail() -> None:
        with house.database.write() as session:
            for _ in range(5):
                audit(session, "周倩", "login_failed", house.now())

    monkeypatch.setattr(passwords, "_hasher", Watched(five_others_fail))
    with pytest.raises(door.LockedOut):
        log_in(house, "周倩", PASSWORD)
    assert all_of(house, AuditEntry, action="login") == []


class Watched(PasswordHasher):
    """Argon2 that does something else as well, and remembers against which hashes it was asked."""

    def __init__(self, meanwhile: Any = lambda: None) -> None:
        super().__init__()
        self.meanwhile, self.asked = meanwhile, list[str]()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002
        self.asked.append(str(hash))
        try:
            return super().verify(hash, password)
        finally:
            self.meanwhile()


@on_sqlite
@pytest.mark.parametrize("name", ["周倩", "nobody"])
def test_others_can_write_while_a_password_is_checked(
    name: str, house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer at a time: were the check inside its transaction, this would wait for ever."""
    add(house)

    def write() -> None:
        with house.database.write() as session:
            audit(session, "citizen", "wrote_meanwhile", house.now())

    monkeypatch.setattr(passwords, "_hasher", Watched(write))
    log_in(house, name, PASSWORD)
    assert len(all_of(house, AuditEntry, action="wrote_meanwhile")) == 1


@on_sqlite
def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(
    house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = Watched()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", NOBODY)
    add(house)
    for name in ("周倩", "nobody"):
        assert log_in(house, name, "wrong") is None
    known, unknown = ([part for part in asked.split("$") if "m=" in part] for asked in hasher.asked)
    assert known == unknown


@on_sqlite
def test_a_locked_name_costs_no_work_at_all(house: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Watched()
    for _ in range(5):
        log_in(house, "周倩", "wrong")
    monkeypatch.setattr(passwords, "_hasher", hasher)
    with pytest.raises(door.LockedOut):
        log_in(house, "周倩", "wrong")
    assert hasher.asked == []


@on_sqlite
def test_a_disabled_user_stays_outside(house: Services) -> None:
    add(house)
    with house.database.write() as session:
        session.get_one(User, 1).disabled_at = house.now()
    assert log_in(house, "周倩", PASSWORD) is None


def test_whatever_is_typed_at_the_door_is_only_a_wrong_name(house: Services) -> None:
    for name in ("a\0b", "\0", "x" * 300, "'; DROP TABLE users; --", "\n", ""):
        assert log_in(house, name, "a\0b") is None
    for _ in range(5):
        assert log_in(house, "y" * 300, "guess") is None
    with pytest.raises(door.LockedOut):
        log_in(house, "y" * 300, "guess")
