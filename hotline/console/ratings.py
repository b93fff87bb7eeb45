"""The ratings as the evaluation store holds them, newest first, and how the last thirty days' divide into levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions.own_cases import served
from hotline.actions.recordings import recordings_about
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint
from hotline.rules.bounds import bounded
from hotline.rules.scale import is_bad
from hotline.rules.script import Channel
from hotline.services import services
from hotline.tables import Rating, Recording, ServiceRecord, StoredRating
from hotline.tables.people import Role
from hotline.tables.service import RatingState

PAGE_SIZE = 50
FIGURES_OVER = timedelta(days=30)
_READERS = (Role.AGENT, Role.SUPERVISOR, Role.REVIEWER, Role.AUDITOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many active ratings there are of each number of stars (5 first)."""

    by_stars: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.by_stars.values())

    @property
    def good(self) -> int:
        return sum(count for stars, count in self.by_stars.items() if not is_bad(stars))

    def percent(self, count: int) -> str:
        """A share of the total to one decimal place; a dash when there is nothing to share."""
        return f"{100 * count / self.total:.1f}%" if self.total else "—"

    def length(self, stars: int, whole: int) -> int:
        """The bar of a level, when the longest one is `whole` long."""
        most = max(self.by_stars.values())
        return round(whole * self.by_stars[stars] / most) if most else 0


@blueprint.get("/ratings")
@needs_role(*_READERS)
def ratings() -> str:
    """One page of ratings, older than the position `before` if that is given."""
    house, before = services(), request.args.get("before", type=bounded)
    newest_first = select(StoredRating).order_by(StoredRating.position.desc()).limit(PAGE_SIZE + 1)
    if me().staff_no is not None:  # whoever was rated learns from no list who rated them
        rated = select(Rating.id).join(ServiceRecord, ServiceRecord.id == Rating.record_id)
        newest_first = newest_first.where(~rated.where(Rating.id == StoredRating.rating_id, served(me())).exists())
    if before is not None:
        newest_first = newest_first.where(StoredRating.position < before)
    with house.database.read() as session:
        found = session.scalars(newest_first).all()
        figures = _figures(session, house.now() - FIGURES_OVER)
        newest = _newest(session)
        spoken = _spoken(session, found[:PAGE_SIZE])
    return render_template(
        "console/ratings.html",
        rows=found[:PAGE_SIZE],
        has_older=len(found) > PAGE_SIZE,
        is_first=before is None,
        figures=figures,
        days=FIGURES_OVER.days,
        newest=newest,
        fresh=0,
        spoken=spoken,
        rated_at=lambda row: datetime.fromisoformat(row.document["rated_at"]),
    )


@blueprint.get("/ratings/news")
@needs_role(*_READERS)
def ratings_news() -> str | tuple[str, int]:
    """How many changes came after the position `after`; 204 while they are as many as the page was `told` of."""
    after, told = request.args.get("after", 0, type=bounded), request.args.get("told", 0, type=bounded)
    with services().database.read() as session:
        fresh = _newest(session) - after
    return ("", 204) if fresh == told else render_template("console/_ratings_news.html", fresh=fresh, newest=after)


def _newest(session: Session) -> int:
    return session.scalar(select(func.max(StoredRating.position))) or 0


def _spoken(session: Session, rows: Sequence[StoredRating]) -> Mapping[int, Sequence[Recording]]:
    """The voice comments beside the ratings that came by telephone: each with the last one of its record."""
    rated = select(Rating.record_id, func.max(Rating.id).label("last")).where(
        Rating.id.in_([row.rating_id for row in rows]), Rating.channel == Channel.PHONE
    )
    last = {row.record_id: row.last for row in session.execute(rated.group_by(Rating.record_id))}
    spoken: dict[int, list[Recording]] = {row.rating_id: [] for row in rows}
    for recording in recordings_about(session, last):
        record = recording.about
        assert record is not None
        spoken[last.get(record.id) or last[record.lead_id or 0]].append(recording)
    return spoken


def _figures(session: Session, since: datetime) -> Figures:
    """Of those that the store holds. What their documents say is not read, only an index of the ratings."""
    counted = (
        select(Rating.stars, func.count())
        .join(StoredRating, StoredRating.rating_id == Rating.id)
        .where(Rating.rated_at >= since, Rating.state == RatingState.ACTIVE)
        .group_by(Rating.stars)
    )
    return Figures(dict.fromkeys((5, 4, 3, 2, 1), 0) | {row[0]: row[1] for row in session.execute(counted)})
