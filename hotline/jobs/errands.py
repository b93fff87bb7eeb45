"""The errands that take a row to the carrier: what to do before the network, on it, and after it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hotline.actions import dial, send
from hotline.messages import SendResult
from hotline.outbox import Kind
from hotline.services import Services


@dataclass(frozen=True, slots=True)
class Errand:
    """`kind` is that of its outbox rows; `subject` names the id in their payload.

    Only `carry` is on the network, and no session is open there.
    `settle` returns True if the carrier may be asked again later.
    """

    kind: Kind
    subject: str
    begin: Callable[[Services, Session, int], send.Beginning]
    carry: Callable[[Services, int, send.Go], SendResult]
    settle: Callable[[Services, Session, int, SendResult], bool]


def _carry_text(house: Services, text_id: int, go: send.Go) -> SendResult:
    receipt_url = house.public(f"/webhooks/twilio/sms/status?text={text_id}")
    return house.text_carrier.send_text(house.vault.open(go.phone_box), go.body, receipt_url)


def _carry_survey_call(house: Services, call_id: int, go: send.Go) -> SendResult:
    return _place_call(house, go, f"survey/{call_id}", f"call={call_id}")


def _carry_callback_call(house: Services, attempt_id: int, go: send.Go) -> SendResult:
    return _place_call(house, go, f"callback/{attempt_id}", f"attempt={attempt_id}")


def _place_call(house: Services, go: send.Go, answer_path: str, own_id: str) -> SendResult:
    return house.voice_carrier.place_call(
        house.vault.open(go.phone_box),
        house.public(f"/webhooks/twilio/voice/{answer_path}"),
        house.public(f"/webhooks/twilio/voice/status?{own_id}"),
        house.policy.phone.ring_seconds,
    )


TEXT = Errand(
    kind=Kind.TEXT,
    subject="text_id",
    begin=lambda house, session, text_id: send.begin_text(session, text_id, house.policy, house.now()),
    carry=_carry_text,
    settle=lambda house, session, text_id, result: send.settle_text(
        session, text_id, result, house.policy, house.now()
    ),
)

SURVEY_CALL = Errand(
    kind=Kind.CALL,
    subject="call_id",
    begin=lambda house, session, call_id: send.begin_call(session, call_id, house.policy, house.now()),
    carry=_carry_survey_call,
    settle=lambda house, session, call_id, result: send.settle_call(
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
