"""`hotline prompts`: the sentences of the telephone made into sound beforehand, or listed for an actor to record."""

import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hotline.actions.wording import script_in_use, script_of_row, version_of
from hotline.database import Database
from hotline.errors import BadInput, SettingsError
from hotline.flows import load_flow
from hotline.policies import load_policy
from hotline.prompts.espeak import EspeakVoice
from hotline.prompts.folder import PromptFolder
from hotline.prompts.render import Outcome, Rendering, render
from hotline.prompts.voices import RecordedVoice, Voice
from hotline.prompts.wanted import Menu, Prompt, left_to_carrier, manifest, prompts_of
from hotline.reports.spreadsheet import csv_lines
from hotline.rules.policy import Policy
from hotline.rules.script import Script
from hotline.settings import load_database_settings

_WIDTH = 120  # of a log that is no terminal

_languages = click.option(
    "--language", "languages", multiple=True, help="Only this language, such as zh-CN; may be given more than once."
)
_version = click.option(
    "--version", type=click.IntRange(min=101), help="A version of the wording that is not in use yet, by its number."
)
_slow = click.option("--slow", is_flag=True, help="As elder mode speaks, too: slowly.")


@click.group()
def prompts() -> None:
    """Sentences of the telephone as sound."""


@prompts.command("render")
@click.option(
    "--voice",
    "voices",
    multiple=True,
    default=("espeak",),
    show_default=True,
    help="espeak, or the folder of an actor's recordings; given more than once, the first that can speaks a sentence.",
)
@_languages
@_version
@_slow
def render_prompts(voices: tuple[str, ...], languages: tuple[str, ...], version: int | None, slow: bool) -> None:
    """Make every sentence that is the same in all calls into a sound file in HOTLINE_PROMPTS; exit 1 if one fails."""
    folder = _folder()
    if folder is None:
        raise SettingsError("HOTLINE_PROMPTS: is missing: the folder for the sound files")
    speaking = [_voice(name) for name in voices]
    menu = _menu(version)
    chosen = _chosen(menu.policy, languages)
    wanted = prompts_of(menu, chosen, slow=slow)
    columns = TextColumn("录音 Rendering"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        made = list(progress.track(render(wanted, speaking, folder), total=len(wanted)))
    left = len({name for language in chosen for name in left_to_carrier(menu, language)})
    _print_summary(made, left, Console(width=_WIDTH if not sys.stdout.isatty() else None))
    sys.exit(1 if any(one.outcome is Outcome.FAILED for one in made) else 0)


def _folder() -> PromptFolder | None:
    path = load_database_settings().prompts
    return None if path is None else PromptFolder(path)


def _voice(name: str) -> Voice:
    return EspeakVoice() if name == EspeakVoice.name else RecordedVoice(Path(name))


def _menu(version: int | None) -> Menu:
    """What the telephone says: with the wording that is in use, or the one of that number."""
    settings = load_database_settings()
    policy = load_policy(settings.policy)
    return Menu(_script(Database(settings.database_url), policy, version), load_flow(policy.phone.flow), policy)


def _script(database: Database, policy: Policy, version: int | None) -> Script:
    with database.read() as session:
        if version is None:
            return script_in_use(session, policy.phone.script)
        try:
            return script_of_row(version_of(session, policy.phone.script, version))
        except ValueError:
            raise BadInput("--version", f"{policy.phone.script}@{version} still has faults") from None


def _chosen(policy: Policy, languages: tuple[str, ...]) -> tuple[str, ...]:
    if strange := set(languages) - set(policy.spoken_languages):
        raise click.BadParameter(
            f"{', '.join(sorted(strange))}: the policy has {', '.join(policy.spoken_languages)}",
            param_hint="--language",
        )
    return tuple(language for language in policy.spoken_languages if not languages or language in languages)


def _print_summary(made: list[Rendering], left: int, screen: Console) -> None:
    table = Table("语言 Language", "声音 Voice", "新录 Rendered", "已有 Kept", title="语音 Prompts")
    counts = Counter((one.prompt.language, one.voice, one.outcome) for one in made)
    for language, voice in dict.fromkeys((one.prompt.language, one.voice) for one in made if one.voice):
        table.add_row(
            language, voice, *(str(counts[language, voice, kind]) for kind in (Outcome.RENDERED, Outcome.KEPT))
        )
    screen.print(table)
    failed = [one for one in made if one.outcome is Outcome.FAILED]
    if failed:
        faults = Table("语言 Language", "句子 Sentence", "原因 Reason", title="未能录制 Could not")
        for one in failed:
            faults.add_row(one.prompt.language, one.prompt.file_name, escape(one.reason))
        screen.print(faults, style="red")
    done = Counter(one.outcome for one in made)
    screen.print(
        f"{done[Outcome.RENDERED]} rendered, {done[Outcome.KEPT]} kept, {len(failed)} failed; "
        f"{left} sentences hold facts of the call: the carrier's voice says them"
    )


@prompts.command("list")
@_languages
@_version
@_slow
@click.option("--csv", "as_csv", is_flag=True, help="As a CSV file for a spreadsheet: what an actor reads from.")
@click.option("--manifest", "as_manifest", is_flag=True, help="As the voice.toml that goes with an actor's files.")
def list_prompts(languages: tuple[str, ...], version: int | None, slow: bool, as_csv: bool, as_manifest: bool) -> None:
    """Show every sentence that can be sound, and whether it is played already."""
    folder = _folder()
    menu = _menu(version)
    wanted = prompts_of(menu, _chosen(menu.policy, languages), slow=slow)
    if as_manifest:
        click.echo("\n".join(manifest(wanted)))
    elif as_csv:
        rows = [(prompt.file_name, prompt.language, "慢 slow" if prompt.slow else "", prompt.text) for prompt in wanted]
        header = ("文件 file", "语言 language", "语速 pace", "内容 text")
        click.echo("".join(csv_lines(header, rows)), nl=False)
    else:
        _print_list(wanted, folder, Console(width=_WIDTH if not sys.stdout.isatty() else None))


def _print_list(wanted: list[Prompt], folder: PromptFolder | None, screen: Console) -> None:
    table = Table("文件 File", "播放 Played", "内容 Text", title="语音 Prompts")
    for prompt in wanted:
        is_there = folder is not None and folder.find(prompt.language, prompt.slow, prompt.text) is not None
        table.add_row(prompt.file_name, "✓" if is_there else "–", escape(prompt.text))
    screen.print(table)
