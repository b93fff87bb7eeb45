"""What became of the survey calls of a flow: how far they came, where callers hung up, how long they took to rate."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    and_,
    case,
    exists,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from hotline.actions.wording import script_said
from hotline.rules.flow import Choice, Condition, Does, Flow, StepKind, Verb
from hotline.rules.reasons import REASONS
from hotline.rules.scale import Scale, is_bad
from hotline.rules.script import Channel
from hotline.tables import Call, CallTurn, Rating, Recording
from hotline.tables.contacts import CallState, Way
from hotline.tables.service import RatingState

LONGEST = 366  # days in one report
_RATING_KEYS = ("1", "2", "3", "4", "5")
_Where = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which calls: begun on the local days `first` to `last`, by way of coming in and by language if they are given."""

    first: date
    last: date
    zone: ZoneInfo
    way: Way | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Every figure counts calls.

    calls: were placed by us, or came in. answered: somebody, or a machine, was on the line. silent: answered, and no
    key was pressed. asked: came to the question. rated: pressed a key of the scale there, and the rating was not
    excluded since. bad: the same, with a key that means 1 or 2 stars. confirmed: pressed a key that leads on, at a step
    that is only for a bad rating; again: one that leads back to the question. reasons: pressed a key of one. voice,
    wished: of the bad, left their voice, said whether and when to be called. messages: left their voice, and pressed
    no such key of the scale. person: pressed the key for a person. elder: were spoken to slowly. not_me, opted_out:
    pressed the key for it.
    """

    calls: int = 0
    answered: int = 0
    silent: int = 0
    asked: int = 0
    rated: int = 0
    bad: int = 0
    confirmed: int = 0
    again: int = 0
    reasons: int = 0
    voice: int = 0
    wished: int = 0
    messages: int = 0
    person: int = 0
    elder: int = 0
    not_me: int = 0
    opted_out: int = 0


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Of the calls that `reached` the step, at which they were waited for: how many ended there, were asked again."""

    name: str
    reached: int = 0
    hung_up: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """`by`: the counts of each way in and language. `seconds`: from the answer to the first rating, of how many calls
    each. `others`: answered calls of the same days that had another flow, or another version of this one."""

    by: Mapping[tuple[Way, str], Counts]
    steps: tuple[StepFigures, ...]
    seconds: Mapping[int, int]
    others: int

    @property
    def whole(self) -> Counts:
        return total(self.by.values())

    def within(self, share: float) -> int | None:
        """The seconds within which that share of those who rated had rated; None if nobody did."""
        least, so_far = share * sum(self.seconds.values()), 0
        for seconds, calls in sorted(self.seconds.items()):
            so_far += calls
            if so_far >= least:
                return seconds
        return None


def total(counts: Iterable[Counts]) -> Counts:
    each = [*counts]
    return Counts(**{field.name: sum(getattr(one, field.name) for one in each) for field in fields(Counts)})


def flow_figures(session: Session, flow: Flow, chosen: Chosen) -> FlowFigures:
    """Of all calls of this version of the flow, and those that nobody answered, which had none yet."""
    mine = _mine(flow, chosen)
    return FlowFigures(
        by=_counted(session, flow, mine),
        steps=_steps(session, flow, mine),
        seconds=_seconds(session, flow, mine),
        others=session.scalar(
            select(func.count()).where(
                *_of_days(chosen), Call.answered_at.is_not(None), or_(Call.flow.is_(None), Call.flow != flow.id)
            )
        )
        or 0,
    )


def _of_days(chosen: Chosen) -> Iterator[ColumnElement[bool]]:
    last = min(chosen.last, chosen.first + timedelta(days=LONGEST - 1))
    begin, end = (datetime.combine(day, time.min, chosen.zone) for day in (chosen.first, last + timedelta(days=1)))
    yield Call.created_at >= begin
    yield Call.created_at < end
    if chosen.way is not None:
        yield Call.way == chosen.way
    if chosen.language is not None:
        yield Call.language == chosen.language


