"""What supervisors have before them: a request for more time, a sample that is marked and some that wait."""

from datetime import timedelta

from sqlalchemy import select

from hotline.actions.case_sharing import ask_extension
from hotline.actions.casework import claim, close
from hotline.actions.quality import draw_samples, score
from hotline.rules.casework import Outcome
from hotline.services import Services
from hotline.tables import QualitySample, User
from hotline.tables.people import Role


def closed_by(house: Services, case_id: int, user_id: int) -> int:
    """The case, taken and closed by this user: its citizen did not want to talk."""
    with house.database.write() as session:
        user = session.get_one(User, user_id)
        token = claim(session, case_id, user, house.policy, house.now())
        close(session, case_id, token, user, Outcome.REFUSED, "市民不愿沟通。", house.now())
    return case_id


def supervise(house: Services, case_id: int) -> None:
    """More time is asked for the case; of what was closed in the last week, ten at most are drawn and one is marked."""
    now, today = house.now(), house.now().astimezone(house.policy.zone).date()
    with house.database.write() as session:
        users = {user.name: user for user in session.scalars(select(User))}
        unit, supervisor = users["department"], users["supervisor"]
        until = today + timedelta(days=60)
        reason = "涉及历史档案，需向省厅调取原始材料，再与市民核对。"
        ask_extension(session, case_id, unit, None, until, reason, house.policy, now)
        week = (today - timedelta(days=7), today)
        draw_samples(session, supervisor, None, *week, 10, house.policy, now)
    with house.database.write() as session:
        sample = session.scalars(select(QualitySample).order_by(QualitySample.id)).first()
        marker = session.scalars(select(User).where(User.role == Role.ADMIN)).one()
        assert sample is not None
        marks = {criterion.name: 4 for criterion in house.policy.casework.quality}
        score(session, sample.id, marker, marks, "开场清楚，耐心。", house.policy, now)
