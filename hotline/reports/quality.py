"""What quality samples say: the draws, the samples with the score that counts, and each agent's figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline.rules.quality import BEST, worth
from hotline.tables import QualityDraw, QualitySample, QualityScore, User

MOST_DRAWS = 20


@dataclass(frozen=True, slots=True)
class Scored:
    """A sample and the score that counts; None = it waits."""

    sample: QualitySample
    score: QualityScore | None


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """Of one agent: how many samples were drawn and marked, the mean of what they are worth, and of each criterion."""

    agent: User
    drawn: int
    marked: int
    mean: float | None
    by_criterion: dict[str, float]

    def length(self, whole: int) -> int:
        """Their bar, when the best mark is `whole` long."""
        return round(whole * (self.mean or 0) / BEST)


def latest_draws(session: Session) -> Sequence[QualityDraw]:
    return session.scalars(select(QualityDraw).order_by(QualityDraw.id.desc()).limit(MOST_DRAWS)).all()


def samples_of(session: Session, draw_ids: Sequence[int], agent_id: int | None = None) -> list[Scored]:
    """Those of these draws (and of this agent alone), in the order of the draw."""
    samples = select(QualitySample).where(QualitySample.draw_id.in_(draw_ids)).options(joinedload(QualitySample.case))
    if agent_id is not None:
        samples = samples.where(QualitySample.agent_id == agent_id)
    found = session.scalars(samples.order_by(QualitySample.id)).all()
    scores = _counting(session, [sample.id for sample in found])
    return [Scored(sample, scores.get(sample.id)) for sample in found]


def samples_of_agent(session: Session, agent_id: int, limit: int) -> list[Scored]:
    """What was marked of one agent's work, the latest first."""
    marked = select(QualityScore.sample_id).join(QualitySample).where(QualitySample.agent_id == agent_id)
    samples = select(QualitySample).where(QualitySample.id.in_(marked)).options(joinedload(QualitySample.case))
    found = session.scalars(samples.order_by(QualitySample.id.desc()).limit(limit)).all()
    scores = _counting(session, [sample.id for sample in found])
    return [Scored(sample, scores[sample.id]) for sample in found]


def scores_of(session: Session, sample_id: int) -> Sequence[QualityScore]:
    """Every score of a sample, the one that counts first."""
    return session.scalars(
        select(QualityScore).where(QualityScore.sample_id == sample_id).order_by(QualityScore.id.desc())
    ).all()


def _counting(session: Session, sample_ids: Sequence[int]) -> dict[int, QualityScore]:
    last = select(func.max(QualityScore.id)).where(QualityScore.sample_id.in_(sample_ids))
    scores = session.scalars(select(QualityScore).where(QualityScore.id.in_(last.group_by(QualityScore.sample_id))))
    return {score.sample_id: score for score in scores}


def agent_figures(session: Session, since: datetime, agent_id: int | None = None) -> list[AgentFigures]:
    """Each agent of whom something was drawn since then, by name."""
    draws = session.scalars(select(QualityDraw.id).where(QualityDraw.at >= since)).all()
    of_agent: dict[int, list[Scored]] = {}
    for scored in samples_of(session, draws, agent_id):
        of_agent.setdefault(scored.sample.agent_id, []).append(scored)
    return sorted((_figures(scored) for scored in of_agent.values()), key=lambda figures: figures.agent.name)


def _figures(scored: Sequence[Scored]) -> AgentFigures:
    marks = [one.score.marks for one in scored if one.score is not None]
    by_criterion: dict[str, list[int]] = {}
    for each in marks:
        for name, mark in each.items():
            by_criterion.setdefault(name, []).append(mark)
    return AgentFigures(
        agent=scored[0].sample.agent,
        drawn=len(scored),
        marked=len(marks),
        mean=sum(worth(each) for each in marks) / len(marks) if marks else None,
        by_criterion={name: sum(given) / len(given) for name, given in by_criterion.items()},
    )
