"""What an agent sees before they dial: why the case is in front of them, what was said with this citizen before, and
what they may say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline.actions.case_deadlines import open_deadlines
from hotline.actions.own_cases import Staff, served
from hotline.console.casefile import CaseFile
from hotline.guides import load_guide
from hotline.rules.casework import RANG, CaseState, DeadlineKind, NoticeKind, Rung
from hotline.rules.guide import Suggestions, suggest
from hotline.rules.policy import Policy
from hotline.rules.scale import STAR_LABELS
from hotline.rules.why_now import Situation, Why, why_now
from hotline.tables import Case, CaseNotice, Rating, ServiceRecord

_LOOKS_BACK = timedelta(days=365)
_MOST_SHOWN = 5
_ENGLISH_LEVELS = {
    5: "very satisfied",
    4: "satisfied",
    3: "fairly satisfied",
    2: "dissatisfied",
    1: "very dissatisfied",
}


@dataclass(frozen=True, slots=True)
class Beforehand:
    """`cases` and `ratings`: of the same number in the last year, newest first, without those of this case's service.
    `says`: the guide, in the citizen's language first."""

    whys: Sequence[Why]
    due_at: datetime | None
    cases: Sequence[Case]
    ratings: Sequence[Rating]
    says: Sequence[Suggestions]


def read_beforehand(
    session: Session, file: CaseFile, person: Staff, policy: Policy, now: datetime
) -> Beforehand | None:
    """For whoever works on cases; nobody else is shown what a citizen said elsewhere. None once it is closed."""
    case = file.case
    if case.state is CaseState.CLOSED:
        return None
    due_at, rung = _deadline(session, case)
    situation = Situation(
        state=case.state,
        tried=any(attempt.result in RANG for attempt in file.attempts) or bool(file.wrap_up and file.wrap_up.in_vain),
        second_stars=file.second_rating.stars if file.second_rating else None,
        due_at=due_at,
        rung=rung,
        call_at=None if case.our_time else case.call_at,
    )
    is_known = not case.record.is_hidden
    return Beforehand(
        whys=why_now(situation, now),
        due_at=due_at,
        cases=session.scalars(other_cases(case, person, now)).all() if is_known else (),
        ratings=session.scalars(other_ratings(case, person, now)).all() if is_known else (),
        says=_says(case, policy),
    )


def _deadline(session: Session, case: Case) -> tuple[datetime | None, Rung | None]:
    """The nearest one of staff, and the highest rung that was told of one that has passed."""
    own = [row for row in open_deadlines(session, case) if row.kind is not DeadlineKind.RE_RATING]
    told = select(CaseNotice.rung).where(
        CaseNotice.deadline_id.in_([row.id for row in own]),
        CaseNotice.kind == NoticeKind.ESCALATION,
        CaseNotice.done_at.is_not(None),
    )
    rungs = [rung for rung in session.scalars(told) if rung is not None]
    return min((row.due_at for row in own), default=None), max(rungs, key=list(Rung).index, default=None)


def other_cases(case: Case, person: Staff, now: datetime) -> Select[Case]:
    """Of the same number, in the last year."""
    others = select(Case).where(
        Case.record_id.in_(_records_of(case, person)), Case.id != case.id, Case.opened_at > now - _LOOKS_BACK
    )
    return others.order_by(Case.id.desc()).limit(_MOST_SHOWN)


def other_ratings(case: Case, person: Staff, now: datetime) -> Select[Rating]:
    """The same, of another service."""
    others = select(Rating).where(
        Rating.record_id.in_(_records_of(case, person)),
        Rating.record_id != case.record_id,
        Rating.rated_at > now - _LOOKS_BACK,
    )
    return others.order_by(Rating.id.desc()).limit(_MOST_SHOWN)


def _records_of(case: Case, person: Staff) -> Select[int]:
    """Without what `person` did themselves: they would learn who rated them."""
    of_number = ServiceRecord.phone_lookup == case.record.phone_lookup
    return select(ServiceRecord.id).where(of_number, served(person).is_not(True))


def _says(case: Case, policy: Policy) -> Sequence[Suggestions]:
    guide = load_guide(policy.casework.guide)
    first = "en" if case.record.language.startswith("en") else "zh-CN"
    languages = sorted(guide.languages, key=lambda language: language != first)
    return [
        suggest(guide, language, case.state, case.rating.reasons, _facts(case, policy, language))
        for language in languages
    ]


def _facts(case: Case, policy: Policy, language: str) -> dict[str, str]:
    done, in_english = case.record.completed_at.astimezone(policy.zone), language.startswith("en")
    levels = _ENGLISH_LEVELS if in_english else STAR_LABELS
    return {
        "city": policy.city,
        "hotline": policy.hotline,
        "item": case.record.item_name or ("our service" if in_english else "政务服务"),
        "date": f"{done.day} {done:%B}" if in_english else f"{done.month}月{done.day}日",
        "level": levels[case.rating.stars],
    }
