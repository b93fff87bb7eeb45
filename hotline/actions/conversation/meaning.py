"""Which service a text is about: by the code in it, by our number it came to, by what is open. Never a guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from hotline.actions.conversation.talk import Talk
from hotline.actions.invite import open_invitations
from hotline.actions.rate import changeable_ratings
from hotline.rules.matching import Coded, named
from hotline.tables import Invitation, OutboundText, Rating, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState


@dataclass(frozen=True, slots=True)
class Matters:
    """What a number may answer: `asked`, the invitations that wait for it, one for each record and the oldest first;
    and `earlier`, the ratings it may still change, the latest first. `is_late`: only the policy's grace keeps the
    invitations answerable.
    """

    asked: Sequence[Invitation]
    earlier: Sequence[Rating]
    is_late: bool

    @property
    def out(self) -> Sequence[Invitation]:
        """Those whose text or call has left the house; the others only if none has."""
        return [one for one in self.asked if one.state is not InvitationState.WAITING] or self.asked


@dataclass(frozen=True, slots=True)
class Meant:
    """The invitation, or else the earlier rating, that the text is about; its words begin at `read_from`, behind the
    code if it `is_named` by one."""

    invitation: Invitation | None = None
    rating: Rating | None = None
    read_from: int = 0
    is_named: bool = False

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
    if asked:
        return Matters(asked, earlier, is_late=False)
    late = _late(talk, earlier)
    return Matters(late, earlier, is_late=bool(late))


def _one_a_record(invitations: Sequence[Invitation]) -> list[Invitation]:
    """A record may be asked about by text and by call: the later one stands for both."""
    return list({invitation.record_id: invitation for invitation in invitations}.values())


def _late(talk: Talk, earlier: Sequence[Rating]) -> list[Invitation]:
    """Invitations that ended within the policy's grace, and since whose end this number has rated nothing."""
    grace = timedelta(days=talk.policy.invitation.grace_days)
    ended = talk.session.scalars(
        select(Invitation)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == talk.number, Invitation.state.in_(OPEN_INVITATION_STATES))
        .where(Invitation.expires_at <= talk.now, Invitation.expires_at >= talk.now - grace)
        .order_by(Invitation.id)
    ).all()
    rated_at = earlier[0].rated_at if earlier else None
    return _one_a_record([one for one in ended if rated_at is None or (one.expires_at or talk.now) > rated_at])


def meaning(talk: Talk, matters: Matters) -> Meant:
    """What the text is about, in this order: a code in it, our number it came to, the only one that is out, the only
    one that was just reminded of. An empty answer = it cannot be told, or there is nothing.
    """
    body = talk.text.body
    asked = {one.id: one for one in matters.asked}
    if (meant := named(body, [coded(one.id, one.record) for one in matters.asked])) is not None:
        return Meant(asked[meant.id], None, len(body) - len(meant.text), is_named=True)
    rated = {rating.record_id: rating for rating in reversed(matters.earlier)}
    if (meant := named(body, [coded(one.record_id, one.record) for one in rated.values()])) is not None:
        return Meant(None, rated[meant.id], len(body) - len(meant.text), is_named=True)
    return _by_our_number(talk, matters) or _by_what_is_out(talk, matters)


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


def _by_what_is_out(talk: Talk, matters: Matters) -> Meant:
    if len(matters.out) == 1:
        return Meant(invitation=matters.out[0])
    since = talk.now - timedelta(hours=talk.policy.invitation.reminder_reply_hours)
    reminded = [one for one in matters.out if one.reminded_at is not None and one.reminded_at > since]
    return Meant(invitation=reminded[0]) if len(reminded) == 1 else Meant()
