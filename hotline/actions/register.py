"""The register of malicious raters: one person proposes a number, another decides, the entry ends by itself, and the
citizen can object. All that an entry does is to flag ratings: they count, and their citizen is asked and called."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.actions.case_moves import written
from hotline.actions.own_cases import is_about
from hotline.actions.turns import wait_turn
from hotline.errors import Conflict, NotFound
from hotline.rules.casework import Ground, Verdict
from hotline.rules.deadlines import months_after
from hotline.rules.policy import Policy
from hotline.rules.signals import Sign
from hotline.tables import Case, CaseAppeal, Rating, RegisterEntry, RegisterObjection, RegisterUse, ServiceRecord, User
from hotline.tables.appeals import RegisterState


def standing_entry(session: Session, phone_lookup: str, at: datetime) -> RegisterEntry | None:
    """The entry under which that number stood in the register at that moment, unless it was ended since."""
    entries = select(RegisterEntry).where(
        RegisterEntry.phone_lookup == phone_lookup,
        RegisterEntry.accepted.is_(True),
        RegisterEntry.ended_at.is_(None),
        RegisterEntry.decided_at <= at,
        RegisterEntry.expires_at > at,
    )
    return session.scalar(entries.limit(1))


def note_use(session: Session, rating: Rating, entry: RegisterEntry, now: datetime) -> None:
    """The rating was flagged because of that entry: this is in sight on its page."""
    session.add(RegisterUse(entry_id=entry.id, rating_id=rating.id, flagged_at=now))


def propose(session: Session, case_id: int, user: User, reason: str, now: datetime) -> RegisterEntry:
    """Propose the number of a rating that was excluded as malicious after an appeal. Raises BadInput naming `note`,
    NotFound, or Conflict: no such rating, another telephone gave it, or the number is proposed or registered."""
    reason = written("note", reason)
    found = session.get(Case, case_id)
    if found is None or is_about(found, user):
        raise NotFound(f"case {case_id}")
    record = found.record
    wait_turn(session, record.phone_lookup)
    rating = malicious_rating(session, case_id)
    if rating is None or record.is_hidden or Sign.OTHER_PHONE in rating.flags:
        raise Conflict("no rating of this number was excluded as malicious", code="nothing_malicious")
    if _waits_or_stands(session, record.phone_lookup, now):
        raise Conflict("the number is proposed or registered already", code="registered_already")
    entry = RegisterEntry(
        rating_id=rating.id,
        case_id=case_id,
        phone=record.phone,
        reason=reason,
        proposed_at=now,
        proposed_by=user.name,
    )
    session.add(entry)
    session.flush()
    audit(session, user.name, "register_proposed", now, _subject(entry), {"reason": reason, "case": case_id})
    return entry


def malicious_rating(session: Session, case_id: int) -> Rating | None:
    """What an appeal of this case has excluded as malicious."""
    appeals = CaseAppeal.case_id == case_id, CaseAppeal.ground == Ground.MALICIOUS
    excluded = select(Rating).join(CaseAppeal, CaseAppeal.rating_id == Rating.id).where(*appeals)
    return session.scalar(excluded.where(CaseAppeal.verdict == Verdict.EXCLUDED).order_by(Rating.id.desc()).limit(1))


def _waits_or_stands(session: Session, phone_lookup: str, now: datetime) -> bool:
    waits = RegisterEntry.phone_lookup == phone_lookup, RegisterEntry.accepted.is_(None)
    is_waiting = session.scalar(select(RegisterEntry.id).where(*waits)) is not None
    return is_waiting or standing_entry(session, phone_lookup, now) is not None


def decide(session: Session, entry_id: int, user: User, accept: bool, note: str, policy: Policy, now: datetime) -> None:
    """A reviewer who did not propose it, and is not of the unit that was rated, registers the number or does not.
    Raises BadInput naming `note`, NotFound, Conflict."""
    note = written("note", note)
    entry = _locked(session, entry_id, user)
    _must_be(entry, RegisterState.PROPOSED, now)
    if user.name == entry.proposed_by:
        raise Conflict("whoever proposed it does not decide", code="own_proposal")
    _is_from_elsewhere(session, entry, user)
    entry.decided_at, entry.decided_by = now, user.name
    entry.accepted, entry.decision = accept, note
    if accept:
        entry.expires_at = _expiry(now, policy.casework.register_months, policy.zone)
    deed = "register_accepted" if accept else "register_refused"
    audit(session, user.name, deed, now, _subject(entry), {"note": note})


def _expiry(now: datetime, months: int, zone: ZoneInfo) -> datetime:
    """At the end of the day so many months later, by the city's clock."""
    day = months_after(now.astimezone(zone).date(), months)
    return datetime.combine(day, time.max, zone).replace(microsecond=0).astimezone(now.tzinfo)


