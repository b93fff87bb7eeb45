"""Files of evidence at the console: looked at, sealed and added to an appeal; downloaded by whoever may read them."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any, TypeVar

from flask import Response, current_app, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import case_evidence
from hotline.actions.case_evidence import SealedFile
from hotline.console import leases
from hotline.console.access import WORKERS, is_logged_in, me, needs_role
from hotline.console.case import show_case, show_refused
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS
from hotline.errors import BadInput, Conflict
from hotline.rules.evidence import LARGEST_FILE, MOST_FILES, clean_name, kind_of
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import Role

_LARGEST_FORM = MOST_FILES * LARGEST_FILE + 1024 * 1024  # the words beside the files, and what parts them
# Whatever it holds: it runs nothing, and belongs to no page of ours.
_SHUT_IN = "sandbox; default-src 'none'; frame-ancestors 'none'"

View = TypeVar("View", bound=Callable[..., Any])


def with_files(view: View) -> View:
    """To this view files may be sent, by whoever is logged in: its form may be larger than others."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def let_files_through() -> None:
    """To be called before anything reads the form."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False) and is_logged_in():
        request.max_content_length = _LARGEST_FORM


def posted_files() -> list[SealedFile]:
    """The files of the form, each sealed. Raises BadInput naming `files` for one that is not taken."""
    chosen = [file for file in request.files.getlist("files") if file.filename]
    if len(chosen) > MOST_FILES:
        raise BadInput("files", f"are more than {MOST_FILES}")
    return [_sealed(file) for file in chosen]


def _sealed(file: FileStorage) -> SealedFile:
    house = services()
    content = file.stream.read(LARGEST_FILE + 1)
    kind = kind_of(content)
    if len(content) > LARGEST_FILE or kind is None:
        raise BadInput("files", "one is too large, or of another kind")
    name = clean_name(file.filename or "", kind, house.policy.region)
    return SealedFile(name, kind, len(content), sha256(content).hexdigest(), house.vault.seal_bytes(content))


@blueprint.post("/cases/<int:case_id>/evidence")
@with_files
@needs_role(*WORKERS, Role.DEPARTMENT)
def add_evidence(case_id: int) -> BaseResponse | tuple[str, int]:
    """Files for the appeal that is open."""
    house, person = services(), me()
    try:
        token = leases.posted_token(case_id) if person.works_cases else None
        files = posted_files()
        with house.database.write() as session:
            user = session.get_one(User, person.id)
            case_evidence.add_evidence(session, case_id, user, token, files, house.now())
    except BadInput:
        return show_case(case_id, {"evidence-files": FIELDS["files"]}), 400
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    tell(f"工单 {case_id}：证据文件已保存。", f"Case {case_id}: the evidence is kept.")
    return redirect(url_for("console.case_page", case_id=case_id, _anchor="appeals"), 303)


@blueprint.get("/evidence/<int:file_id>")
@needs_role(Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN, Role.DEPARTMENT, Role.AUDITOR)
def download_evidence(file_id: int) -> Response | tuple[str, int]:
    """The file, to be saved and never shown as a page; that this person fetched it is kept before they have it."""
    house, person = services(), me()
    with house.database.write() as session:
        user = session.get_one(User, person.id)
        file = case_evidence.read_evidence(session, file_id, user, house.now())
        box = file.box
    if box is None:
        return render_template("console/evidence_erased.html", file=file), 404
    content = BytesIO(house.vault.open_bytes(box))
    response = send_file(content, mimetype=file.kind.media_type, as_attachment=True, download_name=file.name)
    response.headers["Content-Security-Policy"] = _SHUT_IN
    return response


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    """Refused before it was read: there is no form to show again."""
    return render_template("console/too_large.html", fault=FIELDS["files"]), 413
