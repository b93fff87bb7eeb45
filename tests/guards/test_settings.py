"""Settings: each missing or wrong one is named, wherever it comes from, and a secret is never told."""

import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotline.errors import SettingsError
from hotline.policies import load_policy
from hotline.services import make_services
from hotline.settings import Settings, load_database_settings, load_settings, load_sip_settings
from tests.cast import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, on_sqlite

SECRET, KEY, STORE = "a secret of thirty-two characters!", b64encode(b"k" * 32).decode(), "between the store and us"
GOOD = {
    "HOTLINE_PUBLIC_URL": "https://hotline.example.cn/",
    "HOTLINE_SECRET_KEY": SECRET,
    "HOTLINE_DATA_KEY": KEY,
    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    "TWILIO_FROM": OUR_NUMBER,
    "HOTLINE_DATABASE_URL": "postgresql+psycopg://hotline:the-database-password@db/hotline",
    "HOTLINE_REDIS_URL": "redis://:the-redis-password@redis:6379/0",
}
SECRETS = (SECRET, KEY, AUTH_TOKEN, STORE, "the-database-password", "the-redis-password")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests, and no .env of theirs."""
    for name in list(os.environ):
        if name.startswith(("HOTLINE_", "TWILIO_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The good settings with changes; None leaves one out."""

    def change(**changes: str | None) -> None:
        for name, value in (GOOD | changes).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    return change


def fault() -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings()
    for secret in SECRETS:
        assert secret not in str(refused.value)
    return str(refused.value)


def test_good_settings_are_read(environment: Callable[..., None]) -> None:
    environment()
    settings = load_settings()
    assert settings.public_url == "https://hotline.example.cn"  # without the slash, as signatures are computed
    assert settings.served_over_https
    assert settings.data_key_bytes == b"k" * 32
    assert (settings.policy, settings.sms_carrier, settings.store_url) == ("default", "twilio", None)


@pytest.mark.parametrize("name", [name for name in GOOD if not name.startswith(("HOTLINE_DATABASE", "HOTLINE_REDIS"))])
def test_a_missing_one_is_named(name: str, environment: Callable[..., None]) -> None:
    environment(**{name: None})
    assert name in fault()


def test_all_that_are_missing_are_named_at_once() -> None:
    lines = fault().splitlines()
    assert {line.partition(":")[0] for line in lines} == {
        "HOTLINE_PUBLIC_URL",
        "HOTLINE_SECRET_KEY",
        "HOTLINE_DATA_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOTLINE_DATABASE_URL", "mysql://localhost/x"),
        ("HOTLINE_DATABASE_URL", "not a url"),
        ("HOTLINE_DATABASE_URL", "postgresql://user:secret@db/x"),
        ("HOTLINE_DATABASE_URL", "postgresql+psycopg://u:p@ss:the-database-password@db/x"),
        ("HOTLINE_REDIS_URL", "http://redis:6379"),
        ("HOTLINE_REDIS_URL", "redis://redis:port/0"),
        ("HOTLINE_PUBLIC_URL", "hotline.example.cn"),
        ("HOTLINE_PUBLIC_URL", "ftp://hotline.example.cn"),
        ("HOTLINE_PUBLIC_URL", "https://"),
        ("HOTLINE_PUBLIC_URL", "https://hotline.example.cn/?a=1"),
        ("HOTLINE_PUBLIC_URL", "https://hotline.example.cn:port"),
        ("HOTLINE_SECRET_KEY", "short"),
        ("HOTLINE_DATA_KEY", "short"),
        ("HOTLINE_DATA_KEY", b64encode(b"k" * 31).decode()),
        ("HOTLINE_DATA_KEY", "not base64 at all, but long enough!!"),
        ("HOTLINE_SMS_CARRIER", "pigeon"),
        ("HOTLINE_VOICE_CARRIER", "pigeon"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", "short"),
        ("TWILIO_FROM", "13844328000"),
        ("TWILIO_FROM_POOL", "+8643212345679 +8643212345680"),
        ("TWILIO_FROM_POOL", "+8643212345679,13844328000"),
        ("HOTLINE_SMS_PER_SECOND", "0"),
        ("HOTLINE_SMS_PER_SECOND", "-1"),
        ("HOTLINE_SMS_PER_SECOND", "1001"),
        ("HOTLINE_SMS_PER_SECOND", "nan"),
        ("HOTLINE_SMS_PER_SECOND", "many"),
        ("HOTLINE_CALLS_PER_SECOND", "0"),
        ("HOTLINE_CALLS_PER_SECOND", "1001"),
        ("HOTLINE_CALLS_PER_SECOND", "inf"),
        ("HOTLINE_MOST_CALLS", "1"),  # a callback takes two lines
        ("HOTLINE_MOST_CALLS", "10001"),
        ("HOTLINE_MOST_CALLS", "2.5"),
        ("TWILIO_MESSAGING_SERVICE_SID", "MG12"),
        ("TWILIO_API_URL", "127.0.0.1:9000"),
        ("HOTLINE_STORE_URL", "store.example.cn"),
        ("HOTLINE_STORE_PROFILE", "unheard-of"),
    ],
)
def test_a_wrong_one_is_named_and_its_value_is_not_told(
    name: str, value: str, environment: Callable[..., None]
) -> None:
    environment(**{name: value})
    told = fault()
    assert told.startswith(f"{name}: ")
    assert len(told.splitlines()) == 1
    assert len(value) < 9 or value not in told