def object_to(session: Session, entry_id: int, user: User, words: str, now: datetime) -> None:
    """The citizen objects, and a person at the desk writes that down. Raises BadInput naming `note`, NotFound,
    Conflict: the entry does not stand, or an objection waits already."""
    words = written("note", words)
    entry = _locked(session, entry_id, user)
    _must_be(entry, RegisterState.STANDING, now)
    if open_objection(session, entry_id) is not None:
        raise Conflict("an objection waits to be decided", code="objection_open")
    session.add(RegisterObjection(entry_id=entry_id, words=words, filed_at=now, filed_by=user.name))
    audit(session, user.name, "register_objected", now, _subject(entry), {"words": words})


def decide_objection(session: Session, entry_id: int, user: User, uphold: bool, note: str, now: datetime) -> None:
    """A reviewer who had no part in the entry or the objection ends the entry or leaves it. Raises BadInput naming
    `note`, NotFound, Conflict."""
    note = written("note", note)
    entry = _locked(session, entry_id, user)
    objection = open_objection(session, entry_id)
    if objection is None:
        raise Conflict("there is no objection to decide on", code="illegal_state")
    if user.name in (entry.proposed_by, entry.decided_by, objection.filed_by):
        raise Conflict("an objection is decided by somebody who had no part in it", code="own_entry")
    _is_from_elsewhere(session, entry, user)
    objection.decided_at, objection.decided_by = now, user.name
    objection.upheld, objection.decision = uphold, note
    if uphold and entry.state(now) is RegisterState.STANDING:
        _end(entry, user, note, now)
    deed = "objection_upheld" if uphold else "objection_dismissed"
    audit(session, user.name, deed, now, _subject(entry), {"note": note})


def end_early(session: Session, entry_id: int, user: User, reason: str, now: datetime) -> None:
    """The number leaves the register before its time. Raises BadInput naming `note`, NotFound, Conflict."""
    reason = written("note", reason)
    entry = _locked(session, entry_id, user)
    _must_be(entry, RegisterState.STANDING, now)
    _end(entry, user, reason, now)
    audit(session, user.name, "register_ended", now, _subject(entry), {"reason": reason})


def _end(entry: RegisterEntry, user: User, reason: str, now: datetime) -> None:
    entry.ended_at, entry.ended_by, entry.end_reason = now, user.name, reason


def open_objection(session: Session, entry_id: int) -> RegisterObjection | None:
    undecided = RegisterObjection.entry_id == entry_id, RegisterObjection.decided_at.is_(None)
    return session.scalar(select(RegisterObjection).where(*undecided))


def look_up(session: Session, entry_id: int, user: User, now: datetime) -> RegisterEntry:
    """The entry; that this person looked at it is kept, and in sight on its page. Raises NotFound."""
    entry = session.get(RegisterEntry, entry_id)
    if entry is None or is_about(entry.case, user):
        raise NotFound(f"register entry {entry_id}")
    audit(session, user.name, "register_viewed", now, _subject(entry))
    return entry


def uses_of(session: Session, entry_id: int, most: int) -> Sequence[RegisterUse]:
    """The ratings that were flagged because of it, the latest first."""
    uses = select(RegisterUse).where(RegisterUse.entry_id == entry_id)
    return session.scalars(uses.order_by(RegisterUse.id.desc()).limit(most)).all()


def _must_be(entry: RegisterEntry, wanted: RegisterState, now: datetime) -> None:
    if entry.state(now) is not wanted:
        raise Conflict(f"the entry is {entry.state(now)}", code="illegal_state")


def _is_from_elsewhere(session: Session, entry: RegisterEntry, user: User) -> None:
    unit = session.scalar(
        select(ServiceRecord.dept_code)
        .join(Rating, Rating.record_id == ServiceRecord.id)
        .where(Rating.id == entry.rating_id)
    )
    if user.dept_code is not None and user.dept_code == unit:
        raise Conflict("whoever decides is never from the unit that was rated", code="own_appeal")


def _locked(session: Session, entry_id: int, user: User) -> RegisterEntry:
    found = select(RegisterEntry).where(RegisterEntry.id == entry_id).with_for_update(of=RegisterEntry)
    entry = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if entry is None or is_about(entry.case, user):
        raise NotFound(f"register entry {entry_id}")
    return entry


def _subject(entry: RegisterEntry) -> str:
    return f"register:{entry.id}"
