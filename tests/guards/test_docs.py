"""The documents say what is true: each name, path, link, command, setting and example is held against the code."""

import http.server
import importlib
import json
import re
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from pydantic import BaseModel

from hotline.api.shapes import CallIn, CallRatingIn, RatingOut, TransactionIn
from hotline.cli import hotline
from hotline.evaluation import Delivered, HttpStore
from hotline.flows import load_flow
from hotline.migrations import configuration
from hotline.policies import load_policy, preset_names
from hotline.rules.casework import AttemptState, CaseState
from hotline.rules.flow import Choice, Condition, Does, Flow, Step, StepKind, Verb, Ways
from hotline.rules.policy import Policy
from hotline.rules.reply_wishes import Wish
from hotline.scripts import script_names
from hotline.tables import Base
from hotline.tables.contacts import CallState, RecordingState, TextState
from hotline.tables.people import Role, Scope
from hotline.tables.plumbing import OutboxState
from hotline.tables.service import InvitationState, RatingState
from tests.guards.reading import (
    FIELDS,
    ROOT,
    check_command,
    documents,
    links,
    shell_commands,
    spans,
    strange_variables,
    subcommands,
)

DOCUMENTS = documents()
# These speak of the code itself: every path and dotted name in them must exist.
OF_THE_CODE = [ROOT / name for name in ("ARCHITECTURE.md", "README.md", "README.zh-CN.md", "CONTRIBUTING.md")]
_PATH = re.compile(r"\.?[\w.*/-]+\.(?:py|toml|md|yaml|yml|lock|html|conf)|\.?[\w/-]+/")
_DOTTED = re.compile(r"[a-z_]+(?:\.[A-Za-z_]+)+")


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def exists(path: str) -> bool:
    """Anywhere a document may mean: from the root, or, as rooms are named, from the package."""
    return any((folder / path).exists() for folder in (ROOT, ROOT / "hotline"))


def resolves(dotted: str) -> bool:
    """Is it a module of the package, or something inside of one?"""
    parts = ["hotline", *dotted.removeprefix("hotline.").split(".")]
    for split in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            found = getattr(found, part, None)
        return found is not None and split > 1
    return False


@pytest.mark.parametrize("path", OF_THE_CODE, ids=name_of)
def test_every_path_and_name_of_the_code_in_a_document_exists(path: Path) -> None:
    mentioned = spans(read(path))
    assert [span for span in mentioned if _PATH.fullmatch(span) and not exists(span)] == []
    dotted = [span for span in mentioned if _DOTTED.fullmatch(span) and not _PATH.fullmatch(span)]
    assert [span for span in dotted if not resolves(span)] == []


def test_the_architecture_names_enough_of_the_code_to_be_worth_checking() -> None:
    mentioned = spans(read("ARCHITECTURE.md"))
    assert len({span for span in mentioned if _DOTTED.fullmatch(span) and resolves(span)}) >= 30


