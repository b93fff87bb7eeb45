"""`hotline parse`: what a reply would be understood as."""

import json
import sys

import click

from hotline.rules.replies import parse as parse_reply
from hotline.rules.scale import Scale


@click.command()
@click.argument("text")
@click.option("--scale", type=click.Choice([str(s) for s in Scale]), default=str(Scale.STAR_5_BEST), show_default=True)
def parse(text: str, scale: str) -> None:
    """Print what the reply TEXT would be understood as, as one JSON line. With `-`, read one JSON string a line."""
    if text != "-":
        click.echo(_understood(text, Scale(scale)))
        return
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            click.echo(_understood(_json_string(line, number), Scale(scale)))


def _understood(text: str, scale: Scale) -> str:
    reply = parse_reply(text, scale)
    shown = {"action": reply.action, "stars": reply.stars, "comment": reply.comment, "rule": reply.rule}
    return json.dumps(shown, ensure_ascii=False)


def _json_string(line: str, number: int) -> str:
    try:
        text = json.loads(line)
    except json.JSONDecodeError:
        text = None
    if not isinstance(text, str):
        raise click.ClickException(f"line {number} of the input is not a JSON string")
    return text
