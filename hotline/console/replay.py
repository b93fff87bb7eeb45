"""The texts of some days read again with today's parser: what would be read otherwise; each may go to a person."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.audit import audit
from hotline.actions.replay import SAID, Report, count_texts, is_flip, read_by_parser, reread, summed
from hotline.actions.replay import replay as read_again
from hotline.actions.reviews import add_review
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.text_words import FAULTS
from hotline.console.words import Words
from hotline.rules.bounds import bounded
from hotline.services import services
from hotline.tables import InboundText, ReviewItem
from hotline.tables.people import Role
from hotline.tables.replies import Why

MOST_TEXTS = 20_000
MOST_LISTED = 200
_USUAL = timedelta(days=29)


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last local day, as they were typed."""

    since: str
    until: str

    def moments(self) -> tuple[datetime, datetime] | None:
        """When they begin and end; None if they are no days, or the wrong way round."""
        zone = services().policy.zone
        try:
            first, last = date.fromisoformat(self.since), date.fromisoformat(self.until)
            begins = datetime.combine(first, time.min, zone)
            ends = datetime.combine(last + timedelta(days=1), time.min, zone)
        except (ValueError, OverflowError):
            return None
        return (begins, ends) if first.year > 1900 and first <= last and last.year < 9000 else None


@blueprint.get("/replay")
@needs_role(Role.ADMIN)
def replay() -> str:
    """The form: which days."""
    today = services().now().astimezone(services().policy.zone).date()
    return _page(Days(str(today - _USUAL), str(today)))


@blueprint.post("/replay")
@needs_role(Role.ADMIN)
def run_replay() -> str | tuple[str, int]:
    """Read the texts of those days again, at most MOST_TEXTS of them; nothing changes."""
    house, person = services(), me()
    days = Days(request.form.get("since", ""), request.form.get("until", ""))
    moments = days.moments()
    if moments is None:
        return _page(days, fault=FAULTS["days"]), 400
    with house.database.read() as session:
        there = count_texts(session, *moments)
        report = summed(read_again(session, *moments, house.vault.open, MOST_TEXTS))
    facts = {"since": days.since, "until": days.until, "texts": report.total, "changed": len(report.changed)}
    with house.database.write() as session:
        audit(session, person.name, "replies_replayed", house.now(), facts=facts)
    return _page(days, report=report, left_out=there - report.total)


@blueprint.post("/replay/review")
@needs_role(Role.ADMIN)
def review_replayed() -> BaseResponse | tuple[str, int]:
    """Put the ticked texts into the review list, where a person decides: those that are read otherwise now.

    Whatever was decided before stays.
    """
    house, person = services(), me()
    wanted = request.form.getlist("text", type=bounded)[:MOST_LISTED]
    if not wanted:
        days = Days(request.form.get("since", ""), request.form.get("until", ""))
        return _page(days, fault=FAULTS["texts"]), 400
    with house.database.write() as session:
        known = select(ReviewItem.text_id)
        chosen = select(InboundText).where(InboundText.id.in_(wanted), InboundText.id.not_in(known))
        found = session.scalars(chosen.where(*read_by_parser()).order_by(InboundText.id))
        texts = [text for text in found if not reread(text, house.vault.open).is_same]
        for text in texts:
            add_review(session, text, Why.REPLAY, house.now(), house.now())
        audit(session, person.name, "replies_to_review", house.now(), facts={"texts": [text.id for text in texts]})
    left = len(wanted) - len(texts)
    more = (f"，另有 {left} 条未列入：读法未变或已处理过", f"; {left} were not: read as before, or there already")
    more = more if left else ("", "")
    tell(f"{len(texts)} 条已列入待判读{more[0]}。", f"{len(texts)} put into the review list{more[1]}.")
    return redirect(url_for("console.replies"), 303)


def _page(days: Days, fault: Words | None = None, report: Report | None = None, left_out: int = 0) -> str:
    axis = [said for said in SAID if report and any(said in pair for pair in report.matrix)]
    return render_template(
        "console/replay.html",
        days=days,
        fault=fault,
        report=report,
        left_out=left_out,
        axis=axis,
        heat=_heat,
        most=MOST_TEXTS,
        listed=sorted(report.changed, key=lambda one: not one.flips)[:MOST_LISTED] if report else [],
    )


def _heat(report: Report, before: str, after: str) -> str:
    """How a cell of the matrix is coloured: the same, a flip, or another change, by its share of all changes."""
    count = report.matrix[before, after]
    if count == 0 or before == after:
        return "same" if count else "none"
    return "flip" if is_flip(before, after) else "much" if count * 5 >= len(report.changed) else "some"
