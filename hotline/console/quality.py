"""Quality samples: drawn by lot, heard and read, marked; each agent sees what was said of their own work."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import quality
from hotline.actions.recordings import recordings_about
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.board import SUPERVISION
from hotline.console.room import blueprint, tell
from hotline.console.search import agents_to_choose
from hotline.console.words import Words, why_refused
from hotline.console.worklist import may_see
from hotline.errors import BadInput, Conflict, NotFound
from hotline.reports import quality as report
from hotline.rules.bounds import bounded, bounded_day
from hotline.rules.phones import mask_phones_in
from hotline.rules.quality import LARGEST_DRAW
from hotline.services import services
from hotline.tables import CaseEvent, QualitySample, User
from hotline.tables.people import Role

FIGURES_OVER = timedelta(days=90)
_MARKERS = (Role.SUPERVISOR, Role.ADMIN)
_MOST_OWN = 25
_FAULTS: Mapping[str, Words] = {
    "days": Words(
        "请填写起止日期，最多 92 天，且期间有坐席办结的工单。",
        "Enter a first and a last day, at most 92 days, in which an agent closed a case.",
    ),
    "wanted": Words(f"请填写 1 到 {LARGEST_DRAW}。", f"Enter 1 to {LARGEST_DRAW}."),
    "note": Words("说明最多 2000 字。", "A note has at most 2,000 characters."),
    "marks": Words("请为每一项评分。", "Give a mark to each."),
}


@blueprint.get("/quality")
@needs_role(*WORKERS, Role.AUDITOR)
def quality_page() -> str:
    """Supervisors and auditors: figures of each agent, and the draws. Agents: their own results alone."""
    return _page()


@blueprint.post("/quality/draw")
@needs_role(*_MARKERS)
def draw_quality() -> BaseResponse | tuple[str, int]:
    """Draw: nobody picks."""
    house, form = services(), request.form
    try:
        first, last = bounded_day(form.get("first", "")), bounded_day(form.get("last", ""))
        wanted, agent_id = form.get("wanted", 0, type=bounded), form.get("agent", type=bounded)
        with house.database.write() as session:
            by = session.get_one(User, me().id)
            row = quality.draw_samples(session, by, agent_id, first, last, wanted, house.policy, house.now())
            drawn = min(row.wanted, row.population)
    except ValueError:
        return _page({"days": _FAULTS["days"]}), 400
    except BadInput as fault:
        return _page({fault.field: _FAULTS[fault.field]}), 400
    tell(f"已从 {row.population} 件中抽取 {drawn} 件。", f"{drawn} of {row.population} cases were drawn.")
    return redirect(url_for("console.quality_page", _anchor=f"draw-{row.id}"), 303)


@blueprint.get("/quality/samples/<int:sample_id>")
@needs_role(*WORKERS, Role.AUDITOR)
def quality_sample(sample_id: int) -> str:
    """One sample with the case's history and voices; an agent sees their own alone."""
    return _sample_page(sample_id)


@blueprint.post("/quality/samples/<int:sample_id>")
@needs_role(*_MARKERS)
def score_sample(sample_id: int) -> BaseResponse | tuple[str, int]:
    """Mark it; whoever did the work may not."""
    house = services()
    note = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), house.policy.region)
    marks = {name: request.form.get(f"mark-{name}", type=bounded) for name in _criteria()}
    try:
        with house.database.write() as session:
            quality.score(session, sample_id, session.get_one(User, me().id), marks, note, house.policy, house.now())
    except BadInput as fault:
        name = "note" if fault.field == "note" else "marks"
        return _sample_page(sample_id, {name: _FAULTS[name]}), 400
    except Conflict as conflict:
        return _sample_page(sample_id, {"marks": why_refused(conflict)}), 409
    tell("评分已登记。", "The score is kept.")
    return redirect(url_for("console.quality_page"), 303)


def _criteria() -> dict[str, Words]:
    return {one.name: Words(one.zh, one.en) for one in services().policy.casework.quality}


def _page(faults: dict[str, Words] | None = None) -> str:
    house, person = services(), me()
    if person.role not in SUPERVISION:
        return _own_page()
    with house.database.read() as session:
        draws = report.latest_draws(session)
        samples = report.samples_of(session, [one.id for one in draws])
        shown: dict[str, Any] = {
            "draws": [(one, [each for each in samples if each.sample.draw_id == one.id]) for one in draws],
            "figures": report.agent_figures(session, house.now() - FIGURES_OVER),
            "agents": agents_to_choose(session),
        }
    today = house.now().astimezone(house.policy.zone).date()
    typed = {"first": (today - timedelta(days=7)).isoformat(), "last": today.isoformat(), "wanted": "10"}
    return render_template(
        "console/quality.html",
        criteria=_criteria(),
        days=FIGURES_OVER.days,
        faults=faults or {},
        typed=typed | request.form.to_dict(),
        may_mark=person.role in _MARKERS,
        largest=LARGEST_DRAW,
        **shown,
    )


def _own_page() -> str:
    house, person = services(), me()
    with house.database.read() as session:
        figures = report.agent_figures(session, house.now() - FIGURES_OVER, person.id)
        scored = report.samples_of_agent(session, person.id, _MOST_OWN)
    shown = {"criteria": _criteria(), "days": FIGURES_OVER.days, "figures": figures, "scored": scored}
    return render_template("console/quality_own.html", **shown)


def _sample_page(sample_id: int, faults: dict[str, Words] | None = None) -> str:
    house, person = services(), me()
    with house.database.read() as session:
        sample = session.get(QualitySample, sample_id)
        scores = report.scores_of(session, sample_id)
        is_own = sample is not None and sample.agent_id == person.id and bool(scores)
        if sample is None or not (person.role in SUPERVISION or is_own) or not may_see(session, person, sample.case):
            raise NotFound(f"sample {sample_id}")
        history = select(CaseEvent).where(CaseEvent.case_id == sample.case_id).order_by(CaseEvent.id.desc()).limit(100)
        shown = {
            "sample": sample,
            "case": sample.case,
            "scores": scores,
            "file": {
                "events": session.scalars(history).all(),
                "recordings": recordings_about(session, [sample.case.record_id]),
            },
        }
    return render_template(
        "console/quality_sample.html",
        criteria=_criteria(),
        faults=faults or {},
        typed=request.form,
        may_mark=person.role in _MARKERS and sample.agent_id != person.id,
        **shown,
    )
