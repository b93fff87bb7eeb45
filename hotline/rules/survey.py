"""The survey call as a pure machine: a flow, a place in it, and keys; what is said, done and listened for next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from hotline.rules.flow import RETURN, Choice, Condition, Does, Flow, Step, StepKind, Verb
from hotline.rules.reasons import REASONS
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import Scale, is_bad

SILENCE, WRONG_KEY = "silence", "wrong_key"  # sentences of the script
_NUMBER_KEYS = range(4, 33)  # how many keys a number has, be it a record's or a code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller is waited for: at `step`, the `turn`th time in this call, on try `tries`, after `repeats`."""

    step: str
    turn: int = 1
    tries: int = 1
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the machine is told of a call. `languages` and `services` are how many there are to choose from; `back`, the
    steps to go back to, the nearest last; `visits`, how often the steps with a bound were come to."""

    holds: frozenset[Condition] = frozenset()
    languages: tuple[str, ...] = ()
    services: int = 0
    stars: int | None = None
    more_tries: int = 0
    back: tuple[str, ...] = ()
    visits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def meets(self, condition: Condition | None) -> bool:
        if condition is Condition.BAD:
            return self.stars is not None and is_bad(self.stars)
        return condition is None or condition in self.holds


@dataclass(frozen=True, slots=True)
class Rate:
    stars: int


@dataclass(frozen=True, slots=True)
class AddReasons:
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """Whether and when the citizen wants to be called back."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Speak:
    language: str


@dataclass(frozen=True, slots=True)
class SlowDown:
    pass


@dataclass(frozen=True, slots=True)
class Choose:
    """The service at this place of the list, from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class KeepDigits:
    digits: str


@dataclass(frozen=True, slots=True)
class Identify:
    """The call is about the record whose number was keyed in."""


@dataclass(frozen=True, slots=True)
class Missed:
    """There is no record with that number."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The call is about the one that it was handed over from, whose number was keyed in, or was not (None)."""

    reference: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish of the caller's that is no rating."""

    does: Does


