"""Sends webhooks as Twilio does: signed form posts with time-outs, one retry and an idempotency token.
Every attempt is put in the inspector; the nasty modes that concern webhooks are applied here."""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import httpx

from .faults import Fault
from .model import RequestRecord
from .overrides import ConnectionPolicy, policy_of
from .signing import sign, string_to_sign
from .world import World

log = logging.getLogger(__name__)

SENDERS = 32
MOST_REDIRECTS = 10
MOST_BYTES = 64 * 1024
BODY_KEPT = 16 * 1024
USER_AGENT = "TwilioProxy/1.1"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request to the application. `kind` names it in the inspector; `resource` is a message or call sid."""

    kind: str
    url: str
    params: Mapping[str, str]
    method: str = "POST"
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: either a 2xx answer, or the `fault` that stands in for one."""

    url: str
    method: str = "POST"
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    fault: Fault | None = None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


@dataclass(slots=True)
class Attempt:
    """One HTTP exchange: `failure` is what ConnectionPolicy calls it, or "" when it was answered with 2xx or 3xx."""

    failure: str = ""
    fault: Fault | None = None
    status: int | None = None
    content_type: str = ""
    location: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all attempts and copies of one webhook share."""

    webhook: Webhook
    token: str = field(default_factory=lambda: str(uuid.uuid4()))


class Sender:
    def __init__(self, world: World) -> None:
        self.world = world
        # trust_env=False: a proxy in the environment must not carry requests meant for this machine.
        # No kept connections: an application closing an idle one would look like a lost answer.
        limits = httpx.Limits(max_connections=SENDERS, max_keepalive_connections=0)
        self.client = httpx.Client(trust_env=False, limits=limits)
        self.pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="simulator-webhook")

    def send(self, webhook: Webhook, then: Callable[[Answer], None]) -> None:
        """Sends in the background; `then` is called once, under the lock, with the answer that counts.

        With the nasty mode `repeat` the copies go out at the same time and their answers are only recorded.
        """
        with self.world.lock():
            if self.world.nasty.loses():
                self._lose(webhook)
                self.world.scheduler.soon(lambda: then(lost(webhook)))
                return
            delay = self.world.nasty.modes.delay
            if delay:
                self.world.scheduler.after(delay, lambda: self._start(webhook, then))
            else:
                self._start(webhook, then)

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.client.close()

    def _lose(self, webhook: Webhook) -> None:
        self._record(Envelope(webhook), webhook, 1, 0).lost = True

    def _start(self, webhook: Webhook, then: Callable[[Answer], None]) -> None:
        if self.world.scheduler.closed or not self.world.knows(webhook.resource):
            return
        envelope = Envelope(webhook)
        for copy in range(self.world.nasty.modes.repeat + 1):
            self.world.scheduler.hold()
            self.pool.submit(self._deliver, envelope, copy, then if copy == 0 else None)

    def _deliver(self, envelope: Envelope, copy: int, then: Callable[[Answer], None] | None) -> None:
        try:
            answer = self._exchange(envelope, copy)
            with self.world.lock():
                if then is not None and self.world.knows(envelope.webhook.resource):
                    then(answer)
        except Exception:
            # Nobody looks at the pool's futures: say it here, and let the clock go on.
            log.exception("webhook %s to %s failed inside the simulator", envelope.webhook.kind, envelope.webhook.url)
        finally:
            self.world.scheduler.release()

    def _exchange(self, envelope: Envelope, copy: int) -> Answer:
        """Asks, following redirects by GET as Twilio does."""
        webhook = envelope.webhook
        for _ in range(MOST_REDIRECTS + 1):
            attempt = self._try(envelope, webhook, copy)
            if not attempt.location:
                return answer_of(webhook, attempt)
            webhook = Webhook(webhook.kind, urljoin(webhook.url, attempt.location), {}, "GET", webhook.resource)
        return Answer(webhook.url, webhook.method, fault=Fault(11215, webhook.url))

    def _try(self, envelope: Envelope, webhook: Webhook, copy: int) -> Attempt:
        policy = policy_of(webhook.url)
        attempt = Attempt()
        for number in range(1, policy.retries + 2):
            attempt = self._attempt(envelope, webhook, policy, number, copy)
            if not attempt.failure or not policy.retries_after(attempt.failure):
                break
        return attempt

    def _attempt(
        self, envelope: Envelope, webhook: Webhook, policy: ConnectionPolicy, number: int, copy: int
    ) -> Attempt:
        with self.world.lock():
            record = self._record(envelope, webhook, number, copy)
        started = time.monotonic()
        response: httpx.Response | None = None
        try:
            response = self.client.request(
                record.method,
                record.url,
                data=record.params or None,
                headers=record.headers,
                timeout=httpx.Timeout(policy.read_seconds, connect=policy.connect_seconds),
            )
        except httpx.HTTPError as error:
            attempt = failed_attempt(record.url, error)
        except (httpx.InvalidURL, ValueError):
            attempt = Attempt("url", Fault(11100, record.url))
        else:
            attempt = read_attempt(record.url, response)
        with self.world.lock():
            self._finish(record, attempt, response, (time.monotonic() - started) * 1000)
        return attempt

    def _record(self, envelope: Envelope, webhook: Webhook, attempt: int, copy: int) -> RequestRecord:
        url, params = request_target(webhook)
        signed = string_to_sign(url, params)
        token = self.world.config.auth_token
        if self.world.nasty.modes.wrong_signature:
            token = "wrong-" + token
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "X-Twilio-Signature": sign(signed, token),
            "I-Twilio-Idempotency-Token": envelope.token,
        }
        if webhook.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        return self.world.add_request(
            lambda number: RequestRecord(
                id=number,
                at=self.world.now(),
                direction="webhook",
                kind=webhook.kind,
                method=webhook.method,
                url=url,
                params=params,
                headers=headers,
                signed=signed,
                resource=webhook.resource,
                attempt=attempt,
                copy=copy,
            )
        )

    def _finish(
        self, record: RequestRecord, attempt: Attempt, response: httpx.Response | None, elapsed_ms: float
    ) -> None:
        record.duration_ms = elapsed_ms
        record.status = attempt.status
        if response is not None:
            record.response_headers = {name.title(): value for name, value in response.headers.items()}
            record.response_body = attempt.body[:BODY_KEPT].decode("utf-8", errors="replace")
        if attempt.fault is not None:
            record.error = attempt.fault.detail
            record.faults.append(attempt.fault)
        self.world.announce("request", str(record.id))


def request_target(webhook: Webhook) -> tuple[str, dict[str, str]]:
    """The URL asked for and the form posted to it; a GET carries its parameters in the URL."""
    parts = urlsplit(webhook.url)
    params = dict(webhook.params)
    if webhook.method == "POST":
        return urlunsplit(parts._replace(fragment="")), params
    query = "&".join(part for part in (parts.query, urlencode(params)) if part)
    return urlunsplit(parts._replace(query=query, fragment="")), {}


def read_attempt(url: str, response: httpx.Response) -> Attempt:
    attempt = Attempt(
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=response.content,
    )
    if response.has_redirect_location:
        attempt.location = response.headers["Location"]
    elif not response.is_success:
        attempt.failure = "4xx" if response.is_client_error else "5xx"
        attempt.fault = Fault(11200, f"{url} answered {response.status_code}")
    return attempt


def failed_attempt(url: str, error: httpx.HTTPError) -> Attempt:
    """Connecting failed (11205, tried again) or the answer did not come whole and in time (11200)."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Attempt("ct", Fault(11205, f"{url}: {error or 'connection timed out'}"))
    if isinstance(error, httpx.UnsupportedProtocol):
        return Attempt("url", Fault(11100, f"{url}: {error}"))
    return Attempt("rt", Fault(11200, f"{url}: {error or type(error).__name__}"))


def answer_of(webhook: Webhook, attempt: Attempt) -> Answer:
    fault = attempt.fault
    if fault is None and webhook.kind != "media" and len(attempt.body) > MOST_BYTES:
        fault = Fault(11750, f"{webhook.url} answered {len(attempt.body)} bytes")
    return Answer(webhook.url, webhook.method, attempt.status, attempt.content_type, attempt.body, fault)


def lost(webhook: Webhook) -> Answer:
    """To Twilio, a webhook that never arrives looks like a time-out."""
    return Answer(webhook.url, webhook.method, fault=Fault(11200, f"{webhook.url}: the webhook was lost"))
