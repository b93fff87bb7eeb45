"""Logging in: passwords kept as argon2, failures counted, whatever is typed."""

from datetime import timedelta
from threading import Barrier
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from hotline.actions import log_in as door
from hotline.actions import passwords, people, sessions, users
from hotline.actions.audit import audit
from hotline.actions.sessions import Browser
from hotline.errors import HotlineError
from hotline.services import Services
from hotline.tables import AuditEntry, RecoveryCode, User
from hotline.tables.people import Role
from tests.cast import all_of, at_once, on_postgresql, on_sqlite, only
from tests.conftest import MovingClock

PASSWORD = "一个很长很长的密码1234"
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


@on_sqlite
def test_a_telephone_number_typed_for_a_name_stands_in_no_log(house: Services) -> None:
    for _ in range(5):
        assert log_in(house, "13844328000", "guess") is None
    with pytest.raises(door.LockedOut):
        log_in(house, "13844328000", "guess")
    assert {entry.actor for entry in all_of(house, AuditEntry)} == {"138****8000"}


STRANGER = Browser("curl", "203.0.113.*", "b2")


@on_sqlite
def test_strangers_who_try_a_name_do_not_lock_its_owner_out_of_their_own_browser(house: Services) -> None:
    add(house)
    own = Browser("Firefox", "10.0.0.*", "b1", frozenset({only(house, User).id}))
    for _ in range(5):
        assert log_in(house, "周倩", "wrong", STRANGER) is None
    with pytest.raises(door.LockedOut):
        log_in(house, "周倩", PASSWORD, STRANGER)
    assert log_in(house, "周倩", PASSWORD, own) is not None
    for _ in range(5):  # and whoever took that browser has no more tries than others
        assert log_in(house, "周倩", "wrong", own) is None
    with pytest.raises(door.LockedOut):
        log_in(house, "周倩", PASSWORD, own)


@on_sqlite
def test_an_administrator_unlocks_a_name(house: Services, clock: MovingClock) -> None:
    add(house)
    for _ in range(5):
        log_in(house, "周倩", "wrong")
    clock.move(minutes=1)
    with house.database.write() as session:
        users.unlock(session, "admin", 1, house.now())
    assert log_in(house, "周倩", PASSWORD) is not None


