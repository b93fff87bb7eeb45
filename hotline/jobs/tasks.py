"""What RQ runs: each task claims its row, calls the network with no session open, and settles the row."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions import casework, dial, send
from hotline.evaluation import Delivered, Refused, Result, Unavailable
from hotline.jobs import heartbeat
from hotline.jobs.queue import Doorbell
from hotline.outbox import Claim, Kind
from hotline.services import Services, make_services
from hotline.settings import load_settings

_LEASE = timedelta(seconds=30)  # longer than the slowest answer of a carrier or store
_BATCH = 200
_SWEEP = 1000
_MOST_ATTEMPTS = 20  # about four hours of asking


def work(kind: str, row_id: int) -> None:
    """The one task behind every queue but the sweep's: do what row `row_id` asks, if it is due and free."""
    _TASKS[Kind(kind)](house(), row_id)


def sweep() -> None:
    """Ring again for whatever is due and not being worked: lost rings, killed workers, later times."""
    here = house()
    with here.database.read() as session:
        rings = outbox.due(session, here.now(), _SWEEP)
    Doorbell(here.redis).ring_if_roomy(rings)
    heartbeat.beat(here.redis, here.now())


@cache
def house() -> Services:
    """This worker process's services, made at its first job."""
    return make_services(load_settings())


def _claimed(here: Services, row_id: int) -> Claim | None:
    with here.database.write() as session:
        return outbox.claim(session, row_id, here.now(), _LEASE)


def _send_text(here: Services, row_id: int) -> None:
    claim = _claimed(here, row_id)
    if claim is None:
        return
    text_id = claim.payload["text_id"]
    with here.database.write() as session:
        beginning = send.begin_text(session, text_id, here.policy, here.now())
        _settle_unless_go(session, claim, beginning, here)
    if not isinstance(beginning, send.Go):
        return
    receipt_url = here.public(f"/webhooks/twilio/sms/status?text={text_id}")
    result = here.text_carrier.send_text(here.vault.open(beginning.phone_box), beginning.body, receipt_url)
    with here.database.write() as session:
        again = send.settle_text(session, text_id, result, here.policy, here.now())
        _settle(session, claim, again, here)


def _place_call(here: Services, row_id: int) -> None:
    claim = _claimed(here, row_id)
    if claim is None:
        return
    call_id = claim.payload["call_id"]
    with here.database.write() as session:
        beginning = send.begin_call(session, call_id, here.policy, here.now())
        _settle_unless_go(session, claim, beginning, here)
    if not isinstance(beginning, send.Go):
        return
    result = here.voice_carrier.place_call(
        here.vault.open(beginning.phone_box),
        here.public(f"/webhooks/twilio/voice/survey/{call_id}"),
        here.public(f"/webhooks/twilio/voice/status?call={call_id}"),
        here.policy.phone.ring_seconds,
    )
    with here.database.write() as session:
        again = send.settle_call(session, call_id, here.voice_carrier.name, result, here.policy, here.now())
        _settle(session, claim, again, here)


def _dial(here: Services, row_id: int) -> None:
    claim = _claimed(here, row_id)
    if claim is None:
        return
    attempt_id = claim.payload["attempt_id"]
    with here.database.write() as session:
        phone_box = dial.begin_dial(session, attempt_id, here.now())
        if phone_box is None:
            outbox.finish(session, claim, here.now())
    if phone_box is None:
        return
    result = here.voice_carrier.place_call(
        here.vault.open(phone_box),
        here.public(f"/webhooks/twilio/voice/callback/{attempt_id}"),
        here.public(f"/webhooks/twilio/voice/status?attempt={attempt_id}"),
        here.policy.phone.ring_seconds,
    )
    with here.database.write() as session:
        again = dial.settle_dial(session, attempt_id, result, here.now())
        _settle(session, claim, again, here)


def _call_back(here: Services, row_id: int) -> None:
    """A case is put before the agents; at its deadline the row comes due again and marks it overdue."""
    claim = _claimed(here, row_id)
    if claim is None:
        return
    with here.database.write() as session:
        look_again = casework.queue_case(session, claim.payload["case_id"], here.now())
        if look_again is None:
            outbox.finish(session, claim, here.now())
        else:
            outbox.postpone(session, claim, look_again)


def _forward(here: Services, _row_id: int) -> None:
    """Deliver a batch of whatever is due, the rung row among it: to the remote store, then to our own copy."""
    with here.database.write() as session:
        claims = outbox.claim_batch(session, Kind.FORWARD, here.now(), _LEASE, _BATCH)
    if not claims:
        return
    documents = [claim.payload["document"] for claim in claims]
    result = _deliver(here, documents, claims[0].batch or "")
    now = here.now()  # one moment for all, so that the batch comes due again as a whole
    with here.database.write() as session:
        for claim in claims:
            match result:
                case Delivered():
                    outbox.finish(session, claim, now)
                case Unavailable(reason):
                    outbox.postpone(session, claim, now + outbox.backoff(claim.attempts), reason)
                case Refused(reason) if len(claims) > 1:
                    outbox.split(session, claim, now, reason)
                case Refused(reason):
                    outbox.park(session, claim, reason)


def _deliver(here: Services, documents: list[dict[str, Any]], batch: str) -> Result:
    """To each store in turn; the first that does not take them decides."""
    for store in here.stores:
        result = store.deliver(documents, batch, here.now())
        if not isinstance(result, Delivered):
            return result
    return Delivered()


def _settle_unless_go(session: Session, claim: Claim, beginning: send.Beginning, here: Services) -> None:
    match beginning:
        case send.NotBefore(due_at):
            outbox.postpone(session, claim, due_at)
        case send.Never():
            outbox.finish(session, claim, here.now())


def _settle(session: Session, claim: Claim, again: bool, here: Services) -> None:
    """After the network: done, or tried again later while the carrier says that can help."""
    if not again:
        outbox.finish(session, claim, here.now())
    elif claim.attempts >= _MOST_ATTEMPTS:
        outbox.park(session, claim, "the carrier kept asking to try again")
    else:
        outbox.postpone(session, claim, here.now() + outbox.backoff(claim.attempts), "carrier: try again")


_TASKS: dict[Kind, Callable[[Services, int], None]] = {
    Kind.TEXT: _send_text,
    Kind.CALL: _place_call,
    Kind.CALLBACK: _call_back,
    Kind.DIAL: _dial,
    Kind.FORWARD: _forward,
}
