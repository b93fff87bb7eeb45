"""What the machine of the survey is told of a call, and what is kept of it from one key to the next."""

from collections.abc import Iterator
from typing import Any

from hotline.actions.calendar import workdays
from hotline.actions.survey.about import find_record
from hotline.actions.survey.line import Line
from hotline.rules.flow import Condition
from hotline.rules.survey import Known, Next
from hotline.tables import Call


def known_of(line: Line) -> Known:
    facts, phone = line.call.facts, line.policy.phone
    rating = line.rating
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
    if person.number and person.window.next_open(line.now, line.policy.zone, workdays(line.session)) == line.now:
        yield Condition.PERSON_OPEN
    if line.policy.phone.leaves_message:
        yield Condition.LEAVES_MESSAGE
    if "digits" in line.call.facts and _is_found(line):
        yield Condition.FOUND


def _is_found(line: Line) -> bool:
    """Looked for once; from then on the call is about it, if it goes that way."""
    if "found" not in line.call.facts and (record := find_record(line)) is not None:
        line.call.facts = {**line.call.facts, "found": record.id}
    return "found" in line.call.facts


def keep(call: Call, follows: Next) -> None:
    """Where the call stands now; once its flow has ended nothing is kept of the way there."""
    facts: dict[str, Any] = {name: call.facts[name] for name in ("choices", "digits", "found") if name in call.facts}
    if follows.place is None:
        call.step, call.facts = None, {}
        return
    call.step = follows.place.step
    call.facts = facts | {"back": list(follows.back), "visits": dict(follows.visits)}
