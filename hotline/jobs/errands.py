"""The errands that take a row to the carrier for a call, and what follows from the carrier's answer, for texts too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions import dial, send_calls
from hotline.actions.hindrances import Beginning, Go, Never, NotBefore
from hotline.messages import SendResult
from hotline.outbox import Claim, Kind
from hotline.services import Services

LEASE = timedelta(seconds=30)  # longer than the slowest answer of a carrier or store
MOST_ATTEMPTS = 20  # about four hours of asking


@dataclass(frozen=True, slots=True)
class Errand:
    """`kind` is that of its outbox rows; `subject` names the id in their payload.

    Only `carry` is on the network, and no session is open there.
    `settle` returns True if the carrier may be asked again later.
    """

    kind: Kind
    subject: str
    begin: Callable[[Services, Session, int], Beginning]
    carry: Callable[[Services, int, Go], SendResult]
    settle: Callable[[Services, Session, int, SendResult], bool]


def claimed(here: Services, row_id: int) -> Claim | None:
    with here.database.write() as session:
        return outbox.claim(session, row_id, here.now(), LEASE)


def run(errand: Errand, here: Services, row_id: int) -> None:
    """Begin, commit; call the carrier; settle, commit."""
    claim = claimed(here, row_id)
    if claim is None:
        return
    subject_id = claim.payload[errand.subject]
    with here.database.write() as session:
        beginning = errand.begin(here, session, subject_id)
        if isinstance(beginning, Go):
            here.vault.open(beginning.phone_box)  # with the wrong key this raises, and nothing is marked as begun
        else:
            let_be(here, session, claim, beginning)
    if not isinstance(beginning, Go):
        return
    result = errand.carry(here, subject_id, beginning)
    with here.database.write() as session:
        again = errand.settle(here, session, subject_id, result)
        settle_row(here, session, errand.kind, subject_id, claim, again)


def let_be(here: Services, session: Session, claim: Claim, hindered: NotBefore | Never) -> None:
    """Nothing goes out: not now, or never."""
    match hindered:
        case NotBefore(due_at):
            outbox.put_off(session, claim, due_at)
        case Never():
            outbox.finish(session, claim, here.now())


def settle_row(here: Services, session: Session, kind: Kind, subject_id: int, claim: Claim, again: bool) -> None:
    """Done; or `again`: the carrier refused for now, and a row must be there to ask it later."""
    if not again:
        outbox.finish(session, claim, here.now())
        return
    later = here.now() + outbox.backoff(claim.attempts)
    if claim.attempts >= MOST_ATTEMPTS:
        kept = outbox.park(session, claim, "the carrier kept asking to try again")
    else:
        kept = outbox.postpone(session, claim, later, "carrier: try again")
    if not kept:
        # Our lease ran out while the carrier was thinking, and whoever took the row may have finished it as unknown.
        # We know better: nothing was sent. If they have not begun yet, the second row will find nothing to do.
        key = f"{kind}:{subject_id}:{claim.token}"
        outbox.put(session, kind, key, claim.payload, later, here.now(), claim.lane)


def _carry_survey_call(house: Services, call_id: int, go: Go) -> SendResult:
    return _place_call(house, go, f"survey/{call_id}", f"call={call_id}")


def _carry_callback_call(house: Services, attempt_id: int, go: Go) -> SendResult:
    return _place_call(house, go, f"callback/{attempt_id}", f"attempt={attempt_id}")


def _place_call(house: Services, go: Go, answer_path: str, own_id: str) -> SendResult:
    return house.voice_carrier.place_call(
        house.vault.open(go.phone_box),
        house.public(f"/webhooks/twilio/voice/{answer_path}"),
        house.public(f"/webhooks/twilio/voice/status?{own_id}"),
        house.policy.phone.ring_seconds,
    )


SURVEY_CALL = Errand(
    kind=Kind.CALL,
    subject="call_id",
    begin=lambda house, session, call_id: send_calls.begin_call(session, call_id, house.policy, house.now()),
    carry=_carry_survey_call,
    settle=lambda house, session, call_id, result: send_calls.settle_call(
        session, call_id, house.voice_carrier.name, result, house.policy, house.now()
    ),
)

CALLBACK_CALL = Errand(
    kind=Kind.DIAL,
    subject="attempt_id",
    begin=lambda house, session, attempt_id: dial.begin_dial(session, attempt_id, house.now()),
    carry=_carry_callback_call,
    settle=lambda house, session, attempt_id, result: dial.settle_dial(session, attempt_id, result, house.now()),
)
