"""Voice comments: those that nobody has heard yet, and those heard; played to whoever may listen, which is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from flask import Response, redirect, render_template, request, send_file, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import recordings
from hotline.actions.audit import audit
from hotline.actions.own_cases import has_served, served
from hotline.console.access import LISTENERS, WORKERS, me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS, Words, why_refused
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.bounds import bounded
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import Attempt, Call, Case, Recording, ServiceRecord
from hotline.tables.contacts import RecordingState

PAGE_SIZE = 25


class Tab(StrEnum):
    """Which voice comments are listed: those to be heard, or those that somebody has heard."""

    DUE = "due"
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and whether another follows; how many are to be heard."""

    recordings: Sequence[Recording]
    number: int
    has_next: bool
    due: int


@blueprint.context_processor
def _known_to_templates() -> dict[str, Any]:
    def may_listen() -> bool:
        return me().role in LISTENERS

    return {"may_listen": may_listen}


@blueprint.get("/recordings")
@needs_role(*LISTENERS)
def voice_comments() -> str:
    """The list, by tab and page."""
    wanted = request.args.get("tab", Tab.DUE)
    return _page(Tab(wanted) if wanted in list(Tab) else Tab.DUE, max(1, request.args.get("page", 1, type=bounded)))


@blueprint.get("/recordings/<int:recording_id>.wav")
@needs_role(*LISTENERS)
def play(recording_id: int) -> Response | tuple[str, int]:
    """The sound, or a part of it; that this person listened is kept before they hear anything."""
    house, person = services(), me()
    with house.database.read() as session:
        recording = _heard_by_me(session, recording_id)
    is_kept = recording.state is RecordingState.KEPT and recording.file is not None
    sound = house.recordings.open(recording.file or "") if is_kept else None
    if sound is None:
        return render_template("console/no_sound.html", recording=recording), 404
    with house.database.write() as session:
        audit(session, person.name, "recording_played", house.now(), subject=f"recording:{recording_id}")
    return send_file(BytesIO(sound), mimetype="audio/wav", conditional=True)


def _heard_by_me(session: Session, recording_id: int) -> Recording:
    """Raises NotFound, also for what was said about whoever asks: a voice tells who rated them."""
    recording = session.get(Recording, recording_id)
    if recording is None:
        raise NotFound(f"recording {recording_id}")
    attempt = None if recording.attempt_id is None else session.get_one(Attempt, recording.attempt_id)
    record = recording.about if attempt is None else session.get_one(Case, attempt.case_id).record
    if record is not None and has_served(record, me()):
        raise NotFound(f"recording {recording_id}")
    return recording


@blueprint.post("/recordings/<int:recording_id>/heard")
@needs_role(*WORKERS)
def note_heard(recording_id: int) -> BaseResponse | tuple[str, int]:
    """Somebody has listened, and says what it is about if that is not known."""
    house, person = services(), me()
    note = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), house.policy.region)
    try:
        with house.database.write() as session:
            _heard_by_me(session, recording_id)
            recordings.note_heard(session, recording_id, person.name, note, house.now())
            subject, facts = f"recording:{recording_id}", {"note": note.strip()}
            audit(session, person.name, "recording_heard", house.now(), subject=subject, facts=facts)
    except BadInput:
        return _page(Tab.DUE, 1, faulty=recording_id, note=note), 400
    except Conflict as conflict:
        return _page(Tab.DUE, 1, refused=why_refused(conflict)), 409
    tell("已登记为听过。", "Kept as heard.")
    case_id = request.form.get("case_id", type=bounded)
    back = url_for("console.voice_comments") if case_id is None else url_for("console.case_page", case_id=case_id)
    return redirect(back, 303)


def _page(tab: Tab, number: int, faulty: int | None = None, note: str = "", refused: Words | None = None) -> str:
    """`faulty`: the comment whose `note`, as it was typed, is not enough; it is shown on top."""
    house = services()
    with house.database.read() as session:
        page = _list_page(session, tab, number, first=faulty)
    return render_template(
        "console/recordings.html",
        page=page,
        tab=tab,
        Tab=Tab,
        faulty=faulty,
        fault=FIELDS["heard_note"],
        note=note,
        refused=refused,
    )


def _list_page(session: Session, tab: Tab, number: int, first: int | None) -> Page:
    """To be heard: first what nobody knows the subject of, and of these the oldest. Heard: the last one first."""
    about = func.coalesce(Recording.record_id, Call.record_id)
    mine = select(ServiceRecord.id).where(ServiceRecord.id == about, served(me())).exists()
    listed = select(Recording).join(Call, Call.id == Recording.call_id).where(~mine)
    if tab is Tab.DUE:
        listed = listed.where(_is_due()).order_by(
            (Recording.id == (first or 0)).desc(), about.is_(None).desc(), Recording.created_at, Recording.id
        )
    else:
        listed = listed.where(Recording.heard_at.is_not(None)).order_by(Recording.heard_at.desc(), Recording.id.desc())
    found = session.scalars(listed.limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)).all()
    due = session.scalar(select(func.count()).select_from(Recording).where(_is_due())) or 0
    return Page(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE, due)


def _is_due() -> ColumnElement[bool]:
    """Of what was erased before anybody heard it, nothing is left to be heard."""
    return Recording.heard_at.is_(None) & (Recording.state != RecordingState.ERASED) & Recording.attempt_id.is_(None)
