"""The embedded evaluation store: each version once, the newest kept, read in the order things changed."""

from itertools import permutations
from typing import Any

import pytest

from hotline.evaluation import Delivered, EmbeddedStore
from hotline.evaluation.sql import read_page
from hotline.services import Services
from hotline.tables import StoredRating
from tests.cast import WANG, Feed, Twilio, all_of, at_once, on_sqlite


@pytest.fixture
def store(house: Services, feed: Feed, twilio: Twilio) -> EmbeddedStore:
    """A store beside three ratings that exist."""
    for number in ("JL-0001", "JL-0002", "JL-0003"):
        feed.transaction(number)
        twilio.text(WANG, "4")
    return EmbeddedStore(house.database)


def document(rating_id: int, version: int = 1) -> dict[str, Any]:
    return {"id": rating_id, "version": version, "stars": 4, "state": "active" if version == 1 else "superseded"}


@on_sqlite
@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_an_older_version_never_replaces_a_newer_one(
    order: tuple[int, ...], house: Services, store: EmbeddedStore
) -> None:
    for version in order:
        assert store.deliver([document(1, version)], f"batch {version}", house.now()) == Delivered()
    (kept,) = all_of(house, StoredRating)
    assert (kept.version, kept.document) == (3, document(1, 3))


def test_versions_in_one_batch_end_with_the_newest(house: Services, store: EmbeddedStore) -> None:
    store.deliver([document(1, 2), document(2), document(1, 1)], "batch", house.now())
    assert {row.rating_id: row.version for row in all_of(house, StoredRating)} == {1: 2, 2: 1}


def test_the_same_batch_again_changes_nothing_a_reader_sees(house: Services, store: EmbeddedStore) -> None:
    documents = [document(1), document(2), document(3)]
    for _ in range(2):
        store.deliver(documents, "batch", house.now())
    with house.database.read() as session:
        page = read_page(session, 0, 100)
        assert page.documents == documents
        assert read_page(session, page.next or 0, 100).documents == []


def test_ten_writers_at_once_give_every_change_a_place_of_its_own(house: Services, store: EmbeddedStore) -> None:
    """A reader that goes by the cursor never misses one: positions are dense and in the order of the commits."""
    at_once(10, lambda n: store.deliver([document(1 + n % 3, 1 + n)], f"batch {n}", house.now()))
    rows = all_of(house, StoredRating)
    assert {row.rating_id: row.version for row in rows} == {1: 10, 2: 8, 3: 9}
    assert len({row.position for row in rows}) == 3
