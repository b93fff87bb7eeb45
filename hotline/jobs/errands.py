"""The errands that take a row to the carrier for a call, and what follows from the carrier's answer, for texts too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions import dial, send_calls
from hotline.actions.hindrances import (
    Beginning,
    Go,
    Never,
    NotBefore,
    callback_line_hindrance,
    survey_line_hindrance,
)
from hotline.actions.turns import wait_lines
from hotline.jobs.pace import LONGEST_WAIT, Busy, Pace
from hotline.messages import Refusal, Refused, SendResult
from hotline.outbox import Claim, Kind
from hotline.services import Services

LEASE = timedelta(seconds=30)  # longer than the slowest answer of a carrier or store
MOST_ATTEMPTS = 20  # about four hours of asking
BEGINS_BEFORE = 0.1  # seconds; the commit that marks what is being sent takes some hundredths
_CALLS = "calls"  # all our calls keep one pace, as the one sender of that name


@dataclass(frozen=True, slots=True)
class Errand:
    """`kind` is that of its outbox rows; `subject` names the id in their payload.

    `look` says what hinders it now and marks nothing; `longest_wait` (seconds) is for a moment of the pace of calls.
    Only `carry` is on the network, and no session is open there. `settle` returns True if the carrier may be asked
    again later.
    """

    kind: Kind
    subject: str
    longest_wait: float
    look: Callable[[Services, Session, int], NotBefore | Never | None]
    begin: Callable[[Services, Session, int], Beginning]
    carry: Callable[[Services, int, Go], SendResult]
    settle: Callable[[Services, Session, int, SendResult], bool]


def claimed(here: Services, row_id: int) -> Claim | None:
    with here.database.write() as session:
        return outbox.claim(session, row_id, here.now(), LEASE)


def run(errand: Errand, here: Services, row_id: int) -> None:
    """Look; wait for a moment of the calls' pace; begin, commit; call the carrier; settle, commit.

    While it waits nothing is marked: a worker that dies then leaves all as it was.
    """
    claim = claimed(here, row_id)
    if claim is None or not _looks_free(errand, here, claim):
        return
    pace = Pace(here.redis, here.settings.calls_per_second)
    match pace.take((_CALLS,), errand.longest_wait):
        case Busy(wait):
            with here.database.write() as session:
                outbox.put_off(session, claim, here.now() + timedelta(seconds=wait))
        case slot:
            moment = pace.moment_of(slot)
            pace.wait_until(moment - BEGINS_BEFORE)
            _place(errand, here, claim, lambda: pace.meet(_CALLS, moment))


def _looks_free(errand: Errand, here: Services, claim: Claim) -> bool:
    with here.database.write() as session:
        hindered = errand.look(here, session, claim.payload[errand.subject])
        if hindered is not None:
            let_be(here, session, claim, hindered)
    return hindered is None


def _place(errand: Errand, here: Services, claim: Claim, meet_moment: Callable[[], bool]) -> None:
    subject_id = claim.payload[errand.subject]
    go = _begin(errand, here, claim, subject_id)
    if go is None:
        return
    result = errand.carry(here, subject_id, go) if meets(meet_moment) else Refused(Refusal.RETRY, "pace")
    with here.database.write() as session:
        again = errand.settle(here, session, subject_id, result)
        settle_row(here, session, errand.kind, subject_id, claim, again)


def _begin(errand: Errand, here: Services, claim: Claim, subject_id: int) -> Go | None:
    with here.database.write() as session:
        beginning = errand.begin(here, session, subject_id)
        if not outbox.renew(session, claim, here.now(), LEASE):
            session.rollback()  # another worker has the row by now, and the call may be in its hands
            return None
        if not isinstance(beginning, Go):
            let_be(here, session, claim, beginning)
            return None
        here.vault.open(beginning.phone_box)  # with the wrong key this raises, and nothing is marked as begun
    return beginning


def meets(meet_moment: Callable[[], bool]) -> bool:
    """Without Redis there is no moment to be had, and nothing was sent."""
    try:
        return meet_moment()
    except RedisError:
        return False


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
    fallback_url = house.public(f"/webhooks/twilio/voice/fallback?call={call_id}")
    return _place_call(house, go, f"survey/{call_id}", f"call={call_id}", fallback_url)


def _carry_callback_call(house: Services, attempt_id: int, go: Go) -> SendResult:
    """Without a fallback: it would apologise for a rating. An agent hears the carrier's own words for a fault."""
    return _place_call(house, go, f"callback/{attempt_id}", f"attempt={attempt_id}")


def _place_call(house: Services, go: Go, answer_path: str, own_id: str, fallback_url: str | None = None) -> SendResult:
    return house.voice_carrier.place_call(
        house.vault.open(go.phone_box),
        house.public(f"/webhooks/twilio/voice/{answer_path}"),
        house.public(f"/webhooks/twilio/voice/status?{own_id}"),
        house.policy.phone.ring_seconds,
        fallback_url,
    )


def _look_at_survey(house: Services, session: Session, call_id: int) -> NotBefore | Never | None:
    hindered = send_calls.look_at_call(session, call_id, house.policy, house.now())
    return hindered or survey_line_hindrance(session, house.settings.most_calls, house.now())


def _begin_survey(house: Services, session: Session, call_id: int) -> Beginning:
    wait_lines(session)
    hindered = survey_line_hindrance(session, house.settings.most_calls, house.now())
    return hindered or send_calls.begin_call(session, call_id, house.policy, house.now())


def _look_at_callback(house: Services, session: Session, _attempt_id: int) -> NotBefore | None:
    return callback_line_hindrance(session, house.settings.most_calls, house.now())


def _begin_callback(house: Services, session: Session, attempt_id: int) -> Beginning:
    wait_lines(session)
    return _look_at_callback(house, session, attempt_id) or dial.begin_dial(session, attempt_id, house.now())


SURVEY_CALL = Errand(
    kind=Kind.CALL,
    subject="call_id",
    longest_wait=2.0,  # so that a worker is soon there again for whoever waits
    look=_look_at_survey,
    begin=_begin_survey,
    carry=_carry_survey_call,
    settle=lambda house, session, call_id, result: send_calls.settle_call(
        session, call_id, house.voice_carrier.name, result, house.policy, house.now()
    ),
)

CALLBACK_CALL = Errand(
    kind=Kind.DIAL,
    subject="attempt_id",
    longest_wait=LONGEST_WAIT,
    look=_look_at_callback,
    begin=_begin_callback,
    carry=_carry_callback_call,
    settle=lambda house, session, attempt_id, result: dial.settle_dial(session, attempt_id, result, house.now()),
)