def _mine(flow: Flow, chosen: Chosen) -> _Where:
    rung = or_(Call.way != Way.CALLED, Call.begun_at.is_not(None), Call.answered_at.is_not(None))
    unanswered = and_(Call.flow.is_(None), Call.answered_at.is_(None))
    return (*_of_days(chosen), or_(Call.flow == flow.id, unanswered), rung)


def _counted(session: Session, flow: Flow, mine: _Where) -> dict[tuple[Way, str], Counts]:
    """Each call once with what was pressed in it, then the sums."""
    answered = Call.answered_at.is_not(None)
    voice = exists().where(Recording.call_id == Call.id)
    of_call = {"answered": answered, "elder": answered & Call.is_elder, "voice": voice}
    each = (
        select(
            Call.id,
            Call.way,
            Call.language,
            *(_number(which).label(name) for name, which in of_call.items()),
            *(
                func.max(_number(which)).label(name)
                for name, which in _of_turns(flow, _is_bad(session, flow, mine)).items()
            ),
        )
        .outerjoin(CallTurn, and_(CallTurn.call_id == Call.id, CallTurn.turn > 0))
        .where(*mine)
        .group_by(Call.id)
        .subquery()
    )
    both = {
        "silent": each.c.answered * (1 - each.c.pressed),
        "voice": each.c.bad * each.c.voice,
        "wished": each.c.bad * each.c.wished,
        "messages": (1 - each.c.bad) * each.c.voice,
    }
    names = [field.name for field in fields(Counts) if field.name != "calls"]
    sums = [func.sum(both[name] if name in both else each.c[name]).label(name) for name in names]
    wanted = select(each.c.way, each.c.language, func.count().label("calls"), *sums)
    rows = session.execute(wanted.group_by(each.c.way, each.c.language)).mappings()
    return {(row["way"], row["language"]): _counts(row) for row in rows}


def _counts(row: RowMapping) -> Counts:
    return Counts(**{field.name: int(row[field.name]) for field in fields(Counts)})


def _of_turns(flow: Flow, bad_rating: ColumnElement[bool]) -> dict[str, ColumnElement[bool]]:
    """What each turn tells of its call, by name; where a call stands tells that it came there."""
    steps = flow.steps
    rate, bad = _of_kind(flow, StepKind.RATE), [n for n, step in steps.items() if step.when is Condition.BAD]
    hearing = [name for name, step in steps.items() if step.hears]
    return {
        "pressed": CallTurn.step.in_(hearing) & (CallTurn.keys != ""),
        "asked": _came_to(rate),
        "rated": _is_rating(flow),
        "bad": bad_rating,
        "confirmed": _pressed((n, c) for n, c in _choices(flow) if n in bad and c.then not in rate),
        "again": _pressed((n, c) for n, c in _choices(flow) if n in bad and c.then in rate),
        "reasons": CallTurn.step.in_(_of_kind(flow, StepKind.REASONS)) & _holds_a_reason(),
        "wished": _pressed((n, c) for n, c in _choices(flow) if c.wish is not None),
        "person": _asks_for_a_person(flow),
        "not_me": _pressed((n, c) for n, c in _choices(flow) if c.does is Does.NOT_ME),
        "opted_out": _pressed((n, c) for n, c in _choices(flow) if c.does is Does.OPT_OUT),
    }


def _of_kind(flow: Flow, kind: StepKind) -> list[str]:
    return [name for name, step in flow.steps.items() if step.kind is kind]


def _choices(flow: Flow) -> Iterator[tuple[str, Choice]]:
    return ((name, choice) for name, step in flow.steps.items() for choice in step.choices)


def _came_to(names: list[str]) -> ColumnElement[bool]:
    return CallTurn.step.in_(names) | (Call.step.in_(names) & Call.answered_at.is_not(None))


def _is_rating(flow: Flow) -> ColumnElement[bool]:
    return CallTurn.step.in_(_of_kind(flow, StepKind.RATE)) & CallTurn.keys.in_(_RATING_KEYS) & ~_is_excluded()


