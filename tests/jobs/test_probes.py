"""What machines ask of the product: alive, ready part by part, and figures without personal data."""

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from hotline.actions.audit import audit
from hotline.actions.audit_checks import last_check
from hotline.jobs import tasks
from hotline.migrations import migrate
from hotline.services import Services
from tests.cast import WANG, Feed, Twilio, on_sqlite
from tests.conftest import MovingClock


def parts_of(app: Flask) -> tuple[int, dict[str, bool]]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.get_json()["parts"]


def test_it_is_ready_when_every_part_is(
    app: Flask, house: Services, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "house", lambda: house)
    assert parts_of(app) == (503, {"database": True, "migrations": True, "redis": True, "schedule": False})
    tasks.sweep()
    assert parts_of(app) == (200, {"database": True, "migrations": True, "redis": True, "schedule": True})
    clock.move(seconds=61)  # the schedule has stopped
    assert parts_of(app)[1]["schedule"] is False


@on_sqlite
def test_one_part_of_the_sweep_that_fails_stops_no_other(house: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that nobody foresaw must not keep reminders, lost calls and the audit log waiting."""
    monkeypatch.setattr(tasks, "house", lambda: house)
    monkeypatch.setattr(tasks, "keep_deadlines", lambda _here: {}["what nobody foresaw"])
    with house.database.write() as session:
        audit(session, "admin", "user_added", house.now())
    with pytest.raises(ExceptionGroup, match="of the sweep"):
        tasks.sweep()
    with house.database.read() as session:
        check = last_check(session, ended=True)
    assert check is not None
    assert check.number == 1


def test_a_database_of_another_release_is_not_ready(app: Flask, database_url: str) -> None:
    migrate(database_url, "base")
    status, parts = parts_of(app)
    assert (status, parts["database"], parts["migrations"]) == (503, True, False)


@on_sqlite
def test_alive_asks_nobody(app: Flask) -> None:
    app.extensions["hotline"].database.engine.dispose()
    assert app.test_client().get("/healthz").get_json() == {"status": "ok"}


@on_sqlite
def test_the_figures_are_what_the_database_holds(app: Flask, feed: Feed, twilio: Twilio, clock: MovingClock) -> None:
    feed.transaction()
    twilio.text(WANG, "1")
    twilio.text(WANG, "5")
    clock.move(seconds=90)
    answer = app.test_client().get("/metrics")
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert figures["hotline_ratings", "1", "superseded"] == 1
    assert figures["hotline_ratings", "5", "active"] == 1
    assert figures["hotline_cases_open", "opened"] == 1
    assert figures["hotline_outbox_rows", "forward", "pending"] == 3
    assert figures["hotline_outbox_oldest_due_seconds",] == 90
    assert WANG.phone not in answer.text