def test_two_that_belong_together_are_asked_for_together(environment: Callable[..., None]) -> None:
    environment(TWILIO_FROM=None)
    assert "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID" in fault()
    environment(TWILIO_FROM=None, TWILIO_MESSAGING_SERVICE_SID="MG" + "a" * 32)
    load_settings()
    environment(HOTLINE_STORE_URL="https://store.example.cn/ratings")
    assert "HOTLINE_STORE_SECRET" in fault()
    environment(HOTLINE_STORE_URL="https://store.example.cn/ratings", HOTLINE_STORE_SECRET=STORE)
    load_settings()


def test_texts_go_out_from_each_number_of_the_pool_or_through_the_service(environment: Callable[..., None]) -> None:
    more, service = "+8643212345679", "MG" + "a" * 32
    environment()
    assert (load_settings().sending_numbers, load_settings().sms_per_second) == ((OUR_NUMBER,), 10)
    environment(TWILIO_FROM_POOL=f" {more}, {OUR_NUMBER},{more},", HOTLINE_SMS_PER_SECOND="0.5")
    assert (load_settings().sending_numbers, load_settings().sms_per_second) == ((OUR_NUMBER, more), 0.5)
    environment(TWILIO_FROM_POOL=None, TWILIO_MESSAGING_SERVICE_SID=service)
    assert load_settings().sending_numbers == ()
    for without in ({"TWILIO_FROM": None}, {}):
        environment(**({"TWILIO_FROM_POOL": more, "TWILIO_MESSAGING_SERVICE_SID": service} | without))
        assert "TWILIO_FROM_POOL" in fault()


@pytest.mark.parametrize("name", GOOD)
def test_any_of_them_may_stand_in_a_file(
    name: str, environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(GOOD[name] + "\n", encoding="utf-8")
    environment()
    expected = load_settings()
    environment(**{name: None})
    monkeypatch.setenv(f"{name}_FILE", str(secret))
    assert load_settings() == expected


def test_a_file_that_cannot_be_read_is_named(
    environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment(HOTLINE_DATA_KEY=None)
    binary = tmp_path / "key"
    binary.write_bytes(b"\xff\xfe\x00raw bytes")
    for path in (tmp_path / "nowhere", tmp_path, binary):
        monkeypatch.setenv("HOTLINE_DATA_KEY_FILE", str(path))
        assert fault().startswith("HOTLINE_DATA_KEY_FILE: ")


def test_the_environment_wins_over_the_file_and_the_file_over_dotenv(
    environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment(HOTLINE_POLICY=None)
    (tmp_path / ".env").write_text("HOTLINE_POLICY=always\nSOMETHING_ELSE=1\n", encoding="utf-8")
    assert load_settings().policy == "always"
    (tmp_path / "policy").write_text("jilin\n", encoding="utf-8")
    monkeypatch.setenv("HOTLINE_POLICY_FILE", str(tmp_path / "policy"))
    assert load_settings().policy == "jilin"
    monkeypatch.setenv("HOTLINE_POLICY", "default")
    assert load_settings().policy == "default"


def test_commands_that_only_touch_the_database_need_only_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_database_settings().database_url == "sqlite:///var/hotline.sqlite3"
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "sqlite:////srv/hotline.sqlite3")
    assert load_database_settings().database_url == "sqlite:////srv/hotline.sqlite3"


def test_the_gateway_needs_neither_the_database_nor_the_keys(environment: Callable[..., None]) -> None:
    environment(HOTLINE_SECRET_KEY=None, HOTLINE_DATA_KEY=None, HOTLINE_DATABASE_URL=None, HOTLINE_REDIS_URL=None)
    settings = load_sip_settings()
    assert settings.listen_at[0].is_loopback
    assert len(settings.rtp_ports) >= 2 * settings.sip_most_calls
    assert load_sip_settings(sip_listen="127.0.0.1:5070").listen_at[1] == 5070


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"TWILIO_FROM": None}, "TWILIO_FROM"),
        ({"HOTLINE_SIP_LISTEN": "localhost"}, "HOTLINE_SIP_LISTEN"),
        ({"HOTLINE_SIP_LISTEN": "10.1.2.9:5060"}, "HOTLINE_SIP_PEERS"),
        ({"HOTLINE_SIP_LISTEN": "0.0.0.0:5060", "HOTLINE_SIP_PEERS": "10.1.2.3"}, "HOTLINE_SIP_ADDRESS"),
        ({"HOTLINE_SIP_PEERS": "10.1.2.3/8"}, "HOTLINE_SIP_PEERS"),
        ({"HOTLINE_SIP_RTP_PORTS": "16384-16400"}, "HOTLINE_SIP_RTP_PORTS"),
        ({"HOTLINE_SIP_RTP_PORTS": "many"}, "HOTLINE_SIP_RTP_PORTS"),
        ({"HOTLINE_SIP_REGISTRAR": "pbx"}, "HOTLINE_SIP_USER and HOTLINE_SIP_PASSWORD"),
        ({"HOTLINE_SIP_FALLBACK_URL": "ftp://x"}, "HOTLINE_SIP_FALLBACK_URL"),
        ({"HOTLINE_SIP_CALLER": "13844328000"}, "HOTLINE_SIP_CALLER"),
    ],
)
def test_a_gateway_that_everybody_or_nobody_could_reach_does_not_start(
    wrong: dict[str, str | None], named: str, environment: Callable[..., None]
) -> None:
    environment(**wrong)
    with pytest.raises(SettingsError) as refused:
        load_sip_settings()
    assert str(refused.value).startswith(named)


