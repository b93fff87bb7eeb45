"""Voice comments: each kept once, its case told, found by its record, heard by one person, with a note if need be."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.actions import recordings
from hotline.errors import BadInput, Conflict, NotFound
from hotline.services import Services
from hotline.tables import Call, CaseEvent, OutboxRow, Recording, ServiceRecord
from hotline.tables.contacts import RecordingState
from tests.cast import Feed, Twilio, all_of, at_once, on_sqlite, only, open_bad_case
from tests.voices import leave, received, ring, settle

LEFT = "voice_comment"


def about(house: Services, *record_ids: int) -> list[int]:
    with house.database.read() as session:
        return [recording.id for recording in recordings.recordings_about(session, record_ids)]


def hear(house: Services, recording_id: int, note: str = "", name: str = "周倩") -> None:
    with house.database.write() as session:
        recordings.note_heard(session, recording_id, name, note, house.now())


def test_a_comment_is_kept_once_and_its_agent_is_told_once(house: Services, feed: Feed, twilio: Twilio) -> None:
    case = open_bad_case(twilio, feed)
    call_id, what = ring(house, case.record_id), received()
    assert len({*at_once(4, lambda _: leave(house, call_id, what)), leave(house, call_id, what)}) == 1
    recording = only(house, Recording)
    assert (recording.state, recording.turn, recording.seconds) == ("waiting", 3, 7)
    assert (recording.record_id, recording.call_id) == (case.record_id, call_id)
    row = only(house, OutboxRow, kind="recording")
    assert (row.payload, row.due_at) == ({"recording_id": recording.id}, house.now())
    event = only(house, CaseEvent, case_id=case.id, kind=LEFT)
    assert (event.actor, event.facts) == ("citizen", {"recording": recording.id})


def test_a_comment_about_a_good_rating_or_nothing_known_is_kept_without_a_case(house: Services, feed: Feed) -> None:
    leave(house, ring(house, feed.transaction()))
    leave(house, ring(house))
    assert [recording.record_id is None for recording in all_of(house, Recording)] == [False, True]
    assert all_of(house, CaseEvent) == []


def test_comments_are_found_by_their_record_by_their_calls_and_by_their_batch(house: Services, feed: Feed) -> None:
    lead, other, member = (feed.transaction(f"JL-000{number}") for number in range(3))
    with house.database.write() as session:
        session.get_one(ServiceRecord, member).lead_id = lead
    of_lead, of_other, of_member = (leave(house, ring(house, record_id)) for record_id in (lead, other, member))
    call_id = ring(house)
    unknown = leave(house, call_id)
    assert (about(house, lead), about(house, other)) == ([of_member, of_lead], [of_other])
    with house.database.write() as session:
        session.get_one(Call, call_id).record_id = other  # it became clear only after the comment
    assert about(house, other) == [unknown, of_other]
    assert about(house, lead, other) == [unknown, of_member, of_other, of_lead]
    assert about(house, member) == [of_member]
    with house.database.read() as session:
        found = session.scalars(select(Recording).where(Recording.id == unknown)).one().about
        assert found is not None
        assert found.id == other


def test_a_batch_has_its_comments_in_the_case_of_its_lead(house: Services, feed: Feed, twilio: Twilio) -> None:
    case = open_bad_case(twilio, feed)
    member = feed.transaction("JL20261123-0099")
    with house.database.write() as session:
        session.get_one(ServiceRecord, member).lead_id = case.record_id
    leave(house, ring(house, member))
    assert only(house, CaseEvent, kind=LEFT).case_id == case.id


def test_what_nobody_knows_the_subject_of_is_heard_with_a_note(house: Services, feed: Feed) -> None:
    known, unknown = leave(house, ring(house, feed.transaction())), leave(house, ring(house))
    for recording_id in (known, unknown):
        settle(house, recording_id, RecordingState.KEPT)
    hear(house, known)
    for missing in ("", " \n", "\u200b"):
        with pytest.raises(BadInput, match="note"):
            hear(house, unknown, missing)
    with pytest.raises(BadInput, match="longer"):
        hear(house, unknown, "长" * 2001)
    hear(house, unknown, " 询问社保卡进度，已转办。\n")
    first, second = all_of(house, Recording)
    assert (first.heard_by, first.heard_at, first.note) == ("周倩", house.now(), None)
    assert second.note == "询问社保卡进度，已转办。"


def test_what_could_not_be_fetched_is_settled_with_a_note_too(house: Services, feed: Feed) -> None:
    lost = leave(house, ring(house, feed.transaction()))
    settle(house, lost, RecordingState.FAILED)
    with pytest.raises(BadInput, match="note"):
        hear(house, lost)
    hear(house, lost, "已致电询问。")
    assert only(house, Recording).error_code == "http_404"


def test_of_two_who_have_heard_it_the_first_stands(house: Services) -> None:
    recording_id = leave(house, ring(house))
    settle(house, recording_id, RecordingState.KEPT)

    def one(number: int) -> str:
        try:
            hear(house, recording_id, f"{number}", f"{number}")
        except Conflict as conflict:
            return conflict.code
        return "heard"

    assert sorted(at_once(3, one)) == ["heard", "recording_heard", "recording_heard"]
    heard = only(house, Recording)
    assert heard.note == heard.heard_by


def test_a_comment_that_is_not_there_is_not_found(house: Services) -> None:
    with pytest.raises(NotFound):
        hear(house, 77, "…")


def test_only_the_old_is_erased_and_never_what_is_still_waited_for(house: Services) -> None:
    ids = [leave(house, ring(house)) for _ in range(3)]
    settle(house, ids[0], RecordingState.KEPT)
    settle(house, ids[1], RecordingState.FAILED)

    def old(days: int) -> list[int]:
        with house.database.read() as session:
            now = house.now() + timedelta(days=days)
            return [each.id for each in recordings.recordings_to_erase(session, house.policy, 10, now)]

    assert (old(179), old(180)) == ([], ids[:2])
    phone = house.policy.phone.model_copy(update={"recordings_days": 0})
    object.__setattr__(house, "policy", house.policy.model_copy(update={"phone": phone}))
    assert old(9999) == []


@on_sqlite
def test_states_only_move_forward(house: Services) -> None:
    """What a worker says that was overtaken changes nothing."""
    recording_id = leave(house, ring(house))
    settle(house, recording_id, RecordingState.KEPT)
    with house.database.write() as session:
        recordings.recording_lost(session, recording_id, "http_404")
        assert session.get_one(Recording, recording_id).state is RecordingState.KEPT
        recordings.recording_erased(session, recording_id, house.now())
        recordings.recording_fetched(session, recording_id, house.now())
        assert recordings.begin_fetch(session, recording_id).state is RecordingState.ERASED
    assert only(house, Recording).file is None