@on_sqlite
def test_a_password_is_hashed_anew_when_the_parameters_rise(house: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    add(house)
    before = only(house, User).password_hash
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert log_in(house, "周倩", "wrong") is None
    assert only(house, User).password_hash == before
    assert log_in(house, "周倩", PASSWORD) is not None
    after = only(house, User).password_hash
    assert "m=16,t=2" in after
    assert log_in(house, "周倩", PASSWORD) is not None
    assert only(house, User).password_hash == after


def begin(house: Services, password: str = PASSWORD) -> door.Begun:
    begun = door.log_in(house.database, "周倩", password, BROWSER, False, house.now())
    assert begun is not None
    return begun


def enrol(house: Services, begun: door.Begun) -> tuple[door.Begun, str, list[str]]:
    """Also the secret and the recovery codes."""
    _, secret = door.proposed_secret(house.database, house.vault, begun.token, False, house.now())
    code = pyotp.TOTP(secret).at(house.now())
    done, codes = door.enrol(house.database, house.vault, begun.token, code, False, house.now())
    return done, secret, codes


def give(house: Services, code: str) -> door.Begun:
    return door.give_code(house.database, house.vault, begin(house).token, code, BROWSER, False, house.now())


def is_in(house: Services, token: str) -> bool:
    with house.database.read() as session:
        return sessions.find(session, token, house.now()) is not None


def test_who_leads_sets_up_a_second_factor_and_then_needs_it(house: Services, clock: MovingClock) -> None:
    add(house, role=Role.SUPERVISOR)
    begun = begin(house)
    assert not begun.is_complete
    assert not is_in(house, begun.token)
    _, secret = door.proposed_secret(house.database, house.vault, begun.token, False, house.now())
    with pytest.raises(door.WrongSecret):
        door.enrol(house.database, house.vault, begun.token, "000000", False, house.now())
    done, same_secret, codes = enrol(house, begun)
    assert (done.is_complete, same_secret, len(set(codes))) == (True, secret, 8)
    assert is_in(house, done.token)
    assert not is_in(house, begun.token)  # what was known half-way opens nothing
    shown = pyotp.TOTP(secret)

    def code_at(half_minutes: int) -> str:
        return shown.at(house.now() + timedelta(seconds=30 * half_minutes))

    with pytest.raises(door.WrongSecret):  # it was used to set it up
        give(house, code_at(0))
    clock.move(seconds=60)
    for late_or_early in (-2, 2):
        with pytest.raises(door.WrongSecret):
            give(house, code_at(late_or_early))
    assert is_in(house, give(house, f"{code_at(1)[:3]} {code_at(1)[3:]}").token)
    with pytest.raises(door.WrongSecret):  # an earlier one than the last used
        give(house, code_at(0))
    assert secret.encode() not in (only(house, User).totp_box or b"")


def test_a_recovery_code_logs_in_once_however_it_is_typed(house: Services) -> None:
    add(house, role=Role.ADMIN)
    *_, codes = enrol(house, begin(house))
    assert give(house, codes[0]).is_complete
    assert give(house, f" {codes[1].upper().replace('-', '')} ").is_complete
    for used in codes[:2]:
        with pytest.raises(door.WrongSecret):
            give(house, used)
    assert [code not in str([vars(row) for row in all_of(house, RecoveryCode)]) for code in codes] == [True] * 8


@on_sqlite
def test_wrong_codes_are_counted_with_wrong_passwords(house: Services) -> None:
    add(house, role=Role.ADMIN)
    *_, codes = enrol(house, begin(house))
    begun = begin(house)
    for _ in range(3):
        with pytest.raises(door.WrongSecret):
            give(house, "123456")
    for _ in range(2):
        assert log_in(house, "周倩", "wrong") is None
    with pytest.raises(door.LockedOut):
        door.give_code(house.database, house.vault, begun.token, codes[0], BROWSER, False, house.now())
    steps = [entry.facts["step"] for entry in all_of(house, AuditEntry, action="login_failed")]
    assert steps == ["code"] * 3 + ["password"] * 2


@on_postgresql
def test_a_code_that_two_give_at_once_lets_one_in(house: Services, clock: MovingClock) -> None:
    add(house, role=Role.ADMIN)
    _, secret, _ = enrol(house, begin(house))
    clock.move(seconds=60)
    tokens, code = [begin(house).token for _ in range(4)], pyotp.TOTP(secret).at(house.now())

    def give_it(number: int) -> bool:
        try:
            door.give_code(house.database, house.vault, tokens[number], code, BROWSER, False, house.now())
        except door.WrongSecret:
            return False
        return True

    assert at_once(4, give_it).count(True) == 1


@on_sqlite
def test_who_began_with_the_password_that_was_told_goes_no_further_once_it_is_changed(house: Services) -> None:
    """Else they would set up their own telephone as the second factor of somebody else."""
    with house.database.write() as session:
        people.add_user(session, "周倩", Role.ADMIN, PASSWORD, house.now(), must_change_password=True)
    eavesdropper, owner = begin(house), begin(house)
    door.choose_password(house.database, owner.token, "a password of my own", False, house.now())
    with pytest.raises(door.SessionGone):
        enrol(house, eavesdropper)
    assert enrol(house, owner)[0].is_complete


@on_postgresql
def test_of_two_who_set_up_a_second_factor_at_once_one_does(house: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    add(house, role=Role.ADMIN)
    begun, find, both_have_found = [begin(house), begin(house)], sessions.find_on_the_way, Barrier(2)
    secrets = [door.proposed_secret(house.database, house.vault, one.token, False, house.now())[1] for one in begun]

    waited = set[str]()

    def find_together(session: Any, token: str, now: Any) -> Any:
        found = find(session, token, now)
        if token not in waited:  # each once, before either goes on
            waited.add(token)
            both_have_found.wait(timeout=20)
        return found

    monkeypatch.setattr(sessions, "find_on_the_way", find_together)

    def set_up(number: int) -> bool:
        code = pyotp.TOTP(secrets[number]).at(house.now())
        try:
            door.enrol(house.database, house.vault, begun[number].token, code, False, house.now())
        except door.SessionGone:
            return False
        return True

    assert sorted(at_once(2, set_up)) == [False, True]


@on_sqlite
def test_a_log_in_that_takes_too_long_begins_again(house: Services, clock: MovingClock) -> None:
    add(house, role=Role.ADMIN)
    begun = begin(house)
    clock.move(minutes=16)
    with pytest.raises(door.SessionGone):
        enrol(house, begun)


@on_sqlite
def test_a_password_that_somebody_else_set_is_changed_first(house: Services) -> None:
    with house.database.write() as session:
        people.add_user(session, "周倩", Role.AGENT, PASSWORD, house.now(), must_change_password=True)
    begun = begin(house)
    assert not begun.is_complete
    with pytest.raises(door.SessionGone):  # no step can be left out or taken before its time
        enrol(house, begun)
    for weak in (PASSWORD, "short", "1234567890"):
        with pytest.raises(passwords.WeakPassword):
            door.choose_password(house.database, begun.token, weak, False, house.now())
    done = door.choose_password(house.database, begun.token, "自己选的一句话作密码", False, house.now())
    assert done.is_complete
    assert is_in(house, done.token)
    assert begin(house, "自己选的一句话作密码").is_complete


@on_sqlite
def test_everyone_needs_a_second_factor_where_the_settings_say_so(house: Services) -> None:
    add(house)
    begun = door.log_in(house.database, "周倩", PASSWORD, BROWSER, True, house.now())
    assert begun is not None
    assert not begun.is_complete


@on_sqlite
def test_a_secret_moved_to_another_user_opens_nothing(house: Services) -> None:
    add(house, role=Role.ADMIN)
    enrol(house, begin(house))
    add(house, "吴磊", Role.ADMIN)
    with house.database.write() as session:
        mine, other = session.get_one(User, 1), session.get_one(User, 2)
        other.totp_box, other.totp_since = mine.totp_box, mine.totp_since
    begun = door.log_in(house.database, "吴磊", PASSWORD, BROWSER, False, house.now())
    assert begun is not None
    with pytest.raises(HotlineError) as refused:
        door.give_code(house.database, house.vault, begun.token, "123456", BROWSER, False, house.now())
    assert refused.value.code == "data_key"