def test_no_secret_is_shown_by_repr_or_str(environment: Callable[..., None]) -> None:
    environment(HOTLINE_STORE_URL="https://store.example.cn", HOTLINE_STORE_SECRET=STORE)
    settings = load_settings()
    for shown in (repr(settings), str(settings), f"{settings!r:.10000}"):
        for secret in SECRETS:
            assert secret not in shown


def test_settings_do_not_change_once_read(environment: Callable[..., None]) -> None:
    environment()
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.policy = "always"


POLICY = 'extends = "default"\n'


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("no such = = toml", ""),
        (POLICY + 'citty = "x"', "citty"),
        (POLICY + 'time_zone = "Mars/Olympus"', "time_zone"),
        (POLICY + 'languages = ["zh-CN", "mn"]', "signature"),
        (POLICY + 'languages = ["zh-CN", "mn"]\n[signature]\nmn = "x"', "mn"),
        (POLICY + "[phone]\ntries = 0", "phone.tries"),
        (POLICY + "[phone]\nretry_hours = 4", "phone.retry_hours"),
        (POLICY + "[phone]\nretry_minutes = { buzy = 5 }", "phone.retry_minutes.buzy"),
        (POLICY + "[phone]\none_day_tries = 0", "phone.one_day_tries"),
        (POLICY + "[phone]\nburst_minutes = 0", "phone.burst_minutes"),
        (POLICY + '[phone]\nkinds = ["text"]', "phone.kinds"),
        (POLICY + '[phone]\nchoose_language = ["en", "en"]', "phone.choose_language: offers a language twice"),
        (POLICY + '[phone]\nchoose_language = ["en", "ug"]', "city.toml: signature: none for ug"),
        (POLICY + '[sms]\nopens = "25:00"', "sms.opens"),
        (POLICY + '[sms]\nopens = "22:00"\ncloses = "08:00"', "sms"),
        (POLICY + '[sms]\nopens = "08:00"\ncloses = "08:00"', "sms"),
        (POLICY + '[sms]\nscript = "unheard-of"', "unheard-of"),
        (POLICY + '[sms]\nscript = "phone-stars"', "phone-stars"),
        (POLICY + '[phone]\nscript = "sms-stars"', "sms-stars"),
        (POLICY + '[casework]\nsteps = "some"', "casework.steps"),
        (POLICY + '[casework]\nre_rating = { count = 0, unit = "natural_day" }', "re_rating"),
        (POLICY + '[casework]\nreminders = [{ count = 0, unit = "natural_day" }]', "reminders"),
        (POLICY + '[casework]\nrectify = { count = 5, unit = "natural_day", start = "noon" }', "casework.rectify"),
        ('extends = "nowhere"', "nowhere"),
        ('title = "alone"', "city"),
    ],
)
@on_sqlite
def test_a_faulty_policy_stops_the_start_and_says_where(
    written: str, named: str, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    path = tmp_path / "city.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        make_services(make_settings(policy=str(path)))
    assert named in str(refused.value)


def test_a_policy_of_ones_own_changes_only_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(POLICY + "[phone]\ntries = 5\n", encoding="utf-8")
    own, default = load_policy(str(path)), load_policy("default")
    assert (own.phone.tries, own.name) == (5, "city")
    changed: dict[str, Any] = default.phone.model_dump() | {"tries": 5}
    assert own.phone.model_dump() == changed
    assert own.sms == default.sms


def test_a_policy_that_extends_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(f'extends = "{path}"', encoding="utf-8")
    with pytest.raises(SettingsError, match="extends itself"):
        load_policy(str(path))
