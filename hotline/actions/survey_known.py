"""What the machine of the survey is told of a call, and what is kept of it from one key to the next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.rate import active_rating
from hotline.rules.flow import Condition, Flow
from hotline.rules.policy import Policy
from hotline.rules.script import Script
from hotline.rules.survey import Known, Next
from hotline.tables import Call, ServiceRecord


@dataclass(frozen=True, slots=True)
class Line:
    """A call on the line: the session it is worked in, the words it hears, and what the city decides."""

    session: Session
    call: Call
    flow: Flow
    script: Script
    policy: Policy
    now: datetime

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that this call may be spoken in."""
        return tuple(language for language in self.flow.languages if language in self.script.languages)


def known_of(line: Line) -> Known:
    facts, phone = line.call.facts, line.policy.phone
    rating = None if line.call.record_id is None else active_rating(line.session, line.call.record_id)
    return Known(
        holds=frozenset(_holding(line)),
        languages=tuple(language for language in phone.choose_language if language in line.languages),
        services=len(facts.get("choices", ())),
        stars=None if rating is None else rating.stars,
        more_tries=phone.elder.more_tries if line.call.is_elder else 0,
        back=tuple(facts.get("back", ())),
        visits=facts.get("visits", {}),
    )


def _holding(line: Line) -> Iterator[Condition]:
    person = line.policy.phone.person
    if line.policy.phone.comment_seconds > 0:
        yield Condition.CAN_RECORD
    if person.number and person.window.next_open(line.now, line.policy.zone) == line.now:
        yield Condition.PERSON_OPEN
    if line.policy.phone.leaves_message:
        yield Condition.LEAVES_MESSAGE
    if "digits" in line.call.facts and find_record(line) is not None:
        yield Condition.FOUND


def find_record(line: Line) -> ServiceRecord | None:
    """The one record with the number that was keyed in, if it may still be rated, and nobody else has rated it."""
    kept = line.policy.invitation
    since = line.now - timedelta(days=kept.expires_days + kept.grace_days)
    found = line.session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.number_digits == line.call.facts["digits"])
        .where(ServiceRecord.received_at >= since, ServiceRecord.provisional.is_(False))
        .limit(2)
    ).all()
    if len(found) != 1:
        return None
    rating = active_rating(line.session, found[0].id)
    is_theirs = found[0].phone_lookup == line.call.phone_lookup
    return None if rating is not None and not is_theirs else found[0]


def keep(call: Call, follows: Next) -> None:
    """Where the call stands now; once its flow has ended nothing is kept of the way there."""
    facts: dict[str, Any] = {name: call.facts[name] for name in ("choices", "digits") if name in call.facts}
    if follows.place is None:
        call.step, call.facts = None, {}
        return
    call.step = follows.place.step
    call.facts = facts | {"back": list(follows.back), "visits": dict(follows.visits)}
