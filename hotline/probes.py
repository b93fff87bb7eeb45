"""What machines ask of the running product: alive, ready, and its figures for Prometheus."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from hotline.jobs import heartbeat
from hotline.migrations import is_current
from hotline.rules.casework import CaseState
from hotline.services import Services, services
from hotline.tables import Case, OutboxRow, Rating
from hotline.tables.plumbing import OutboxState

SCHEDULE_IS_LATE_AFTER = timedelta(seconds=60)

blueprint = Blueprint("probes", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    """Each part by name; 503 if one of them is not well."""
    parts = readiness(services())
    response = jsonify({"status": "ok" if all(parts.values()) else "not ready", "parts": parts})
    response.status_code = 200 if all(parts.values()) else 503
    return response


def readiness(house: Services) -> dict[str, bool]:
    """Is each of database, migrations, redis and schedule well?"""
    database, migrations = _database_is_well(house)
    redis, schedule = _redis_is_well(house)
    return {"database": database, "migrations": migrations, "redis": redis, "schedule": schedule}


def _database_is_well(house: Services) -> tuple[bool, bool]:
    try:
        with house.database.read() as session:
            session.execute(select(1))
            return True, is_current(session.connection())
    except SQLAlchemyError:
        return False, False


def _redis_is_well(house: Services) -> tuple[bool, bool]:
    try:
        age = heartbeat.age(house.redis, house.now())
    except (RedisError, OSError):
        return False, False
    return True, age is not None and age < SCHEDULE_IS_LATE_AFTER


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures read from the database, so that every web process tells the same. No personal data."""
    registry = CollectorRegistry()
    outbox = Gauge("hotline_outbox_rows", "Outbox rows that are not done", ["kind", "state"], registry=registry)
    oldest = Gauge("hotline_outbox_oldest_due_seconds", "Age of the oldest row that is due", registry=registry)
    cases = Gauge("hotline_cases_open", "Cases not closed", ["state"], registry=registry)
    ratings = Gauge("hotline_ratings", "Ratings by stars and state", ["stars", "state"], registry=registry)
    house = services()
    with house.database.read() as session:
        unfinished = OutboxRow.state != OutboxState.DONE
        for kind, state, count in session.execute(
            select(OutboxRow.kind, OutboxRow.state, func.count())
            .where(unfinished)
            .group_by(OutboxRow.kind, OutboxRow.state)
        ):
            outbox.labels(kind, state).set(count)
        first = session.scalar(
            select(func.min(OutboxRow.due_at)).where(OutboxRow.state.in_([OutboxState.PENDING, OutboxState.CLAIMED]))
        )
        oldest.set(0 if first is None else max(0.0, (house.now() - first).total_seconds()))
        for case_state, count in session.execute(
            select(Case.state, func.count()).where(Case.state != CaseState.CLOSED).group_by(Case.state)
        ):
            cases.labels(case_state).set(count)
        for stars, rating_state, count in session.execute(
            select(Rating.stars, Rating.state, func.count()).group_by(Rating.stars, Rating.state)
        ):
            ratings.labels(stars, rating_state).set(count)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
