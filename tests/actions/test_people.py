"""Users and keys: passwords kept as argon2, failures counted, whatever is typed."""

from datetime import timedelta

import pytest

from hotline.actions import people
from hotline.errors import BadInput
from hotline.services import Services
from hotline.tables import AuditEntry, User
from hotline.tables.people import Role, Scope
from tests.cast import all_of, on_sqlite, only
from tests.conftest import MovingClock

PASSWORD = "一个很长的密码1234"


def add(house: Services, name: str = "周倩") -> None:
    with house.database.write() as session:
        people.add_user(session, name, Role.AGENT, PASSWORD, house.now())


def log_in(house: Services, name: str, password: str) -> User | None:
    with house.database.write() as session:
        return people.log_in(session, name, password, house.now())


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
