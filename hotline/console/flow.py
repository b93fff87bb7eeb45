"""The survey by telephone: how far callers come and where they hang up, as a chart and in the picture of the flow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from flask import render_template, request, url_for

from hotline.actions.wording import script_in_use
from hotline.console.access import needs_role
from hotline.console.flow_words import FACTS, FUNNEL, LANGUAGES, WAYS
from hotline.console.room import blueprint
from hotline.console.words import Words
from hotline.flows import load_flow
from hotline.reports.diagram import CONDITIONS, KINDS, Arrow, Diagram, diagram_of
from hotline.reports.diagram_svg import draw
from hotline.reports.flow_words import said_at
from hotline.reports.flows import LONGEST, Chosen, Counts, FlowFigures, StepFigures, flow_figures, total
from hotline.rules.flow import Flow, Step
from hotline.rules.policy import Policy
from hotline.rules.script import Script
from hotline.services import services
from hotline.tables.contacts import Way
from hotline.tables.people import Role

_SHOWN = 14  # days, unless others are asked for
_EARLIEST, _LATEST = date(2000, 1, 1), date(9000, 1, 1)
_DARK = (0.02, 0.05, 0.15)  # shares of callers lost at a step, from which on it is shown darker


@dataclass(frozen=True, slots=True)
class Shown:
    """A step in the list below the picture. `leads`: by which keys, or without one, where to. `figures` are None where
    nobody is waited for; `dark`: 0 to 3, by the share of callers lost."""

    name: str
    step: Step
    said: tuple[tuple[str, str], ...]
    leads: tuple[tuple[str, Arrow, str], ...]
    figures: StepFigures | None
    dark: int


@blueprint.get("/flow")
@needs_role(Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)
def flow_page() -> str:
    """Fourteen days up to today, unless others are asked for."""
    house = services()
    name = house.policy.phone.flow
    flow, chosen = load_flow(name), _chosen()
    with house.database.read() as session:
        figures = flow_figures(session, flow, chosen)
        script = script_in_use(session, house.policy.phone.script)
    spoken = [language for language in flow.languages if language in script.languages]
    wanted = request.args.get("words", "")
    language = wanted if wanted in spoken else spoken[0]
    steps = [*_steps(flow, figures, script, house.policy, language)]
    return render_template(
        "console/flow.html",
        flow=flow,
        chosen=chosen,
        figures=figures,
        whole=figures.whole,
        funnel=[*_funnel(figures.whole)],
        by_way=_by_way(figures),
        steps=steps,
        picture=_picture(name, flow, steps),
        spoken={code: _link(chosen, code) for code in spoken},
        language=language,
        ways=WAYS,
        languages=LANGUAGES,
        kinds=KINDS,
        conditions=CONDITIONS,
        share=share,
    )


def _link(chosen: Chosen, words: str) -> str:
    """The same figures, with the words of that language."""
    return url_for(
        "console.flow_page",
        first=chosen.first,
        last=chosen.last,
        way=chosen.way,
        language=chosen.language,
        words=words,
        _anchor="steps-title",
    )


def _chosen() -> Chosen:
    house = services()
    today = house.now().astimezone(house.policy.zone).date()
    last = _day("last", today)
    first = min(_day("first", last - timedelta(days=_SHOWN - 1)), last)
    way, language = request.args.get("way", ""), request.args.get("language", "")
    return Chosen(
        first=max(first, last - timedelta(days=LONGEST - 1)),
        last=last,
        zone=house.policy.zone,
        way=Way(way) if way in set(Way) else None,
        language=language if language in LANGUAGES else None,
    )


def _day(name: str, otherwise: date) -> date:
    try:
        wanted = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return wanted if _EARLIEST < wanted < _LATEST else otherwise


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the chart: `part` of `of`, drawn against `most`."""

    words: Words
    part: int
    of: int
    of_words: Words
    most: int


def _funnel(counts: Counts) -> Iterator[Bar]:
    for (part, of), (words, of_words) in FUNNEL.items():
        yield Bar(words, getattr(counts, part), getattr(counts, of), of_words, counts.calls)


def _by_way(figures: FlowFigures) -> dict[Way, Counts]:
    sums = {way: total(counts for (own, _), counts in figures.by.items() if own is way) for way in Way}
    return {way: counts for way, counts in sums.items() if counts.calls}


def share(part: int, whole: int) -> str:
    """A share to one decimal place; a dash when there is nothing to share."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _steps(flow: Flow, figures: FlowFigures, script: Script, policy: Policy, language: str) -> Iterator[Shown]:
    facts = _facts(policy, language)
    diagram = _diagram(policy.phone.flow)
    counted = {each.name: each for each in figures.steps}
    for name, step in flow.steps.items():
        said = said_at(flow, name, language, script.words[language], facts)
        leads = tuple((line.says or "→", line.kind, line.target) for line in diagram.leading_from(name))
        own = counted.get(name)
        yield Shown(name, step, said, leads, own, 0 if own is None else _dark(own))


def _facts(policy: Policy, language: str) -> Mapping[str, str]:
    facts = {name: f"[{words.en}]" if language == "en" else f"〔{words.zh}〕" for name, words in FACTS.items()}
    signature = policy.signature.get(language, policy.signature[policy.languages[0]])
    return facts | {"signature": signature, "hotline": policy.hotline, "seconds": str(policy.phone.comment_seconds)}


def _dark(figures: StepFigures) -> int:
    lost = figures.hung_up / figures.reached if figures.reached else 0.0
    return sum(lost >= least for least in _DARK)


def _picture(name: str, flow: Flow, steps: list[Shown]) -> str:
    notes = {shown.name: (_note(shown.figures), shown.dark) for shown in steps if shown.figures is not None}
    said = {shown.name: "\n".join((shown.name, *(text for _, text in shown.said))) for shown in steps}
    title = f"{flow.title} {flow.id}"
    return draw(_diagram(name), title=title, said=said, notes=notes, href=lambda step: f"#step-{step}")


def _note(figures: StepFigures) -> str:
    return (
        f"到达 {figures.reached:,}，挂断 {share(figures.hung_up, figures.reached)}" if figures.reached else "无人到达"
    )


@cache
def _diagram(name: str) -> Diagram:
    """Laid out once for each flow: that takes longer than all the rest of the page."""
    return diagram_of(load_flow(name), has_figures=True)
