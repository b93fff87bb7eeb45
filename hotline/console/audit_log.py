"""The audit log, for administrators and auditors: by who, what, when and about which thing; exported; whole or not."""

from collections.abc import Iterator

from flask import Response, render_template, request
from werkzeug.datastructures import MultiDict

from hotline.actions.audit import audit
from hotline.actions.audit_checks import last_check
from hotline.chain import last_sealed
from hotline.console.access import me, needs_role
from hotline.console.people_words import AUDITED, BEYOND, BREAKS, SUBJECTS, about
from hotline.console.room import blueprint
from hotline.reports.audit_log import Wanted, audit_csv, entries, told
from hotline.rules.bounds import bounded, bounded_day
from hotline.rules.phones import mask_phones_in
from hotline.services import Services, services
from hotline.tables.people import Role

PAGE_SIZE = 50
_LONGEST = 64


@blueprint.get("/audit")
@needs_role(Role.ADMIN, Role.AUDITOR)
def audit_log() -> str:
    """One page of entries, the latest first, and whether the log was found whole."""
    house, wanted, before = services(), _wanted(request.args), request.args.get("before", type=bounded)
    with house.database.read() as session:
        found = entries(session, wanted, house.policy.zone, PAGE_SIZE + 1, before)
        check, head = last_check(session, ended=True), last_sealed(session)
    return render_template(
        "console/audit.html",
        rows=found[:PAGE_SIZE],
        has_older=len(found) > PAGE_SIZE,
        is_first=before is None,
        wanted=wanted,
        asked=wanted.facts,
        check=check,
        head=head,
        audited=AUDITED,
        beyond=BEYOND,
        breaks=BREAKS,
        subjects=SUBJECTS,
        about=about,
        told=told,
    )


@blueprint.post("/audit/export")
@needs_role(Role.ADMIN, Role.AUDITOR)
def export_audit_log() -> Response:
    """The same entries as a file; that it was asked for stands in the log as well."""
    house, person, wanted = services(), me(), _wanted(request.form)
    with house.database.write() as session:
        last = last_sealed(session).number
        audit(session, person.name, "audit_exported", house.now(), facts=wanted.facts)
    name = f"audit-{house.now().astimezone(house.policy.zone):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_csv(house, wanted, last), mimetype="text/csv", headers=headers)


def _csv(house: Services, wanted: Wanted, last: int) -> Iterator[str]:
    with house.database.read() as session:
        yield from audit_csv(session, wanted, house.policy.zone, last)


def _wanted(given: MultiDict[str, str]) -> Wanted:
    """What cannot be read is not asked for; a telephone number least of all."""
    region = services().policy.region
    kind = given.get("about", "")
    return Wanted(
        who=mask_phones_in(given.get("who", "").strip()[:_LONGEST], region),
        what=given.get("what", "")[:_LONGEST],
        about=kind if kind in SUBJECTS else "",
        about_id=given.get("about_id", type=bounded),
        since=given.get("since", type=bounded_day),
        until=given.get("until", type=bounded_day),
    )
