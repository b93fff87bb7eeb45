"""Users and keys: names that can be shown, unique, on record."""

import pytest

from hotline.actions import people
from hotline.errors import BadInput
from hotline.services import Services
from hotline.tables import AuditEntry, User
from hotline.tables.people import Role, Scope
from tests.cast import all_of, on_sqlite, only

PASSWORD = "一个很长的密码1234"


def add(house: Services) -> None:
    with house.database.write() as session:
        people.add_user(session, "周倩", Role.AGENT, PASSWORD, house.now())


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
            lambda: people.add_user(session, "周倩", Role.AUDITOR, PASSWORD, house.now()),
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
