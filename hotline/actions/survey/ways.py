"""The ways into the survey for a call that comes in: what it is about, and at which step of the flow it begins."""

from datetime import timedelta

from sqlalchemy import exists, select

from hotline.actions.handed import record_of_caller, record_of_reference
from hotline.actions.invite import open_invitations
from hotline.actions.rate import active_rating, changeable_ratings
from hotline.actions.survey.about import is_about, is_theirs, may_rate
from hotline.actions.survey.line import Line
from hotline.rules.script import Channel
from hotline.tables import Call, CallTurn, ServiceRecord
from hotline.tables.contacts import Way
from hotline.tables.service import RatingState

_MOST_SERVICES = 4  # read out to choose from; more than that nobody keeps in mind


def way_in(line: Line) -> str:
    """The step at which the call begins; from now on it is about what it is about."""
    if line.call.way is Way.TRANSFERRED:
        return _of_one_handed_over(line)
    if line.call.is_hidden:
        return line.flow.ways.unknown
    return _where_it_stopped(line) or _of_a_number(line)


def _of_one_handed_over(line: Line) -> str:
    if line.call.reference is None:
        return line.flow.ways.handed
    take_over(line, line.call.reference)
    assert line.call.record_id is not None
    rated = active_rating(line.session, line.call.record_id)
    return line.flow.ways.known if rated is None else line.flow.ways.rated


def take_over(line: Line, reference: str | None) -> None:
    """The call is about the one that it was handed over from: by its number, or else by who is on the line.

    A number that was keyed in proves less than one that another system said: where it is that of another telephone's
    call, or such a system has handed that call over, the caller is treated as any other telephone
    (`hotline.actions.survey.about.is_theirs`).
    """
    call, session = line.call, line.session
    is_keyed, call.reference = call.reference is None, None
    record = None
    if reference is not None:
        record = record_of_reference(session, call, reference, line.policy, line.now)
    if record is None:
        record = record_of_caller(session, call, line.policy, line.now)
    elif not is_keyed or is_theirs(call, record) or (record.provisional and not _was_said(line, record)):
        call.reference = reference
    is_about(line, record.id)


def _was_said(line: Line, record: ServiceRecord) -> bool:
    """Has another call been handed over about this record without keying in its number?"""
    has_keyed = exists().where(CallTurn.call_id == Call.id, CallTurn.step == line.flow.ways.handed)
    said = select(Call.id).where(Call.record_id == record.id, Call.reference == record.number, ~has_keyed)
    return line.session.scalar(said.where(Call.id != line.call.id).limit(1)) is not None


def _where_it_stopped(line: Line) -> str | None:
    """Of the last call of this number, if its citizen hung up before its end: the place, once they had rated; else the
    beginning, if nothing else says what they call about."""
    stopped = _cut_off(line)
    if stopped is None or stopped.record is None or not may_rate(line.session, line.call, stopped.record):
        return None
    rating = active_rating(line.session, stopped.record.id)
    if rating is None:
        return _of_what_was_begun(line, stopped)
    if rating.channel is not Channel.PHONE or rating.rated_at < (stopped.answered_at or line.now):
        return None
    assert stopped.step is not None
    call = line.call
    call.record, call.invitation = stopped.record, stopped.invitation
    call.reference, call.language, call.is_elder = stopped.reference, stopped.language, stopped.is_elder
    call.facts = {**stopped.facts, "back": [*stopped.facts.get("back", ()), stopped.step]}
    stopped.step = None
    return line.flow.ways.resumed


def _cut_off(line: Line) -> Call | None:
    since = line.now - timedelta(hours=line.policy.phone.resume_hours)
    call = line.session.scalar(
        select(Call)
        .where(Call.phone_lookup == line.call.phone_lookup, Call.id != line.call.id, Call.answered_at >= since)
        .order_by(Call.id.desc())
        .limit(1)
    )
    if call is None or call.step is None or call.flow != line.flow.id:
        return None
    return call if line.flow.steps[call.step].hears else None


def _of_what_was_begun(line: Line, stopped: Call) -> str | None:
    """A record that nobody is invited to rate, such as a call that was handed over to us."""
    if stopped.record is None or _is_asked_about(line, stopped.record.id):
        return None
    line.call.reference = stopped.reference
    is_about(line, stopped.record.id)
    line.call.language, line.call.is_elder = stopped.language, stopped.is_elder
    return line.flow.ways.known


def _is_asked_about(line: Line, record_id: int) -> bool:
    asked = open_invitations(line.call.phone_lookup, line.now)
    return any(invitation.record_id == record_id for invitation in line.session.scalars(asked))


def _of_a_number(line: Line) -> str:
    """By what waits for the number, or was rated of late."""
    waiting = line.session.scalars(open_invitations(line.call.phone_lookup, line.now)).all()
    records = [*reversed(dict.fromkeys(invitation.record_id for invitation in waiting))]  # the latest first
    if len(records) > 1:
        line.call.facts = {"choices": records[:_MOST_SERVICES]}
        return line.flow.ways.several
    if records:
        is_about(line, records[0])
        return line.flow.ways.known
    earlier = changeable_ratings(line.session, line.call.phone_lookup, line.policy, line.now)
    if (rating := next((one for one in earlier if one.state is RatingState.ACTIVE), None)) is not None:
        is_about(line, rating.record_id)
        return line.flow.ways.rated
    return line.flow.ways.unknown
