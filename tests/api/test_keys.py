"""Keys of the API: known by their digest, good for their scopes, worth nothing once revoked."""

import hashlib

import pytest
from flask import Flask

from hotline.services import Services
from hotline.tables import ApiKey
from hotline.tables.people import Scope
from tests.cast import Feed, make_feed, on_sqlite, only, row_counts, transaction

pytestmark = on_sqlite


def test_only_the_digest_of_a_key_is_kept(house: Services, feed: Feed) -> None:
    kept = only(house, ApiKey)
    assert len(feed.key) > 40
    assert kept.digest == hashlib.sha256(feed.key.encode()).hexdigest()
    assert feed.key not in str(vars(kept))


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {key}", "{key}", "Bearer {key}x", "Bearer \xff"]
)
def test_without_a_good_key_it_is_401_and_nothing_is_stored(header: str | None, app: Flask, feed: Feed) -> None:
    house: Services = app.extensions["hotline"]
    before = row_counts(house)
    headers = {} if header is None else {"Authorization": header.format(key=feed.key)}
    for answer in (
        app.test_client().post("/api/v1/transactions", json=transaction(), headers=headers),
        app.test_client().post("/api/v1/calls", json={}, headers=headers),
        app.test_client().get("/api/v1/ratings", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.get_json()["error"] == "unauthorized"
    assert row_counts(house) == before


def test_a_key_is_good_for_its_scopes_only(app: Flask, house: Services) -> None:
    writer, reader = make_feed(app, Scope.INTAKE), make_feed(app, Scope.RATINGS)
    before = row_counts(house)
    assert reader.post("/api/v1/transactions", transaction()).status_code == 403
    assert reader.post("/api/v1/calls", {}).status_code == 403
    assert writer.get("/api/v1/ratings").status_code == 403
    assert row_counts(house) == before
    assert reader.get("/api/v1/ratings").status_code == 200
    assert writer.post("/api/v1/transactions", transaction()).status_code == 202


def test_a_revoked_key_opens_nothing(house: Services, feed: Feed) -> None:
    with house.database.write() as session:
        session.get_one(ApiKey, only(house, ApiKey).id).revoked_at = house.now()
    assert feed.get("/api/v1/ratings").status_code == 401


def test_the_word_bearer_may_be_written_as_people_write_it(app: Flask, feed: Feed) -> None:
    answer = app.test_client().get("/api/v1/ratings", headers={"Authorization": f"bearer  {feed.key}"})
    assert answer.status_code == 200
