"""One typed Settings object, read once at start from the environment, `NAME_FILE` files and `.env`.

A missing or wrong setting raises SettingsError with its name; secrets are never printed.
"""

import base64
import binascii
import os
import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from hotline.errors import SettingsError

_E164 = r"^\+[1-9]\d{5,14}$"


def _named(name: str, **kwargs: Any) -> Any:
    return Field(validation_alias=AliasChoices(name), **kwargs)


def _split(address: str) -> SplitResult:
    """The parts of an address. Raises ValueError, which never quotes it: there may be a password in it."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address: its host or port cannot be read") from None
    return parts


class _FromOutside(BaseSettings):
    """Where settings are read from."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True, frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _NameFileSource(settings_cls), dotenv_settings


class DatabaseSettings(_FromOutside):
    """What the commands need that only touch the database: migrate, user, key, audit, prompts.

    The policy names its zone, and what is said.
    """

    database_url: str = _named("HOTLINE_DATABASE_URL", default="sqlite:///var/hotline.sqlite3", repr=False)
    policy: str = _named("HOTLINE_POLICY", default="default")
    prompts: Path | None = _named("HOTLINE_PROMPTS", default=None)

    @field_validator("database_url")
    @classmethod
    def _is_a_database_we_know(cls, value: str) -> str:
        try:
            backend = make_url(value).drivername
        except (ArgumentError, ValueError):  # a ValueError quotes what it could not read, which may be a password
            raise ValueError("is not a database URL") from None
        if backend not in ("sqlite", "postgresql+psycopg"):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value


class SealedSettings(DatabaseSettings):
    """What the commands need that also open what is sealed in the database: replay, opt-outs."""

    data_key: SecretStr = _named("HOTLINE_DATA_KEY")

    @field_validator("data_key")
    @classmethod
    def _is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            key = base64.b64decode(value.get_secret_value(), validate=True)
        except binascii.Error:
            raise ValueError("is not base64") from None
        if len(key) != 32:
            raise ValueError(f"must be base64 of 32 bytes, not of {len(key)}")
        return value

    @property
    def data_key_bytes(self) -> bytes:
        """The 32 bytes of HOTLINE_DATA_KEY."""
        return base64.b64decode(self.data_key.get_secret_value())


