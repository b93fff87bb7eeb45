"""What the carrier did with our invitations, for tests of what citizens then answer."""

from datetime import timedelta

from hotline.services import Services
from hotline.tables import Invitation, OutboundText, Question, ReviewItem
from hotline.tables.contacts import TextState
from hotline.tables.service import InvitationState
from tests.cast import OUR_NUMBER, all_of


def delivered(house: Services, record_id: int, our_number: str | None = OUR_NUMBER) -> Invitation:
    """The text about that record has reached its citizen, from that number of ours."""
    now = house.now()
    with house.database.write() as session:
        (invitation,) = session.query(Invitation).filter_by(record_id=record_id)
        (text,) = session.query(OutboundText).filter_by(invitation_id=invitation.id)
        text.state, text.begun_at, text.sent_at, text.our_number = TextState.DELIVERED, now, now, our_number
        invitation.state, invitation.sent_at = InvitationState.DELIVERED, now
        invitation.expires_at = now + timedelta(days=house.policy.invitation.expires_days)
    return invitation


def in_review(house: Services) -> list[tuple[str, str, str | None]]:
    """Body, reason and decision of every text on the review list."""
    return [(item.text.body, str(item.why), item.decision) for item in all_of(house, ReviewItem)]


def open_questions(house: Services) -> list[str]:
    return [str(question.kind) for question in all_of(house, Question) if question.closed_at is None]
