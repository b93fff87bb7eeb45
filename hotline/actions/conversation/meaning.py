"""Which service a text is about: by the code in it, by our number it came to, by what is open. Never a guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select

from hotline.actions.conversation.talk import Talk
from hotline.actions.invite import open_invitations
from hotline.actions.progress import lock_invitation
from hotline.actions.rate import LATE, changeable_ratings
from hotline.rules.matching import Coded, Named, by_name, named, named_by_item, words_beside
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_echoes import own_words
from hotline.rules.script import Channel
from hotline.tables import Invitation, OutboundText, Rating, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState, RatingState

CORRECTION = "correction"  # the parser's rule for a text that puts a score in place of another
# Two characters of an item's name that say nothing of which item it is.
_SAID_OF_ANY = (
    *("服务", "办理", "办事", "业务", "评价", "态度", "效率", "窗口", "工作", "人员"),
    *("政务", "事项", "办件", "回复", "满意", "评分", "打分", "选择", "申请", "登记"),
)


@dataclass(frozen=True, slots=True)
class Matters:
    """What a number may answer: `asked`, the invitations that wait for it, one for each record and the oldest first;
    `earlier`, the ratings it may still change, the latest first; and `late`, invitations that only the policy's grace
    keeps answerable: if their record is named, or if they are `asked` because nothing else is.
    """

    asked: Sequence[Invitation]
    earlier: Sequence[Rating]
    late: Sequence[Invitation]

    @property
    def out(self) -> Sequence[Invitation]:
        """Those whose text or call has left the house; the others only if none has."""
        return [one for one in self.asked if one.state is not InvitationState.WAITING] or self.asked

    def is_late(self, record_id: int) -> bool:
        return any(one.record_id == record_id for one in self.late)

    def rating_of(self, record_id: int) -> Rating | None:
        """What it was rated, if that may still be changed."""
        return next((rating for rating in self.earlier if rating.record_id == record_id), None)


@dataclass(frozen=True, slots=True)
class Meant:
    """The invitation, or else the earlier rating, that the text is about. What names it, if it `is_named`, stands at
    `read_before:read_from`, and is none of its words. `names_several`: it cannot be about one of them alone."""

    invitation: Invitation | None = None
    rating: Rating | None = None
    read_before: int = 0
    read_from: int = 0
    is_named: bool = False
    names_several: bool = False

    @property
    def asked(self) -> Invitation | Rating | None:
        return self.invitation or self.rating

    @property
    def record_id(self) -> int | None:
        return None if self.asked is None else self.asked.record_id


def matters_of(talk: Talk) -> Matters:
    """What the number may answer, locked: it is read in turn with calls and sending."""
    waiting = open_invitations(talk.number, talk.now)
    records = waiting.with_only_columns(ServiceRecord.id).order_by(None).order_by(ServiceRecord.id)
    talk.session.execute(records.with_for_update(of=ServiceRecord, key_share=True))
    asked = _one_a_record(talk.session.scalars(waiting.execution_options(populate_existing=True)).all())
    earlier = changeable_ratings(talk.session, talk.number, talk.policy, talk.now)
    late = [one for one in _ended(talk) if one.record_id not in {other.record_id for other in asked}]
    asked = asked or _still_asked(late, earlier)
    return Matters(asked if asked or earlier else _arrived(talk), earlier, late)


def _arrived(talk: Talk) -> list[Invitation]:
    """Invitations that were given up as undelivered: who answers, asked nothing else, has got them."""
    days = timedelta(days=talk.policy.invitation.expires_days)
    begun = exists().where(OutboundText.invitation_id == Invitation.id, OutboundText.begun_at > talk.now - days)
    rated = exists().where(Rating.record_id == Invitation.record_id, Rating.round == Invitation.round)
    given_up = talk.session.scalars(
        select(Invitation)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == talk.number, Invitation.state == InvitationState.FAILED)
        .where(Invitation.channel == Channel.SMS, begun, ~rated)
        .order_by(Invitation.id)
    ).all()
    for invitation in given_up:
        lock_invitation(talk.session, invitation)
        invitation.state, invitation.error_code = InvitationState.DELIVERED, None
        invitation.expires_at = invitation.expires_at or talk.now + days
    return _one_a_record(given_up)


def _one_a_record(invitations: Sequence[Invitation]) -> list[Invitation]:
    """A record may be asked about by text and by call: the later one stands for both."""
    return list({invitation.record_id: invitation for invitation in invitations}.values())


def _ended(talk: Talk) -> list[Invitation]:
    """Invitations that nobody answered, and that ended within the policy's grace."""
    grace = timedelta(days=talk.policy.invitation.grace_days)
    ended = talk.session.scalars(
        select(Invitation)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == talk.number, Invitation.state.in_(OPEN_INVITATION_STATES))
        .where(Invitation.expires_at <= talk.now, Invitation.expires_at >= talk.now - grace)
        .order_by(Invitation.id)
    ).all()
    return _one_a_record(ended)


def _still_asked(late: Sequence[Invitation], earlier: Sequence[Rating]) -> list[Invitation]:
    """Those since whose end this number has rated nothing in time: what it writes now is about that."""
    in_time = [rating.rated_at for rating in earlier if LATE not in rating.flags]
    return [one for one in late if one.expires_at is not None and all(one.expires_at > at for at in in_time)]