Effect = Rate | AddReasons | Want | Speak | SlowDown | Choose | KeepDigits | Identify | Missed | TakeOver | Ask


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: first `does`, in order; then the sentences are said; then the caller is waited for at `place`, or
    the call ends (None). `back` and `visits` are to be known at the next key."""

    does: tuple[Effect, ...]
    says: tuple[str, ...]
    place: Place | None
    back: tuple[str, ...]
    visits: Mapping[str, int]


def begin(flow: Flow, step: str, known: Known, first: tuple[str, ...] = ()) -> Next:
    """The call comes in, or is answered, and begins at `step`, after the sentences `first`."""
    return _enter(flow, step, known, 1, first)


def hear(flow: Flow, place: Place, keys: str, known: Known, scale: Scale) -> Next:
    """What `keys` (empty = silence) do at `place`."""
    step = flow.steps[place.step]
    if step.kind is StepKind.CODE:
        return come_back(flow, place, known, does=(TakeOver(keys if _is_number(keys) else None),))
    verb = flow.common.get(keys) if step.choice(keys) is None else None
    if place.turn >= flow.most_turns:
        return _enter(flow, flow.exhausted, known, place.turn)
    match verb:
        case Verb.REPEAT if place.repeats < flow.repeats:
            return _again(place, known, step, repeats=place.repeats + 1)
        case Verb.BACK:
            return _go_back(flow, place, known)
        case Verb.SLOWER:
            return _again(place, known, step, does=(SlowDown(),), repeats=place.repeats)
        case Verb.PERSON:
            return _leave(flow, place, flow.person, known)
    return _answered(flow, place, step, keys, known, scale) or _try_again(flow, place, step, keys, known)


def come_back(
    flow: Flow, place: Place, known: Known, says: tuple[str, ...] = (), does: tuple[Effect, ...] = ()
) -> Next:
    """What was waited for at `place` is over, be it a code, a voice that was recorded or a talk with a person."""
    return _leave(flow, place, flow.steps[place.step].then or flow.exhausted, known, does, says)


def _answered(flow: Flow, place: Place, step: Step, keys: str, known: Known, scale: Scale) -> Next | None:
    """What the keys mean at this very step; None if they mean nothing there."""
    choice = step.choice(keys)
    if choice is not None:
        return _leave(flow, place, choice.then, known, tuple(_does(choice)))
    does: Effect | None = None
    match step.kind:
        case StepKind.RATE if keys in ("1", "2", "3", "4", "5"):
            does = Rate(scale.stars(int(keys)))
            known = replace(known, stars=does.stars)
        case StepKind.LANGUAGE if (index := _index(keys, len(known.languages))) is not None:
            does = Speak(known.languages[index])
        case StepKind.WHICH if (index := _index(keys, known.services)) is not None:
            does = Choose(index)
        case StepKind.REASONS if known.stars is not None:
            return _reasons_given(flow, place, step, keys, known, known.stars)
        case StepKind.NUMBER if _is_number(keys):
            does = KeepDigits(keys)
    if does is None:
        return None
    assert step.then is not None
    return _leave(flow, place, step.then, known, (does,))


def _does(choice: Choice) -> Iterator[Effect]:
    if choice.wish is not None:
        yield Want(choice.wish)
    if choice.does is not None:
        yield Ask(choice.does)


def _is_number(keys: str) -> bool:
    return len(keys) in _NUMBER_KEYS and keys.isascii() and keys.isdecimal()


def _index(keys: str, count: int) -> int | None:
    return int(keys) - 1 if len(keys) == 1 and keys in "123456789"[:count] else None


def _reasons_given(flow: Flow, place: Place, step: Step, keys: str, known: Known, stars: int) -> Next | None:
    """Several keys, each a reason or a choice of the step; one of another kind, and none of them counts."""
    reasons = REASONS.get(stars, ())
    chosen = [key for key in dict.fromkeys(keys) if step.choice(key) is None]
    if not keys or not all(_index(key, len(reasons)) is not None for key in chosen):
        return None
    choice = next((step.choice(key) for key in keys if step.choice(key) is not None), None)
    codes = tuple(reasons[int(key) - 1].code for key in chosen)
    then = choice.then if choice is not None else step.then
    assert then is not None
    return _leave(flow, place, then, known, (AddReasons(codes),))


def _try_again(flow: Flow, place: Place, step: Step, keys: str, known: Known) -> Next:
    if place.tries >= flow.tries + known.more_tries:
        assert step.given_up is not None
        return _leave(flow, place, step.given_up, known)
    says = (WRONG_KEY if keys else SILENCE, *(flow.help if place.tries == 1 else ()), *step.says)
    here = replace(place, turn=place.turn + 1, tries=place.tries + 1)
    return Next((), says, here, known.back, known.visits)


def _again(place: Place, known: Known, step: Step, *, repeats: int, does: tuple[Effect, ...] = ()) -> Next:
    return Next(does, step.says, replace(place, turn=place.turn + 1, repeats=repeats), known.back, known.visits)


def _go_back(flow: Flow, place: Place, known: Known) -> Next:
    """To the step before, or the same once more where there is none."""
    to = known.back[-1] if known.back else place.step
    return _enter(flow, to, replace(known, back=known.back[:-1]), place.turn + 1)


def _leave(
    flow: Flow, place: Place, to: str, known: Known, does: tuple[Effect, ...] = (), says: tuple[str, ...] = ()
) -> Next:
    """From `place` on to another step; one can go back to a step that listened."""
    if to == RETURN:
        to, known = (known.back[-1] if known.back else flow.exhausted), replace(known, back=known.back[:-1])
    elif flow.steps[place.step].hears:
        known = replace(known, back=(*known.back, place.step))
    entered = _enter(flow, to, known, place.turn + 1, says)
    return replace(entered, does=(*does, *entered.does))


def _enter(flow: Flow, name: str, known: Known, turn: int, first: tuple[str, ...] = ()) -> Next:
    """Go on from `name` to where the caller is waited for, or to an end. `rules.flow_faults` proves that this ends."""
    says, does = [*first], list[Effect]()
    while True:
        if name == RETURN:
            name, known = (known.back[-1] if known.back else flow.exhausted), replace(known, back=known.back[:-1])
        step = flow.steps[name]
        if not known.meets(step.when) or _has_no_choice(step, known):
            does += [Missed()] if step.kind is StepKind.FIND else []
            name = step.otherwise or step.then or flow.exhausted
            continue
        if step.most is not None:
            visits = known.visits.get(name, 0) + 1
            if visits > step.most:
                name = step.given_up or flow.exhausted
                continue
            known = replace(known, visits={**known.visits, name: visits})
        says += step.says
        if step.kind is StepKind.FIND:
            does.append(Identify())
        if step.kind is StepKind.END or step.waits:
            place = None if step.kind is StepKind.END else Place(name, turn)
            return Next(tuple(does), tuple(says), place, known.back, known.visits)
        name = step.then or flow.exhausted


def _has_no_choice(step: Step, known: Known) -> bool:
    match step.kind:
        case StepKind.LANGUAGE:
            return len(known.languages) < 2
        case StepKind.WHICH:
            return known.services < 2
        case StepKind.REASONS:
            return known.stars not in REASONS
    return False