class WebhookSettings(_FromOutside):
    """What both ends of a webhook know: where it goes, and what it is signed with."""

    public_url: str = _named("HOTLINE_PUBLIC_URL")
    twilio_account_sid: str = _named("TWILIO_ACCOUNT_SID", pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_token: SecretStr = _named("TWILIO_AUTH_TOKEN", min_length=16)
    twilio_from: str | None = _named("TWILIO_FROM", default=None, pattern=_E164)

    @field_validator("public_url", "twilio_api_url", "store_url", "sip_fallback_url", check_fields=False)
    @classmethod
    def _is_a_web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = _split(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http:// or https:// address")
        if parts.query or parts.fragment:
            raise ValueError("must not carry a query or a fragment")
        return value.rstrip("/")


class Settings(SealedSettings, WebhookSettings):
    """Everything the web process and the workers need."""

    recordings: Path = _named("HOTLINE_RECORDINGS", default=Path("var/recordings"))
    redis_url: str = _named("HOTLINE_REDIS_URL", default="redis://127.0.0.1:6379/0", repr=False)
    secret_key: SecretStr = _named("HOTLINE_SECRET_KEY")
    second_factor: Literal["managers", "everyone"] = _named("HOTLINE_SECOND_FACTOR", default="managers")
    sms_carrier: Literal["twilio"] = _named("HOTLINE_SMS_CARRIER", default="twilio")
    voice_carrier: Literal["twilio"] = _named("HOTLINE_VOICE_CARRIER", default="twilio")
    sms_per_second: float = _named("HOTLINE_SMS_PER_SECOND", default=10, gt=0, le=1000, allow_inf_nan=False)
    calls_per_second: float = _named("HOTLINE_CALLS_PER_SECOND", default=1, gt=0, le=1000, allow_inf_nan=False)
    most_calls: int = _named("HOTLINE_MOST_CALLS", default=10, ge=2, le=10_000)

    twilio_from_pool: Annotated[tuple[str, ...] | None, NoDecode] = _named("TWILIO_FROM_POOL", default=None)
    twilio_messaging_service_sid: str | None = _named(
        "TWILIO_MESSAGING_SERVICE_SID", default=None, pattern=r"^MG[0-9a-fA-F]{32}$"
    )
    twilio_api_url: str = _named("TWILIO_API_URL", default="https://api.twilio.com")

    store_url: str | None = _named("HOTLINE_STORE_URL", default=None)
    store_profile: Literal["generic"] = _named("HOTLINE_STORE_PROFILE", default="generic")
    store_secret: SecretStr | None = _named("HOTLINE_STORE_SECRET", default=None)

    @field_validator("twilio_from_pool", mode="before")
    @classmethod
    def _are_numbers(cls, value: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        written = value.split(",") if isinstance(value, str) else value
        numbers = tuple(dict.fromkeys(number.strip() for number in written if number.strip()))
        if not all(re.fullmatch(_E164, number) for number in numbers):
            raise ValueError("must be numbers in E.164, such as +14155550124, with commas between them")
        return numbers

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_address(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        if parts.scheme != "unix" and not re.fullmatch(r"/?\d{0,4}", parts.path):
            raise ValueError("must end with the number of a database, such as /0")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.twilio_from is None and self.twilio_messaging_service_sid is None:
            raise ValueError("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID: one of them is needed")
        if self.twilio_from_pool and (self.twilio_from is None or self.twilio_messaging_service_sid is not None):
            raise ValueError("TWILIO_FROM_POOL: goes with TWILIO_FROM, and not with TWILIO_MESSAGING_SERVICE_SID")
        if self.store_url is not None and self.store_secret is None:
            raise ValueError("HOTLINE_STORE_SECRET: needed when HOTLINE_STORE_URL is set")
        return self

    @property
    def sending_numbers(self) -> tuple[str, ...]:
        """Our numbers that texts go out from; none = the Messaging Service chooses."""
        if self.twilio_from is None or self.twilio_messaging_service_sid is not None:
            return ()
        return tuple(dict.fromkeys((self.twilio_from, *(self.twilio_from_pool or ()))))

    @property
    def served_over_https(self) -> bool:
        return self.public_url.startswith("https://")


class SipSettings(WebhookSettings):
    """What `hotline sip` needs: no database, and nothing that opens a sealed number."""

    twilio_from: str = _named("TWILIO_FROM", pattern=_E164)
    sip_listen: str = _named("HOTLINE_SIP_LISTEN", default="127.0.0.1:5060")
    sip_address: IPv4Address | None = _named("HOTLINE_SIP_ADDRESS", default=None)
    sip_peers: Annotated[tuple[IPv4Network, ...] | None, NoDecode] = _named("HOTLINE_SIP_PEERS", default=None)
    sip_rtp_ports: str = _named("HOTLINE_SIP_RTP_PORTS", default="16384-16483")
    sip_http_port: int = _named("HOTLINE_SIP_HTTP_PORT", default=5080, ge=1, le=65_535)
    sip_most_calls: int = _named("HOTLINE_SIP_MOST_CALLS", default=30, ge=1, le=1000)
    sip_caller: str | None = _named("HOTLINE_SIP_CALLER", default=None, pattern=_E164)
    sip_fallback_url: str | None = _named("HOTLINE_SIP_FALLBACK_URL", default=None)
    sip_registrar: str | None = _named("HOTLINE_SIP_REGISTRAR", default=None)
    sip_user: str | None = _named("HOTLINE_SIP_USER", default=None)
    sip_password: SecretStr | None = _named("HOTLINE_SIP_PASSWORD", default=None)

    @field_validator("sip_peers", mode="before")
    @classmethod
    def _are_networks(cls, value: str | None) -> tuple[str, ...] | None:
        return None if value is None else tuple(part.strip() for part in value.split(",") if part.strip())

    @model_validator(mode="after")
    def _can_be_reached_by_whom_it_should(self) -> "SipSettings":
        host, _ = self.listen_at
        if not host.is_loopback and not self.sip_peers:
            raise ValueError("HOTLINE_SIP_PEERS: needed when HOTLINE_SIP_LISTEN is not loopback: who may call")
        if host.is_unspecified and self.sip_address is None:
            raise ValueError("HOTLINE_SIP_ADDRESS: needed when HOTLINE_SIP_LISTEN is every address: which one to tell")
        if 2 * self.sip_most_calls > len(self.rtp_ports):
            raise ValueError(f"HOTLINE_SIP_RTP_PORTS: too few, {self.sip_most_calls} calls at once need two each")
        if self.sip_registrar is not None and (self.sip_user is None or self.sip_password is None):
            raise ValueError("HOTLINE_SIP_USER and HOTLINE_SIP_PASSWORD: needed when HOTLINE_SIP_REGISTRAR is set")
        return self

    @property
    def listen_at(self) -> tuple[IPv4Address, int]:
        """Raises ValueError."""
        host, _, port = self.sip_listen.rpartition(":")
        try:
            return IPv4Address(host), range(65_536)[int(port)]
        except (ValueError, IndexError):
            raise ValueError("HOTLINE_SIP_LISTEN: must be an IPv4 address and a port, such as 127.0.0.1:5060") from None

    @property
    def rtp_ports(self) -> range:
        """Raises ValueError."""
        found = re.fullmatch(r"(\d{4,5})-(\d{4,5})", self.sip_rtp_ports)
        if not found or not 1024 <= int(found[1]) < int(found[2]) < 65_536:
            raise ValueError("HOTLINE_SIP_RTP_PORTS: must be the first and the last, such as 16384-16483")
        return range(int(found[1]), int(found[2]) + 1)


class _NameFileSource(PydanticBaseSettingsSource):
    """`NAME_FILE=/run/secrets/x` gives NAME the text of that file, without the newline at its end."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = field.validation_alias.choices[0]
        path = os.environ.get(f"{name}_FILE")
        if path is None:
            return None, name, False
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), name, False
        except OSError as error:
            raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{name}_FILE: {path} is not a text in UTF-8") from None

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value is not None}


S = TypeVar("S", bound=_FromOutside)


def load_settings() -> Settings:
    """Read the whole settings, or raise SettingsError naming each one that is missing or wrong."""
    return _load(Settings)


def load_database_settings() -> DatabaseSettings:
    """Read only what the database needs, or raise SettingsError."""
    return _load(DatabaseSettings)


def load_sealed_settings() -> SealedSettings:
    """Read what the database needs and the key of what is sealed in it, or raise SettingsError."""
    return _load(SealedSettings)


def load_sip_settings(**told: str) -> SipSettings:
    """Read what the SIP gateway needs, where it was not `told` by the name of the field, or raise SettingsError."""
    return _load(SipSettings, **told)


def _load(kind: type[S], **told: Any) -> S:
    try:
        return kind(**told)
    except ValidationError as error:
        raise SettingsError("\n".join(_line(item) for item in error.errors())) from None


def _line(item: Any) -> str:
    """One readable line for a faulty setting; never its value, which may be a secret."""
    message = item["msg"].removeprefix("Value error, ")
    if not item["loc"]:
        return str(message)
    if item["type"] == "missing":
        message = "is missing"
    return f"{item['loc'][0]}: {message}"
