"""All that the page of one case shows, read in one go, and how the person who looks stands to it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.case_contacts import last_attempt, rang_in_vain
from hotline.actions.recordings import recordings_about, recordings_of_attempts
from hotline.console.access import Person
from hotline.console.stepsfile import CaseSteps, read_steps
from hotline.console.worklist import may_see
from hotline.errors import NotFound
from hotline.rules.casework import AttemptState, CaseState
from hotline.rules.contacts import ContactResult, ContactWay, results_of
from hotline.tables import Attempt, Case, CaseEvent, Rating, Recording
from hotline.tables.people import CallMode
from hotline.tables.service import RatingState

_MOST_EVENTS = 100
_MOST_ATTEMPTS = 20
_MOST_RATINGS = 20


class Standing(StrEnum):
    """How the person who looks at a case stands to it."""

    READER = "reader"  # may only look
    FREE = "free"
    MINE = "mine"
    MINE_ELSEWHERE = "mine_elsewhere"  # held by the same person, but not by this browser
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WrapUp:
    """What the form of a contact begins with: the way, the results that there are, and the calls in vain so far."""

    way: ContactWay
    results: Sequence[ContactResult]
    in_vain: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its history, newest first, the other ratings of the same service, and what was said in its calls."""

    case: Case
    standing: Standing
    token: str | None
    seconds_left: int
    events: Sequence[CaseEvent]
    attempts: Sequence[Attempt]
    other_ratings: Sequence[Rating]
    recordings: Sequence[Recording]
    steps: CaseSteps | None  # None: it is only contacted and closed
    wrap_up: WrapUp | None  # None: somebody else has the case in hand
    call_recordings: Mapping[int, Sequence[Recording]]  # by attempt

    @property
    def may_be_revealed(self) -> bool:
        """Is there a number to show? Not of a case that is closed."""
        return self.case.state is not CaseState.CLOSED and not self.case.record.is_hidden

    @property
    def call(self) -> Attempt | None:
        """The call that is under way, if there is one."""
        return next((attempt for attempt in self.attempts if attempt.state is not AttemptState.ENDED), None)

    @property
    def standing_rating(self) -> Rating | None:
        """The rating that counts now, when it is not the one that opened the case."""
        same_round = [rating for rating in self.other_ratings if rating.round == self.case.rating.round]
        return next((rating for rating in same_round if rating.state is RatingState.ACTIVE), None)

    @property
    def second_rating(self) -> Rating | None:
        """What the citizen gave when they were asked again, after rectification."""
        later = [rating for rating in self.other_ratings if rating.round > self.case.rating.round]
        return next((rating for rating in later if rating.state is RatingState.ACTIVE), None)

    @property
    def closing(self) -> CaseEvent | None:
        return next((event for event in self.events if event.kind == CaseState.CLOSED), None)


def read_case(session: Session, case_id: int, person: Person, token: str | None, now: datetime) -> CaseFile:
    """The file of a case; `token` is what this browser holds it with. Raises NotFound, also for one not to be seen."""
    case = session.get(Case, case_id)
    if case is None or not may_see(session, person, case):
        raise NotFound(f"case {case_id}")
    standing = _standing(case, person, token, now)
    attempts = session.scalars(
        select(Attempt).where(Attempt.case_id == case_id).order_by(Attempt.id.desc()).limit(_MOST_ATTEMPTS)
    ).all()
    left = (case.held_until - now).total_seconds() if case.held_until else 0
    return CaseFile(
        case=case,
        standing=standing,
        token=token if standing is Standing.MINE else None,
        seconds_left=max(0, int(left)),
        events=session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id.desc()).limit(_MOST_EVENTS)
        ).all(),
        attempts=attempts,
        other_ratings=_other_ratings(session, case),
        recordings=recordings_about(session, [case.record_id]),
        steps=read_steps(session, case, person, standing in (Standing.MINE, Standing.READER)),
        call_recordings=recordings_of_attempts(session, [attempt.id for attempt in attempts if attempt.records]),
        wrap_up=_wrap_up(session, case, person) if standing is Standing.MINE else None,
    )


def _wrap_up(session: Session, case: Case, person: Person) -> WrapUp:
    way = ContactWay.OWN_PHONE if person.call_mode is CallMode.OWN_PHONE else ContactWay.BRIDGED
    if last_attempt(session, case.id, person.id) is not None:
        way = ContactWay.BRIDGED
    return WrapUp(way, results_of(way, case.steps), len(rang_in_vain(session, case)))


def _other_ratings(session: Session, case: Case) -> list[Rating]:
    """Newest first; without those that only lack reasons or words which the citizen added later."""
    ratings = session.scalars(
        select(Rating).where(Rating.record_id == case.record_id).order_by(Rating.id.desc()).limit(_MOST_RATINGS)
    ).all()
    given_at = {rating.id: rating.rated_at for rating in ratings}
    added_to = {
        rating.supersedes_id for rating in ratings if given_at.get(rating.supersedes_id or 0) == rating.rated_at
    }
    return [rating for rating in ratings if rating.id not in {case.rating_id, *added_to}]


def _standing(case: Case, person: Person, token: str | None, now: datetime) -> Standing:
    if case.state is CaseState.CLOSED:
        return Standing.CLOSED
    if not person.works_cases:
        return Standing.READER
    if case.held_until is None or case.held_until <= now:
        return Standing.FREE
    if case.holder_id != person.id:
        return Standing.TAKEN
    held_here = token is not None and case.hold_token is not None and secrets.compare_digest(token, case.hold_token)
    return Standing.MINE if held_here else Standing.MINE_ELSEWHERE
