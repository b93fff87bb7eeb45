"""Users and keys: passwords kept as argon2, failures counted, whatever is typed."""

from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from argon2 import PasswordHasher

from hotline.actions import people
from hotline.actions.audit import audit
from hotline.errors import BadInput
from hotline.services import Services
from hotline.tables import AuditEntry, User
from hotline.tables.people import Role, Scope
from tests.cast import all_of, at_once, on_sqlite, only
from tests.conftest import MovingClock

PASSWORD = "一个很长的密码1234"
NOBODY = people._NOBODY  # as the product makes it, with all the work (see tests/once.py)


def add(house: Services, name: str = "周倩") -> None:
    with house.database.write() as session:
        people.add_user(session, name, Role.AGENT, PASSWORD, house.now())


def log_in(house: Services, name: str, password: str) -> User | None:
    return people.log_in(house.database, name, password, house.now())


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
    with pytest.raises(people.LockedOut):
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
    monkeypatch.setattr(people, "_hasher", Watched(lambda: all_checked.wait(timeout=20)))

    def guess(number: int) -> str:
        try:
            return "let in" if log_in(house, name, f"guess {number}") else "wrong"
        except people.LockedOut:
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

    monkeypatch.setattr(people, "_hasher", Watched(five_others_fail))
    with pytest.raises(people.LockedOut):
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

    monkeypatch.setattr(people, "_hasher", Watched(write))
    log_in(house, name, PASSWORD)
    assert len(all_of(house, AuditEntry, action="wrote_meanwhile")) == 1


@on_sqlite
def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(
    house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = Watched()
    monkeypatch.setattr(people, "_hasher", hasher)
    monkeypatch.setattr(people, "_NOBODY", NOBODY)
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
    monkeypatch.setattr(people, "_hasher", hasher)
    with pytest.raises(people.LockedOut):
        log_in(house, "周倩", "wrong")
    assert hasher.asked == []


def test_each_log_out_raises_the_epoch_of_that_user_alone_and_is_on_record(house: Services) -> None:
    add(house)
    add(house, "吴磊")
    with house.database.write() as session:
        people.log_out(session, 1, house.now())
        people.log_out(session, 1, house.now())
    assert [user.session_epoch for user in all_of(house, User)] == [2, 0]
    assert [entry.actor for entry in all_of(house, AuditEntry, action="logout")] == ["周倩", "周倩"]


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
    with pytest.raises(people.LockedOut):
        log_in(house, "y" * 300, "guess")


@on_sqlite
@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x" * 65, "two\nlines"])
def test_a_name_must_be_one_that_can_be_shown(name: str, house: Services) -> None:
    with house.database.write() as session:
        for make in (
            lambda: people.add_user(session, name, Role.AGENT, PASSWORD, house.now()),
            lambda: people.add_key(session, name, [Scope.INTAKE], house.now()),
        ):
            with pytest.raises(BadInput) as refused:
                make()
            assert refused.value.field == "name"


@on_sqlite
def test_names_are_unique_and_refused_by_name(house: Services) -> None:
    add(house)
    with house.database.write() as session:
        for again in (
            lambda: people.add_user(session, "周倩", Role.ADMIN, PASSWORD, house.now()),
            lambda: [people.add_key(session, "feed", [Scope.INTAKE], house.now()) for _ in range(2)],
        ):
            with pytest.raises(BadInput) as refused:
                again()
            assert refused.value.field == "name"
    assert len(all_of(house, User)) == 1


@on_sqlite
def test_making_a_key_is_on_record_and_the_key_is_not(house: Services) -> None:
    with house.database.write() as session:
        key = people.add_key(session, "feed", [Scope.RATINGS, Scope.INTAKE, Scope.RATINGS], house.now())
    entry = only(house, AuditEntry)
    assert (entry.action, entry.subject, entry.facts) == ("key_added", "feed", {"scopes": ["intake", "ratings"]})
    assert key not in str(vars(entry))
