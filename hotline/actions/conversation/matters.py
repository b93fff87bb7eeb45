"""What a number may answer: what it was asked and has not rated yet, and what it has rated of late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.actions.conversation.talk import Talk
from hotline.actions.invite import open_invitations
from hotline.actions.progress import lock_invitation
from hotline.actions.rate import LATE, changeable_ratings
from hotline.rules.matching import Coded
from hotline.rules.script import Channel
from hotline.tables import Invitation, OutboundText, Rating, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState

_OF_LATE = timedelta(days=30)
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Matters:
    """What a number may answer, one for each record.

    `asked`: the invitations that wait for an answer, the oldest first; `queued`: those that have not left the house,
    which are `asked` only if this number was asked nothing else of late; `earlier`: the ratings that it may still
    change, the latest first; `late`: invitations that only the policy's grace keeps answerable, if their record is
    named, or if they are `asked` because nothing else is; `gone`: what cannot be answered any more, and may still be
    named.
    """

    asked: Sequence[Invitation]
    queued: Sequence[Invitation]
    earlier: Sequence[Rating]
    late: Sequence[Invitation]
    gone: Sequence[ServiceRecord] = ()

    def is_late(self, record_id: int) -> bool:
        return any(one.record_id == record_id for one in self.late)

    def rating_of(self, record_id: int) -> Rating | None:
        """What it was rated, if that may still be changed."""
        return next((rating for rating in self.earlier if rating.record_id == record_id), None)

    def asked_beside(self, record_id: int) -> list[Invitation]:
        """What else waits for an answer."""
        return [one for one in self.asked if one.record_id != record_id]

    def known(self) -> dict[int, Invitation | Rating]:
        """Whatever a text may answer by its name, by record: what waits before what was rated, both before the rest."""
        known: list[Invitation | Rating] = [*self.late, *self.queued, *reversed(self.earlier), *self.asked]
        return {one.record_id: one for one in known}


def matters_of(talk: Talk) -> Matters:
    """What the number may answer, locked: it is read in turn with calls and sending."""
    waiting = open_invitations(talk.number, talk.now)
    records = waiting.with_only_columns(ServiceRecord.id).order_by(None).order_by(ServiceRecord.id)
    talk.session.execute(records.with_for_update(of=ServiceRecord, key_share=True))
    open_now = talk.session.scalars(waiting.execution_options(populate_existing=True)).all()
    ended = _ended(talk)
    asked_before = {one.record_id for one in ended}  # by text, say, and a call about it is still to come
    out = _one_a_record(
        [one for one in open_now if one.state is not InvitationState.WAITING or one.record_id in asked_before]
    )
    asked_of = {one.record_id for one in out}
    queued = _one_a_record([one for one in open_now if one.record_id not in asked_of])
    late = [one for one in ended if one.record_id not in asked_of]
    earlier = changeable_ratings(talk.session, talk.number, talk.policy, talk.now)
    asked = out or _still_asked(late, earlier)
    if not asked and not earlier:
        sent_before = [one for one in queued if one.sent_at is not None]  # said to be undelivered: to be sent again
        asked = _arrived(talk) or sent_before or ([] if _was_asked_of_late(talk) else queued)
    matters = Matters(asked, queued, earlier, late)
    return replace(matters, gone=_gone(talk, matters))


def _gone(talk: Talk, matters: Matters) -> Sequence[ServiceRecord]:
    """The number's other records of the last ninety days: a text that names one is of none that can be answered."""
    return talk.session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.phone_lookup == talk.number, ServiceRecord.received_at > talk.now - _REMEMBERED)
        .where(ServiceRecord.lead_id.is_(None), ServiceRecord.id.not_in(matters.known()))
        .order_by(ServiceRecord.id)
    ).all()


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


def _was_asked_of_late(talk: Talk) -> bool:
    """Then what comes too late for that is still an answer to it, and to nothing that was never sent."""
    asked = (
        select(Invitation.id)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == talk.number, Invitation.sent_at > talk.now - _OF_LATE)
    )
    return talk.session.scalar(asked.limit(1)) is not None


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


def coded(identity: int, record: ServiceRecord) -> Coded:
    return Coded(identity, record.number, record.service_count)


def codes_of(session: Session, records: Sequence[ServiceRecord]) -> list[Coded]:
    """The codes that name these records, by their ids; those of a batch's other services name the one that leads it."""
    followers = session.scalars(select(ServiceRecord).where(ServiceRecord.lead_id.in_([one.id for one in records])))
    own = [coded(record.id, record) for record in records]
    return own + [coded(one.lead_id, one) for one in followers if one.lead_id is not None]


def items_of(records: Sequence[ServiceRecord]) -> list[tuple[int, str]]:
    return [(record.id, record.item_name) for record in records if record.item_name]
