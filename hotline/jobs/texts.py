"""Texts: each ring sends one, whichever is next in turn of the departments, at the pace its sender keeps.

A text waits before it is marked as being sent, shortly before its moment: a worker that dies waiting leaves it queued.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog

from hotline import outbox
from hotline.actions.hindrances import Go
from hotline.actions.send import Ready, begin_text, look_at_text, settle_text
from hotline.jobs import errands
from hotline.jobs.pace import Busy, Pace
from hotline.messages import Refusal, Refused, SendResult
from hotline.outbox import Claim, Kind
from hotline.services import Services

_MOST_LOOKS = 20  # texts that a ring finds hindered before it gives up; the others have rings of their own
_SERVICE = "service"  # the one sender, where the carrier chooses the number

log = structlog.get_logger(__name__)


class TextTask:
    """The task of `Kind.TEXT`; one in each worker process, which remembers whose turn was last."""

    def __init__(self) -> None:
        self._last_lane = ""

    def __call__(self, here: Services, _row_id: int) -> None:
        for _ in range(_MOST_LOOKS):
            claim = self._next(here)
            if claim is None:
                return
            ready = _look(here, claim)
            if ready is not None:
                _send_in_time(here, claim, ready)
                return

    def _next(self, here: Services) -> Claim | None:
        """Committed by itself: a row that cannot even be looked at is left alone for a lease, and blocks no other."""
        with here.database.write() as session:
            claim = outbox.claim_next(session, Kind.TEXT, self._last_lane, here.now(), errands.LEASE)
        if claim is not None:
            self._last_lane = claim.lane
        return claim


def _look(here: Services, claim: Claim) -> Ready | None:
    with here.database.write() as session:
        found = look_at_text(session, claim.payload["text_id"], here.text_carrier.our_numbers, here.policy, here.now())
        if not isinstance(found, Ready):
            errands.let_be(here, session, claim, found)
            return None
    here.vault.open(found.phone_box)  # with the wrong key this raises, and no moment was taken in vain
    return found


def _send_in_time(here: Services, claim: Claim, ready: Ready) -> None:
    """Wait for a moment of one of the numbers and send; the row is put off if that would take too long.

    The text is marked as being sent shortly before the moment: so that nothing is left to do when it comes.
    """
    pace = Pace(here.redis, here.settings.sms_per_second)
    match pace.take(ready.our_numbers or (_SERVICE,)):
        case Busy(wait):
            with here.database.write() as session:
                outbox.put_off(session, claim, here.now() + timedelta(seconds=wait))
        case slot:
            moment = pace.moment_of(slot)
            pace.wait_until(moment - errands.BEGINS_BEFORE)
            _send(here, claim, slot.sender if ready.our_numbers else None, lambda: pace.meet(slot.sender, moment))


def _send(here: Services, claim: Claim, our_number: str | None, meet_moment: Callable[[], bool]) -> None:
    """Begin, commit; call the carrier at the moment; settle, commit."""
    text_id = claim.payload["text_id"]
    go = _begin(here, claim, text_id, our_number)
    if go is None:
        return
    result = _carry(here, text_id, go) if errands.meets(meet_moment) else Refused(Refusal.RETRY, "pace")
    with here.database.write() as session:
        again = settle_text(session, text_id, result, here.policy, here.now())
        errands.settle_row(here, session, Kind.TEXT, text_id, claim, again)
    log.info("text_carried", text=text_id, result=type(result).__name__.lower(), code=getattr(result, "code", None))


def _begin(here: Services, claim: Claim, text_id: int, our_number: str | None) -> Go | None:
    with here.database.write() as session:
        beginning = begin_text(session, text_id, here.policy, here.now(), our_number)
        if not outbox.renew(session, claim, here.now(), errands.LEASE):
            session.rollback()  # another worker has the row by now, and the text may be in its hands
            return None
        if not isinstance(beginning, Go):
            errands.let_be(here, session, claim, beginning)
            return None
    return beginning


def _carry(here: Services, text_id: int, go: Go) -> SendResult:
    receipt_url = here.public(f"/webhooks/twilio/sms/status?text={text_id}")
    return here.text_carrier.send_text(here.vault.open(go.phone_box), go.body, receipt_url, go.our_number)