def _is_excluded() -> ColumnElement[bool]:
    """The rating of that key was excluded since: it leaves every figure. What was added to it was given when it was."""
    return exists().where(
        Rating.record_id == Call.record_id,
        Rating.channel == Channel.PHONE,
        Rating.state == RatingState.EXCLUDED,
        Rating.rated_at == CallTurn.heard_at,
    )


def _is_bad(session: Session, flow: Flow, mine: _Where) -> ColumnElement[bool]:
    """By the scale that each call told."""
    keys = {scale: [str(scale.key(stars)) for stars in range(1, 6) if is_bad(stars)] for scale in Scale}
    scripts = session.scalars(select(Call.script).where(*mine).distinct())
    told = ((Call.script == each) & CallTurn.keys.in_(keys[script_said(session, each).scale]) for each in scripts)
    return CallTurn.step.in_(_of_kind(flow, StepKind.RATE)) & or_(false(), *told) & ~_is_excluded()


def _pressed(choices: Iterable[tuple[str, Choice]]) -> ColumnElement[bool]:
    return or_(false(), *((CallTurn.step == name) & (CallTurn.keys == choice.key) for name, choice in choices))


def _holds_a_reason() -> ColumnElement[bool]:
    most = max(map(len, REASONS.values()))
    return or_(*(CallTurn.keys.contains(str(number)) for number in range(1, most + 1)))


def _asks_for_a_person(flow: Flow) -> ColumnElement[bool]:
    """The key for it, at a step that has no choice with that key."""
    key = next((key for key, verb in flow.common.items() if verb is Verb.PERSON), None)
    if key is None:
        return false()
    free = [name for name, step in flow.steps.items() if step.hears and step.choice(key) is None]
    return CallTurn.step.in_(free) & (CallTurn.keys == key)


def _number(which: ColumnElement[bool]) -> ColumnElement[int]:
    return case((which, 1), else_=0)


def _steps(session: Session, flow: Flow, mine: _Where) -> tuple[StepFigures, ...]:
    """In the order of the flow, those at which somebody is waited for."""
    stands = Call.step.is_not(None) & Call.answered_at.is_not(None)
    heard = select(CallTurn.call_id, CallTurn.step, CallTurn.tries).join(Call, Call.id == CallTurn.call_id)
    standing = select(Call.id, Call.step, literal(1)).where(*mine, stands)
    both = union_all(heard.where(*mine, CallTurn.turn > 0), standing).subquery()
    each = select(both.c.step, func.max(both.c.tries).label("tries")).group_by(both.c.call_id, both.c.step).subquery()
    came = select(each.c.step, func.count(), func.sum(_number(each.c.tries > 1))).group_by(each.c.step)
    reached = {step: (count, retried) for step, count, retried in session.execute(came)}
    left = select(Call.step, func.count()).where(*mine, stands, Call.state == CallState.ENDED).group_by(Call.step)
    hung_up = {step: count for step, count in session.execute(left) if step}
    names = [name for name, step in flow.steps.items() if step.waits]
    return tuple(_step(name, *reached.get(name, (0, 0)), hung_up.get(name, 0)) for name in names)


def _step(name: str, reached: int, retried: int, hung_up: int) -> StepFigures:
    return StepFigures(name, reached, hung_up, retried)


def _seconds(session: Session, flow: Flow, mine: _Where) -> dict[int, int]:
    """How many calls took so many seconds to their first rating."""
    each = (
        select(Call.answered_at, func.min(CallTurn.heard_at).label("rated_at"))
        .join(CallTurn, CallTurn.call_id == Call.id)
        .where(*mine, Call.answered_at.is_not(None), _is_rating(flow))
        .group_by(Call.id)
        .subquery()
    )
    seconds = (extract("epoch", each.c.rated_at) - extract("epoch", each.c.answered_at)).cast(Integer).label("seconds")
    counted = select(seconds, func.count().label("calls")).group_by(seconds)
    return {row.seconds: row.calls for row in session.execute(counted)}
