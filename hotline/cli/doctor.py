"""`hotline doctor`: each part of an installation looked at, one line each, with what to do about it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import click
import httpx
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from hotline.actions.audit_checks import last_check
from hotline.actions.calendar import is_known
from hotline.actions.wording import script_in_use
from hotline.carriers.twilio import TwilioCarrier
from hotline.errors import HotlineError
from hotline.flows import load_flow
from hotline.jobs import heartbeat
from hotline.migrations import is_current
from hotline.probes import SCHEDULE_IS_LATE_AFTER
from hotline.prompts.wanted import Menu, prompts_of
from hotline.rules.script_faults import faults
from hotline.services import Services, make_services
from hotline.settings import load_settings

_PUBLIC_SECONDS = 5.0
_DEADLINES_REACH = timedelta(days=45)


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    part: str
    verdict: Verdict
    words: str


@click.command()
def doctor() -> None:
    """Look at every part of this installation; exit 1 if one of them is at fault."""
    house = make_services(load_settings())
    faults = 0
    for finding in examine(house):
        faults += finding.verdict is Verdict.FAULT
        click.secho(f"{finding.verdict:8}", fg=_COLOURS[finding.verdict], bold=True, nl=False)
        click.echo(f"{finding.part:12} {finding.words}")
    sys.exit(1 if faults else 0)


_COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}


def examine(house: Services) -> Iterator[Finding]:
    """Every finding, in the order in which a fault explains those after it."""
    yield Finding("settings", Verdict.OK, f"policy {house.policy.name} ({house.policy.title})")
    for look in (
        _database,
        _migrations,
        _calendar,
        _audit_log,
        _wording,
        _prompts,
        _recordings,
        _redis,
        _schedule,
        _public_url,
        _twilio,
        _senders,
        _calls,
        _mainland,
    ):
        yield look(house)


def _database(house: Services) -> Finding:
    def look() -> str:
        with house.database.read() as session:
            session.execute(select(1))
        return str(house.database.engine.dialect.name)

    found = _tried("database", look, "check HOTLINE_DATABASE_URL, and that the server runs")
    on_sqlite = house.database.engine.dialect.name == "sqlite"
    if found.verdict is Verdict.OK and on_sqlite and not _is_loopback(house.settings.public_url):
        return Finding(
            "database", Verdict.WARNING, "sqlite: good for a trial; a city uses PostgreSQL (HOTLINE_DATABASE_URL)"
        )
    return found


def _migrations(house: Services) -> Finding:
    try:
        with house.database.read() as session:
            current = is_current(session.connection())
    except SQLAlchemyError:
        return Finding("migrations", Verdict.FAULT, "cannot be read without the database")
    if current:
        return Finding("migrations", Verdict.OK, "the tables are up to date")
    return Finding("migrations", Verdict.FAULT, "the tables are not up to date: run `hotline migrate`")


def _calendar(house: Services) -> Finding:
    """The State Council publishes the next year's list in November."""
    now = house.now().astimezone(house.policy.zone)
    years = sorted({now.year, (now + _DEADLINES_REACH).year})
    try:
        with house.database.read() as session:
            missing = [str(year) for year in years if not is_known(session, year)]
    except SQLAlchemyError:
        return Finding("calendar", Verdict.FAULT, "cannot be read without the database and its tables")
    if not missing:
        return Finding("calendar", Verdict.OK, f"days off of {' and '.join(map(str, years))} are known")
    words = f"days off of {' and '.join(missing)} are not known, deadlines in it are provisional"
    return Finding("calendar", Verdict.WARNING, f"{words}: run `hotline calendar import`, or load them in the console")


def _audit_log(house: Services) -> Finding:
    try:
        with house.database.read() as session:
            check = last_check(session, ended=True)
    except SQLAlchemyError:
        return Finding("audit log", Verdict.FAULT, "cannot be read without the database and its tables")
    if check is None:
        return Finding("audit log", Verdict.OK, "not checked yet: the schedule does it every day")
    if check.fault is not None:
        return Finding(
            "audit log", Verdict.FAULT, f"{check.fault} after entry {check.number}: see `hotline audit verify`"
        )
    return Finding("audit log", Verdict.OK, f"whole up to entry {check.number}")


def _wording(house: Services) -> Finding:
    """A version that was activated under an earlier release may not pass the checks of this one."""
    policy = house.policy
    try:
        with house.database.read() as session:
            scripts = [script_in_use(session, name) for name in (policy.sms.script, policy.phone.script)]
    except SQLAlchemyError:
        return Finding("wording", Verdict.FAULT, "cannot be read without the database and its tables")
    for script in scripts:
        if found := faults(script.channel, script.scale, script.words):
            reason = "; ".join(map(str, found))[:200]
            return Finding("wording", Verdict.WARNING, f"{script.id}: {reason}: activate another version")
    return Finding("wording", Verdict.OK, ", ".join(script.id for script in scripts))


