"""What keys do: each effect that the machine of the survey names, done to the tables, in the commit of the key."""

from collections.abc import Iterable

from sqlalchemy import select

from hotline.actions.case_history import CITIZEN, add_event, case_of
from hotline.actions.case_queue import call_by_wish
from hotline.actions.opt_outs import opt_out
from hotline.actions.rate import Added, Given, add_to_rating, rate
from hotline.actions.survey.about import OTHER_PHONE, is_about, is_theirs
from hotline.actions.survey.line import Line
from hotline.actions.survey.ways import take_over
from hotline.rules.flow import Does
from hotline.rules.reasons import TABLE_VERSION
from hotline.rules.reply_wishes import Wish
from hotline.rules.script import Channel
from hotline.rules.survey import (
    AddReasons,
    Ask,
    Choose,
    Effect,
    Identify,
    KeepDigits,
    Missed,
    Rate,
    SlowDown,
    Speak,
    TakeOver,
    Want,
)
from hotline.tables import Invitation
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState

_KEY_RULE, _REASONS_RULE = "key", "reasons"


def do(line: Line, effects: Iterable[Effect], keys: str) -> None:
    """`keys`: what was pressed, kept beside a rating as it was."""
    for effect in effects:
        _do(line, effect, keys)


def _do(line: Line, effect: Effect, keys: str) -> None:
    match effect:
        case Rate(stars):
            _rate(line, stars, keys)
        case AddReasons(codes):
            _add_reasons(line, codes)
        case Want(wish):
            _note(line, wish=wish)
        case Ask(Does.OPT_OUT):
            opt_out(line.session, line.call.phone, Channel.PHONE, line.now)
        case Ask(Does.NOT_ME):
            _not_theirs(line)
        case _:
            _change_call(line, effect)


def _change_call(line: Line, effect: Effect) -> None:
    """How the call is spoken, and what it is about."""
    match effect:
        case Speak(language):
            line.call.language = language
        case SlowDown():
            line.call.is_elder = True
        case Choose(index):
            is_about(line, line.call.facts["choices"][index])
        case KeepDigits(digits):
            others = {name: fact for name, fact in line.call.facts.items() if name != "found"}
            line.call.facts = {**others, "digits": digits}
        case Identify():
            is_about(line, line.call.facts["found"])
        case Missed():
            line.call.misses += 1
        case TakeOver(reference):
            take_over(line, reference)


def _rate(line: Line, stars: int, keys: str) -> None:
    """A call that is about nothing rates nothing."""
    call = line.call
    if call.record is None:
        return
    flags = () if is_theirs(call, call.record) else (OTHER_PHONE,)
    given = Given(stars, Channel.PHONE, keys, line.script.scale, line.script.id, _KEY_RULE, flags=flags)
    rate(line.session, call.record.id, given, line.policy, line.now)


def _add_reasons(line: Line, codes: tuple[str, ...]) -> None:
    if codes and line.call.record_id is not None:
        add_to_rating(line.session, line.call.record_id, Added(_REASONS_RULE, codes), line.now)
        _note(line, codes=codes)


def _note(line: Line, codes: tuple[str, ...] = (), wish: Wish | None = None) -> None:
    """The agent sees in the case what the citizen said."""
    rating = line.rating
    case = None if rating is None else case_of(line.session, rating)
    if case is None:
        return
    if wish is not None:
        case.call_wish, case.call_wish_words = wish, None
        call_by_wish(line.session, case, line.policy, line.now)
    facts = {"codes": list(codes), "table": TABLE_VERSION, "wish": None if wish is None else str(wish)}
    add_event(line.session, case, CITIZEN, "reasons_given", line.now, facts=facts)


def _not_theirs(line: Line) -> None:
    """The number belongs to somebody else: nothing more is asked of it about this record, and nothing is rated."""
    if line.call.record_id is None:
        return
    for invitation in line.session.scalars(
        select(Invitation)
        .where(Invitation.record_id == line.call.record_id, Invitation.state.in_(OPEN_INVITATION_STATES))
        .with_for_update(of=Invitation, key_share=True)
    ):
        invitation.state = InvitationState.NOT_THEM