def test_the_architecture_names_every_room() -> None:
    package = ROOT / "hotline"
    rooms = {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()}
    assert rooms - {span.strip() for span in spans(read("ARCHITECTURE.md"))} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_and_picture_of_a_document_is_there(path: Path) -> None:
    assert [link for link in links(read(path)) if link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_document_names_no_file_of_the_package_that_is_gone(path: Path) -> None:
    mentioned = [span for span in spans(read(path)) if re.fullmatch(r"(?:hotline|tests|deploy|docs)/[\w./-]+", span)]
    assert [span for span in mentioned if not (ROOT / span).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_document_names_no_setting_that_does_not_exist(path: Path) -> None:
    assert strange_variables(read(path)) == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_in_a_document_is_a_real_one(path: Path) -> None:
    text = read(path)
    for command in shell_commands(text):
        check_command(command)
    for span in spans(text):
        if span.startswith("hotline ") and not re.search(r"[…{]", span):
            assert_known_words(span.split()[1:])


def assert_known_words(words: list[str]) -> None:
    """A mention in running text may leave arguments out, but its subcommands and options are real."""
    command: click.Command = hotline
    while isinstance(command, click.Group) and words:
        name, *words = words
        known = subcommands(command)
        assert name in known, f"hotline has no command {name}"
        command = known[name]
    options = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_make_target_in_a_document_is_a_real_one(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    in_blocks = re.findall(r"^\s*make ([a-z]+)", read(path), re.MULTILINE)
    in_text = [span.split()[1] for span in spans(read(path)) if re.match(r"make [a-z]+", span)]
    assert {*in_blocks, *in_text} <= targets


def test_the_settings_page_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", read("docs/reference/settings.md"), re.MULTILINE))
    wanted = {}
    for field in reversed(FIELDS):  # what the gateway needs, and others do not, has its default as for them
        default = "– (needed)" if field.is_required() else "–" if field.default is None else f"`{field.default}`"
        wanted[str(field.validation_alias.choices[0])] = default  # type: ignore[union-attr]
    assert rows == wanted


def test_the_commands_page_has_every_command_and_option() -> None:
    page = read("docs/reference/commands.md")
    for words, command in leaves(hotline, ["hotline"]):
        line = next((line for line in page.splitlines() if line.startswith(f"| `{' '.join(words)}")), None)
        assert line is not None, f"{' '.join(words)} is not there"
        section = "\n".join(row for row in page.splitlines() if row.startswith(f"| `{' '.join(words)}"))
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert any(f"`{option}" in section or f"{option}`" in section for option in parameter.opts), parameter


def leaves(group: click.Group, words: list[str]) -> Iterator[tuple[list[str], click.Command]]:
    for name, command in subcommands(group).items():
        if isinstance(command, click.Group):
            yield from leaves(command, [*words, name])
        else:
            yield [*words, name], command


def test_the_http_pages_have_every_route_for_machines(app: Flask) -> None:
    pages = read("docs/reference/http-api.md") + read("docs/reference/webhooks.md")
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/console") and not rule.endpoint.endswith("static") and rule.rule != "/":
            for method in rule.methods - {"HEAD", "OPTIONS"}:  # type: ignore[operator]
                assert f"| `{method} {re.sub('<int:', '<', rule.rule)}` |" in pages


def test_the_api_page_has_every_field_and_scope() -> None:
    page = read("docs/reference/http-api.md")
    rows = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    for field in {*TransactionIn.model_fields, *CallIn.model_fields, *CallRatingIn.model_fields}:
        assert f"`{field}`" in rows
    for scope in Scope:
        assert f"`{scope}`" in page


def test_the_rating_document_page_shows_a_real_one_and_explains_every_field() -> None:
    page = read("docs/reference/rating-document.md")
    example = json.loads(re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0])
    rating = RatingOut.model_validate(example)
    assert example.keys() == RatingOut.model_fields.keys()
    assert example["record"].keys() == rating.record.__class__.model_fields.keys()
    explained = page[page.index("| field |") :]
    for field in [*RatingOut.model_fields, "number", "kind"]:
        assert f"`{field}`" in explained


def test_the_policy_page_has_every_entry_preset_and_script() -> None:
    rows = re.findall(r"^\| (`.*?) \|", read("docs/reference/policy-file.md"), re.MULTILINE)
    named = set(re.findall(r"`([\w.]+)`", " ".join(rows)))
    assert policy_entries(Policy) - {"name"} <= named
    assert {*preset_names(), *script_names()} <= set(spans(read("docs/reference/policy-file.md")))


def policy_entries(section: type[BaseModel], prefix: str = "") -> set[str]:
    found = set()
    for name, field in section.model_fields.items():
        kind = field.annotation
        nested = isinstance(kind, type) and issubclass(kind, BaseModel) and "count" not in kind.model_fields
        found |= policy_entries(kind, f"{prefix}{name}.") if nested else {prefix + name}  # type: ignore[arg-type]
    return found


def test_the_policy_of_the_how_to_is_one_that_loads(tmp_path: Path) -> None:
    example = re.findall(r"^ *```toml\n(.*?)^ *```", read("docs/how-to/policy-file.md"), re.MULTILINE | re.DOTALL)[0]
    path = tmp_path / "moushi.toml"
    path.write_text(re.sub(r"^ {3}", "", example, flags=re.MULTILINE), encoding="utf-8")
    policy = load_policy(str(path))
    assert (policy.city, policy.phone.tries, policy.casework.first_contact.count) == ("某市", 2, 3)


@pytest.mark.parametrize("name", ["voice-menu.md", "voice-menu.zh-CN.md"])
def test_the_pages_of_the_voice_menu_have_every_entry_and_their_example_loads(name: str, tmp_path: Path) -> None:
    page = read(f"docs/how-to/{name}")
    for model in (Flow, Ways, Step, Choice):
        for entry in model.model_fields:
            assert f"`{entry}`" in page, f"{model.__name__}.{entry}"
    for word in (*StepKind, *Condition, *Verb, *Does, *Wish):
        assert f"`{word}`" in page, word
    shown = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    entries = {entry for model in (Flow, Ways, Step, Choice) for entry in model.model_fields}
    assert shown <= {"extends", *entries, *StepKind, *Condition, *Verb}
    example = tmp_path / "city.toml"
    example.write_text(textwrap.dedent(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0]), encoding="utf-8")
    assert load_flow(str(example)).tries == 2


def test_the_database_page_has_every_table_and_state() -> None:
    page = read("docs/reference/database.md")
    tables = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(tables) == sorted(Base.metadata.tables)
    contacts = (InvitationState, TextState, CallState, RecordingState)
    for kind in (*contacts, RatingState, CaseState, AttemptState, OutboxState):
        assert [state for state in list[StrEnum](kind) if f"`{state}`" not in page] == [], kind


def test_the_user_pages_have_every_role() -> None:
    for path in ("docs/how-to/users-and-keys.md", "docs/reference/commands.md"):
        for role in Role:
            assert f"`{role}`" in read(path)


def test_the_changelog_names_the_revision_of_the_tables() -> None:
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(configuration()).get_current_head()
    first = read("CHANGELOG.md").split("\n## ")[1]
    assert f"Schema revision: `{head}`" in first


def test_every_decision_is_in_the_index_and_says_what_was_left() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path for path in folder.glob("0*.md"))
    index = read("docs/decisions/README.md")
    for number, path in enumerate(pages, start=1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04d}-")
        assert f"]({path.name})" in index
        for part in ("**Decision.**", "**Why.**", "**Left.**"):
            assert part in text, f"{path.name}: {part}"