def _prompts(house: Services) -> Finding:
    """What is not rendered is said by the carrier's own voice: another one, in the middle of a call."""
    policy, prompts = house.policy, house.prompts
    if prompts is None:
        if without := [one for one in policy.spoken_languages if one not in house.voice_carrier.languages]:
            words = f"the carrier has no voice for {', '.join(without)}: set HOTLINE_PROMPTS and render recordings"
            return Finding("prompts", Verdict.WARNING, words)
        return Finding("prompts", Verdict.OK, "the carrier's own voice says every sentence")
    try:
        with house.database.read() as session:
            script = script_in_use(session, policy.phone.script)
    except SQLAlchemyError:
        return Finding("prompts", Verdict.FAULT, "cannot be read without the database and its tables")
    wanted = prompts_of(Menu(script, load_flow(policy.phone.flow), policy), policy.spoken_languages, slow=False)
    missing = sum(prompts.find(prompt.language, prompt.slow, prompt.text) is None for prompt in wanted)
    if missing:
        words = f"{missing} of {len(wanted)} sentences are not rendered: run `hotline prompts render`"
        return Finding("prompts", Verdict.WARNING, words)
    return Finding("prompts", Verdict.OK, f"{len(wanted)} sentences of {script.id} are played from HOTLINE_PROMPTS")


def _recordings(house: Services) -> Finding:
    def look() -> str:
        house.recordings.check()
        return f"voice comments can be kept in {house.recordings.path}"

    return _tried("recordings", look, "check HOTLINE_RECORDINGS, its owner and the room on its disk")


def _redis(house: Services) -> Finding:
    def look() -> str:
        house.redis.ping()
        return "answers"

    return _tried("redis", look, "check HOTLINE_REDIS_URL, and that the server runs")


def _schedule(house: Services) -> Finding:
    remedy = "start `hotline worker`, which runs the schedule"
    try:
        age = heartbeat.age(house.redis, house.now())
    except (RedisError, OSError):
        return Finding("schedule", Verdict.FAULT, "cannot be read without Redis")
    if age is None:
        return Finding("schedule", Verdict.FAULT, f"has never swept: {remedy}")
    if age > SCHEDULE_IS_LATE_AFTER:
        return Finding("schedule", Verdict.FAULT, f"last swept {int(age.total_seconds())} s ago: {remedy}")
    return Finding("schedule", Verdict.OK, f"last swept {int(age.total_seconds())} s ago")


def _public_url(house: Services) -> Finding:
    url = house.settings.public_url
    try:
        answer = httpx.get(f"{url}/healthz", timeout=_PUBLIC_SECONDS, follow_redirects=False)
    except httpx.HTTPError as error:
        return Finding(
            "public url", Verdict.FAULT, f"{url} does not answer ({type(error).__name__}): HOTLINE_PUBLIC_URL"
        )
    if answer.status_code != httpx.codes.OK:
        return Finding("public url", Verdict.FAULT, f"{url}/healthz answers {answer.status_code}: HOTLINE_PUBLIC_URL")
    if not house.settings.served_over_https and not _is_loopback(url):
        return Finding("public url", Verdict.WARNING, f"{url} is not https: replies and numbers travel in the clear")
    return Finding("public url", Verdict.OK, f"{url} answers")


def _twilio(house: Services) -> Finding:
    def look() -> str:
        name = TwilioCarrier(house.settings, house.vault, house.policy.region).check_account()
        return f"account “{name}” at {house.settings.twilio_api_url}"

    return _tried("twilio", look, "check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL")


def _senders(house: Services) -> Finding:
    """Which of our numbers texts go out from, and how fast; whether calls can be placed."""
    settings = house.settings
    numbers = ", ".join(settings.sending_numbers) or f"the Messaging Service {settings.twilio_messaging_service_sid}"
    pace = f"{settings.sms_per_second:g} texts a second" + (" each" if len(settings.sending_numbers) > 1 else "")
    if settings.twilio_from is None:
        return Finding("senders", Verdict.WARNING, f"{numbers}, {pace}; no calls can be placed: set TWILIO_FROM")
    return Finding("senders", Verdict.OK, f"{numbers}, {pace}")


def _calls(house: Services) -> Finding:
    """How fast calls are placed, how many are on at once, and how often one number is called."""
    settings, phone = house.settings, house.policy.phone
    daily = f"{phone.daily_cap} in 24 hours" if phone.daily_cap else "no cap for a day"
    burst = f"{phone.burst_cap} in {phone.burst_minutes} minutes" if phone.burst_cap else "no cap for minutes"
    pace = f"{settings.calls_per_second:g} a second, {settings.most_calls} lines"
    told = f"{pace}; to one number {daily}, {burst}"
    if settings.twilio_from in phone.transfer_numbers:
        return Finding(
            "calls", Verdict.WARNING, f"{told}; whoever rings {settings.twilio_from} back is taken for handed over"
        )
    return Finding("calls", Verdict.OK, told)


def _mainland(house: Services) -> Finding:
    """True of Twilio itself; a compatible service at TWILIO_API_URL may be another matter, so it is a warning."""
    if house.policy.region != "CN":
        return Finding("two-way sms", Verdict.OK, f"numbers of {house.policy.region}")
    return Finding(
        "two-way sms",
        Verdict.WARNING,
        "Twilio carries no two-way SMS to +86: mainland citizens cannot reply by text without another carrier",
    )


def _tried(part: str, look: Callable[[], str], remedy: str) -> Finding:
    try:
        return Finding(part, Verdict.OK, look())
    except (HotlineError, SQLAlchemyError, RedisError, OSError) as error:
        reason = str(error).splitlines()[0]
        return Finding(part, Verdict.FAULT, f"{reason}: {remedy}")


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
