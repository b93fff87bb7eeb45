"""What RQ runs: each task claims its row, calls the network with no session open, and settles the row."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hotline import outbox
from hotline.actions import casework
from hotline.actions.text_instead import end_lost_call, lost_calls
from hotline.errors import HotlineError
from hotline.evaluation import Delivered, Refused, Result, Unavailable
from hotline.jobs import heartbeat
from hotline.jobs.audit import check_audit_log
from hotline.jobs.casework import erase_evidence, keep_deadlines
from hotline.jobs.errands import CALLBACK_CALL, LEASE, SURVEY_CALL, claimed, run
from hotline.jobs.queue import Doorbell
from hotline.jobs.recordings import erase_old, fetch, stop
from hotline.jobs.texts import TextTask
from hotline.outbox import Kind
from hotline.services import Services, make_services
from hotline.settings import load_settings

_BATCH = 200
_SWEEP = 1000

log = structlog.get_logger(__name__)


def work(kind: str, row_id: int) -> None:
    """The one task behind every queue but the sweep's: do what row `row_id` asks, if it is due and free."""
    _TASKS[Kind(kind)](house(), row_id)


def sweep() -> None:
    """Ring again for whatever is due and not being worked: lost rings, killed workers, later times.

    Only then remind and escalate in the cases whose time has come, end the calls of which nobody reported the end, and
    erase what is old, and check the audit log: a row that cannot be served keeps no ring waiting, and no other of these
    either. What failed is raised when all were tried.

    Kind by kind, so that a store that is away, with thousands of rows waiting for it, keeps no text waiting.
    """
    here = house()
    with here.database.read() as session:
        most = {Kind.CALL: min(_SWEEP, here.settings.most_calls)}  # more cannot begin before the next sweep
        rings = [ring for kind in Kind for ring in outbox.due(session, here.now(), most.get(kind, _SWEEP), kind)]
    Doorbell(here.redis).ring_if_roomy(rings)
    heartbeat.beat(here.redis, here.now())
    failed = []
    for then in (keep_deadlines, _end_lost_calls, erase_old, erase_evidence, check_audit_log):
        try:
            then(here)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised below
            failed.append(error)
    if failed:
        raise ExceptionGroup("of the sweep", failed)


def _end_lost_calls(here: Services) -> None:
    with here.database.read() as session:
        lost = lost_calls(session, here.now())
    for call_id in lost:
        try:
            with here.database.write() as session:
                end_lost_call(session, call_id, here.policy, here.now())
        except (HotlineError, SQLAlchemyError) as error:  # the next sweep tries again
            log.error("lost_call_not_ended", id=call_id, error=type(error).__name__)


@cache
def house() -> Services:
    """This worker process's services, made at its first job."""
    return make_services(load_settings())


def _call_back(here: Services, row_id: int) -> None:
    """A case is put before the agents; at its deadline the row comes due again and marks it overdue."""
    claim = claimed(here, row_id)
    if claim is None:
        return
    with here.database.write() as session:
        look_again = casework.queue_case(session, claim.payload["case_id"], here.now())
        if look_again is None:
            outbox.finish(session, claim, here.now())
        else:
            outbox.put_off(session, claim, look_again)


def _forward(here: Services, _row_id: int) -> None:
    """Deliver a batch of whatever is due, the rung row among it: to the remote store, then to our own copy."""
    with here.database.write() as session:
        claims = outbox.claim_batch(session, Kind.FORWARD, here.now(), LEASE, _BATCH)
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


_TASKS: dict[Kind, Callable[[Services, int], None]] = {
    Kind.TEXT: TextTask(),
    **{errand.kind: partial(run, errand) for errand in (SURVEY_CALL, CALLBACK_CALL)},
    Kind.CALLBACK: _call_back,
    Kind.FORWARD: _forward,
    Kind.RECORDING: fetch,
    Kind.STOP_RECORDING: stop,
}
