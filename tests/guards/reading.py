"""What the guards read out of documents and deploy files: commands, settings, links, code spans."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from hotline.cli import hotline
from hotline.settings import Settings, SipSettings

ROOT = Path(__file__).resolve().parents[2]
FIELDS = [*Settings.model_fields.values(), *(SipSettings.model_fields[name] for name in SipSettings.__annotations__)]
SETTINGS = {str(field.validation_alias.choices[0]) for field in FIELDS}  # type: ignore[union-attr]
# Variables of the tools around the product, not of the product.
_OF_TOOLS = {"HOTLINE_IMAGE_TAG", "HOTLINE_PYTHON", "HOTLINE_TEST_BROWSER"}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND_ENDS = re.compile(r"\s(?:[|&;<>]|#\s|2>).*$")


def documents() -> list[Path]:
    """Every document of the project."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")]
    return sorted(path for path in found if path.is_file())


def without_fences(text: str) -> str:
    return _FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """What stands between `backticks`, outside code blocks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", without_fences(text))


def links(text: str) -> list[str]:
    """Where the relative links and pictures point, without their fragments."""
    found = re.findall(r"\]\(([^)\s]+)\)", without_fences(text)) + re.findall(r'(?:src|href|srcset)="([^"]+)"', text)
    return [link.partition("#")[0] for link in found if not re.match(r"[a-z]+:|#", link)]


def shell_commands(text: str) -> Iterator[list[str]]:
    """Each `hotline …` command of the document's shell blocks, as arguments after `hotline`."""
    for language, block in _FENCE.findall(text):
        if language == "sh":
            for line in block.replace("\\\n", " ").splitlines():
                for part in re.split(r"\|(?!\|)|&&|;", line):
                    if found := re.search(r"(?:^|[\s/])hotline\s+([a-z].*)$", part):
                        yield shlex.split(_COMMAND_ENDS.sub("", found.group(1)))


def check_command(arguments: list[str]) -> None:
    """Parse the arguments as the command itself would. Raises click.ClickException."""
    context = click.Context(hotline, info_name="hotline")
    command: click.Command = hotline
    while isinstance(command, click.Group):
        name, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
    command.parse_args(context, list(arguments))


def strange_variables(text: str) -> set[str]:
    """Names that look like settings, and are not."""
    named = set(re.findall(r"\b(?:HOTLINE|TWILIO)_[A-Z_]*[A-Z]\b", text))
    return {name for name in named if name.removesuffix("_FILE") not in SETTINGS | _OF_TOOLS | {"NAME"}}


def subcommands(group: click.Group) -> dict[str, click.Command]:
    """The commands of a group, imported."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}
