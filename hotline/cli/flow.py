"""`hotline flow`: a survey by telephone checked, shown step by step, or drawn as a picture."""

import sys
from importlib.resources import files
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hotline.errors import BadInput, SettingsError
from hotline.flows import read_flow
from hotline.policies import load_policy
from hotline.reports.diagram import KINDS, Diagram, Shape, diagram_of
from hotline.reports.diagram_svg import draw
from hotline.reports.flow_words import said_at
from hotline.rules.flow import Flow
from hotline.rules.flow_faults import faults
from hotline.settings import load_database_settings

_WIDTH = 120  # of a log that is no terminal
_STYLES = ("base.css", "diagram.css")


@click.command()
@click.argument("name", required=False)
@click.option("--check", is_flag=True, help="Say only whether it can be used.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw it into this file.")
def flow(name: str | None, check: bool, svg: Path | None) -> None:
    """Check the flow NAME, or the file of that name (the policy's own unless given), and show its steps; exit 1 with
    every fault if it cannot be used."""
    name = name or load_policy(load_database_settings().policy).phone.flow
    found = _checked(name)
    diagram = diagram_of(found)
    if svg is not None:
        _write(svg, found, diagram)
    if check:
        click.echo(f"{found.id}: {len(found.steps)} steps, {', '.join(found.languages)}: no faults")
    elif svg is None:
        _print_steps(found, diagram, Console(width=_WIDTH if not sys.stdout.isatty() else None))


def _checked(name: str) -> Flow:
    try:
        found = read_flow(name)
        wrong = faults(found)
    except SettingsError as error:
        wrong = [str(error)]
    if wrong:
        click.echo("\n".join(wrong), err=True)
        sys.exit(1)
    return found


def _write(path: Path, found: Flow, diagram: Diagram) -> None:
    language = found.languages[0]
    said = {
        name: "\n".join((name, *(text for _, text in said_at(found, name, language, {}, {})))) for name in found.steps
    }
    static = files("hotline") / "console" / "static"
    style = "\n".join((static / sheet).read_text(encoding="utf-8") for sheet in _STYLES)
    try:
        path.write_text(draw(diagram, title=f"{found.title} {found.id}", said=said, style=style), encoding="utf-8")
    except OSError as error:
        raise BadInput("--svg", str(error)) from None
    click.echo(f"{path}: {found.id} drawn", err=True)


def _print_steps(found: Flow, diagram: Diagram, screen: Console) -> None:
    table = Table("步骤 Step", "名称 Title", "类型 Kind", "按键与去向 Keys, and where they lead", title=found.id)
    for box in diagram.boxes:
        if box.shape not in (Shape.STEP, Shape.END):
            continue
        leads = ", ".join(
            f"{line.says or '→'} {line.target.partition(' ')[0]}" for line in diagram.leading_from(box.name)
        )
        table.add_row(box.name, escape(box.title), " ".join(KINDS[found.steps[box.name].kind]), escape(leads))
    screen.print(table)