def test_the_two_readmes_say_the_same() -> None:
    one, other = read("README.md"), read("README.zh-CN.md")
    assert len(re.findall(r"^## ", one, re.MULTILINE)) == len(re.findall(r"^## ", other, re.MULTILINE))
    assert list(shell_commands(one)) == list(shell_commands(other))
    assert re.findall(r"make [a-z]+", one) == re.findall(r"make [a-z]+", other)
    linked = [{link.replace(".zh-CN.md", ".md") for link in links(text)} - {"README.md"} for text in (one, other)]
    assert linked[0] == linked[1]


def test_the_readme_begins_with_what_it_is_a_picture_and_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        head = "\n".join(read(name).splitlines()[:40])
        assert "docs/screenshots/stage-1280.png" in head
        assert head.index("stage-1280.png") < head.index("make demo") < head.index("make test")


class _Receiver(http.server.BaseHTTPRequestHandler):
    """An evaluation store that keeps what it was sent."""

    received: tuple[dict[str, str], bytes] | None = None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).received = (dict(self.headers.items()), body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


def test_the_code_that_verifies_a_batch_takes_ours_and_refuses_a_changed_or_old_one() -> None:
    code = re.findall(r"^```python\n(.*?)^```", read("docs/how-to/remote-store.md"), re.MULTILINE | re.DOTALL)[0]
    shown: dict[str, Any] = {}
    exec(code, shown)
    server = http.server.HTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    store = HttpStore(f"http://127.0.0.1:{server.server_port}/ratings", "a secret")
    assert store.deliver([{"id": 1, "raw": "非常满意"}], "batch", datetime.now(UTC)) == Delivered()
    thread.join()
    server.server_close()
    store._client.close()
    assert _Receiver.received is not None
    headers, body = _Receiver.received
    named = {name.title(): value for name, value in headers.items()}
    assert shown["is_genuine"](b"a secret", named, body)
    assert not shown["is_genuine"](b"a secret", named, body + b" ")
    assert not shown["is_genuine"](b"another", named, body)
    old = named | {"X-Hotline-Timestamp": str(int(named["X-Hotline-Timestamp"]) - 3600)}
    assert not shown["is_genuine"](b"a secret", old, body)