def meaning(talk: Talk, matters: Matters) -> Meant:
    """What the text is about, in this order: a code in it, the name of an item, our number it came to, the only one
    that is out, the only one that was just reminded of. An empty answer = it cannot be told, or there is nothing.
    """
    known = _known(matters)
    own = own_words(talk.text.body)
    codes = [coded(one.record_id, one.record) for one in known.values()]
    if by_code := named(talk.text.body if own is None else own, codes):
        return _by_name(known, by_code, is_in_words=own is not None)
    if own is not None and len(quoted := named(talk.text.body, codes)) == 1:  # our text sent back, with the answer
        return _by_name(known, quoted, is_in_words=True)
    items = [(one.record_id, one.record.item_name) for one in known.values() if one.record.item_name]
    if own is None and len(known) > 1 and (by_item := named_by_item(talk.text.body, items)):
        return _by_name(known, by_item, is_in_words=_needs_its_name(talk, by_item))
    return _by_our_number(talk, matters) or _by_what_is_out(talk, matters) or _by_short_name(talk, matters)


def _known(matters: Matters) -> dict[int, Invitation | Rating]:
    """Whatever a text may name, by record: what waits before what was rated, and both before what has ended."""
    known: list[Invitation | Rating] = [*matters.late, *reversed(matters.earlier), *matters.asked]
    return {one.record_id: one for one in known}


def _by_name(known: dict[int, Invitation | Rating], found: Sequence[Named], *, is_in_words: bool = False) -> Meant:
    if len(found) > 1:
        return Meant(names_several=True)
    one = known[found[0].id]
    start, end = (0, 0) if is_in_words else (found[0].start, found[0].end)
    if isinstance(one, Rating):
        return Meant(None, one, start, end, is_named=True)
    return Meant(one, None, start, end, is_named=True)


def _needs_its_name(talk: Talk, found: Sequence[Named]) -> bool:
    """An item's name may as well be part of what is said (不动产窗口排队太久): it is cut out if a rating is left."""
    words = words_beside(talk.text.body, found[0].start, found[0].end)
    return parse(words, talk.script_of(None).scale).action is not Action.RATE


def corrected(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> Sequence[Rating]:
    """What a correction may be of, if it names nothing: not of what waits, which has no rating yet."""
    if reply.rule != CORRECTION or meant.is_named or meant.rating is not None or meant.names_several:
        return []
    asked = {one.record_id for one in matters.asked}
    rated = [one for one in matters.earlier if one.state is RatingState.ACTIVE and one.record_id not in asked]
    texted_from = _texted_from(talk, [one.record_id for one in rated])
    return [one for one in rated if texted_from.get(one.record_id) in (None, talk.text.our_number)]


def coded(identity: int, record: ServiceRecord) -> Coded:
    return Coded(identity, record.number, record.service_count)


def _by_our_number(talk: Talk, matters: Matters) -> Meant | None:
    """What was texted from the number that the citizen now writes to, if that is one thing alone."""
    if talk.text.our_number is None:
        return None
    candidates = [Meant(invitation=one) for one in matters.asked]
    candidates += [Meant(rating=rating) for rating in matters.earlier]
    texted_from = _texted_from(talk, [one.record_id for one in candidates if one.record_id is not None])
    if None in texted_from.values():  # one of them may have come from any number
        return None
    if any(one.record_id not in texted_from for one in matters.out):  # sent by a release that kept no number
        return None
    there = [one for one in candidates if texted_from.get(one.record_id or 0) == talk.text.our_number]
    open_there = [one for one in there if one.invitation is not None]
    if open_there:
        return open_there[0] if len(open_there) == 1 else None
    return there[0] if there and matters.asked and len({one.record_id for one in there}) == 1 else None


def _texted_from(talk: Talk, record_ids: Sequence[int]) -> dict[int, str | None]:
    """From which of our numbers each record's last text went; None where the carrier has not said."""
    rows = talk.session.execute(
        select(Invitation.record_id, OutboundText.our_number)
        .join(OutboundText, OutboundText.invitation_id == Invitation.id)
        .where(Invitation.record_id.in_(record_ids), OutboundText.begun_at.is_not(None))
        .order_by(OutboundText.begun_at, OutboundText.id)
    )
    return {row.record_id: row.our_number for row in rows}


def _by_what_is_out(talk: Talk, matters: Matters) -> Meant | None:
    if len(matters.out) == 1:
        return Meant(invitation=matters.out[0])
    since = talk.now - timedelta(hours=talk.policy.invitation.reminder_reply_hours)
    reminded = [one for one in matters.out if one.reminded_at is not None and one.reminded_at > since]
    return Meant(invitation=reminded[0]) if len(reminded) == 1 else None


def _by_short_name(talk: Talk, matters: Matters) -> Meant:
    """护照 5: two characters, before all else, of one alone of those that are out."""
    found = by_name(talk.text.body, [one.record.item_name or "" for one in matters.out])
    if found is None or not found[1] or talk.text.body.lstrip().startswith(_SAID_OF_ANY):
        return Meant()
    return Meant(matters.out[found[0]], read_from=talk.text.body.rfind(found[1]), is_named=True)
