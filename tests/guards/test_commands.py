"""The `hotline` command as operators run it: real processes, their output, their exit codes – and the doctor."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from hotline import create_app
from hotline.actions.log_in import log_in
from hotline.actions.people import key_holder
from hotline.actions.sessions import Browser
from hotline.cli import hotline as command
from hotline.clock import utc_now
from hotline.database import Database
from hotline.jobs import heartbeat, tasks
from hotline.migrations import is_current, migrate
from hotline.services import Services, make_services
from hotline.settings import Settings
from hotline.simulator import ClockMode, SimulatorConfig, serve
from hotline.tables import AuditCheck, ScriptVersion
from hotline.tables.people import Role, Scope
from tests import parts
from tests.cast import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, on_sqlite

ROOT = Path(__file__).parents[2]


def hotline(
    *arguments: str, words: str = "", folder: Path = ROOT, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """`python -m hotline …` with nothing in its environment but what is given."""
    return subprocess.run(
        [sys.executable, "-m", "hotline", *arguments],
        input=words,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment,
    )


def test_parse_prints_one_json_line() -> None:
    ran = hotline("parse", "2 排队两个小时")
    assert (ran.returncode, ran.stderr) == (0, "")
    (line,) = ran.stdout.splitlines()
    shown = json.loads(line)
    assert list(shown) == ["action", "stars", "comment", "rule"]
    assert (shown["action"], shown["stars"], shown["comment"]) == ("rate", 2, "排队两个小时")
    assert "排队" in line  # readable, not escaped


def test_parse_follows_the_scale_it_is_told() -> None:
    runner = CliRunner()
    told = runner.invoke(command, ["parse", "1", "--scale", "rank_1_best"])
    assert json.loads(told.output)["stars"] == 5
    assert runner.invoke(command, ["parse", "1", "--scale", "sideways"]).exit_code == 2


def test_parse_reads_json_strings_line_by_line() -> None:
    lines = '"5"\n"退订"\n\n"4\\n谢谢"\n'
    ran = hotline("parse", "-", words=lines)
    assert ran.returncode == 0
    assert [json.loads(line)["action"] for line in ran.stdout.splitlines()] == ["rate", "optout", "rate"]
    for bad in ("5", "{", '{"a": 1}'):
        refused = CliRunner().invoke(command, ["parse", "-"], input=f'"5"\n{bad}\n')
        assert refused.exit_code == 1
        assert "line 2" in refused.output


def test_a_flow_is_checked_shown_and_drawn(tmp_path: Path) -> None:
    runner, picture, bad = CliRunner(), tmp_path / "flow.svg", tmp_path / "bad.toml"
    shown = runner.invoke(command, ["flow", "survey"])
    assert (shown.exit_code, "1 reasons, 2 ask, 未按/否则 thanks" in shown.output) == (0, True)
    assert runner.invoke(command, ["flow", "survey", "--check", "--svg", str(picture)]).exit_code == 0
    svg = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    assert "--accent" in "".join(style.text or "" for style in svg.iter("{http://www.w3.org/2000/svg}style"))
    bad.write_text('extends = "survey"\n[steps.lost]\nkind = "say"\n[steps.idle]\nkind = "end"\n', encoding="utf-8")
    refused = runner.invoke(command, ["flow", str(bad), "--svg", str(tmp_path / "not.svg")])
    assert refused.exit_code == 1
    assert {"lost: has no then", "lost: nothing leads there", "idle: nothing leads there"} <= {
        *refused.output.splitlines()
    }
    assert not (tmp_path / "not.svg").exists()
    for strange in ("no_such_flow", str(picture)):
        assert runner.invoke(command, ["flow", strange]).exit_code == 1


def test_migrate_key_and_user_on_a_fresh_database(tmp_path: Path) -> None:
    _commands_work(f"sqlite:///{tmp_path / 'new' / 'hotline.sqlite3'}", tmp_path)


def test_migrate_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    migrate(postgres_url, "base")
    made = hotline("migrate", folder=tmp_path, HOTLINE_DATABASE_URL=postgres_url)
    assert made.returncode == 0, made.stderr
    database = Database(postgres_url)
    with database.read() as session:
        assert is_current(session.connection())
    database.engine.dispose()


def _commands_work(url: str, folder: Path) -> None:
    """As on the first day, from anywhere: tables, a key, a user; what they print is what opens the doors."""
    made = hotline("migrate", folder=folder, HOTLINE_DATABASE_URL=url)
    assert made.returncode == 0, made.stderr
    runner = CliRunner(env={"HOTLINE_DATABASE_URL": url})
    key = runner.invoke(command, ["key", "add", "政务服务系统", "--scope", "intake", "--scope", "ratings"])
    assert key.exit_code == 0, key.output
    words = "一个很长的密码1234\n"
    user = runner.invoke(command, ["user", "add", "周倩", "--role", "agent", "--password-stdin"], input=words)
    assert (user.exit_code, "密码" in user.output) == (0, False)
    database = Database(url)
    with database.write() as session:
        assert is_current(session.connection())
        holder = key_holder(session, key.stdout.splitlines()[-1])
        assert holder is not None
        assert (holder.name, holder.scopes) == ("政务服务系统", [Scope.INTAKE, Scope.RATINGS])
    begun = log_in(database, "周倩", "一个很长的密码1234", Browser("", "", ""), False, utc_now())
    assert begun is not None
    assert (begun.user.role, begun.is_complete) == (Role.AGENT, True)
    database.engine.dispose()


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "words", "told"),
    [
        (["user", "add", "周倩", "--role", "agent", "--password-stdin"], "short\n", "password"),
        (["user", "add", " ", "--role", "agent", "--password-stdin"], "long enough 1\n", "name"),
        (["user", "add", "周倩", "--role", "department", "--password-stdin"], "long enough 1\n", "dept_code"),
        (["user", "skills", "周倩", "english"], "", "name"),
        (["user", "add", "周倩", "--role", "agent", "--skill", "x", "--password-stdin"], "long enough 1\n", "skills"),
        (["key", "add", "feed", "--scope", "intake"], "", "name: feed exists already"),
    ],
)
def test_what_cannot_be_added_is_said_in_one_line(
    arguments: list[str], words: str, told: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    runner = CliRunner()
    if arguments[0] == "key":
        assert runner.invoke(command, arguments).exit_code == 0
    refused = runner.invoke(command, arguments, input=words)
    assert refused.exit_code != 0
    assert told in str(refused.exception)


def test_a_missing_setting_ends_a_process_by_name_and_not_with_a_traceback(tmp_path: Path) -> None:
    ran = hotline("worker", folder=tmp_path)
    assert ran.returncode == 2
    assert "HOTLINE_SECRET_KEY: is missing" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_help_names_every_command_of_the_contract() -> None:
    told = CliRunner().invoke(command, ["--help"]).output
    for name in ("demo", "web", "worker", "parse", "migrate", "user", "key", "doctor"):
        assert f"\n  {name} " in told


@on_sqlite
class TestTheDoctor:
    @pytest.fixture
    def examined(
        self, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., tuple[Result, dict[str, str]]]:
        """Run `hotline doctor` on settings with changes: the result, and the verdict of each part."""

        def examine(**changes: object) -> tuple[Result, dict[str, str]]:
            monkeypatch.setattr(import_module("hotline.cli.doctor"), "load_settings", lambda: make_settings(**changes))
            result = CliRunner().invoke(command, ["doctor"])
            assert AUTH_TOKEN not in result.output
            lines = [line for line in result.output.splitlines() if line.strip()]
            return result, {line[8:20].strip(): line[:8].strip() for line in lines}

        return examine

    def test_a_healthy_house_is_ok_in_every_part(
        self,
        make_settings: Callable[..., Settings],
        examined: Callable[..., tuple[Result, dict[str, str]]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        port = parts.free_port()
        config = SimulatorConfig(ACCOUNT_SID, AUTH_TOKEN, clock=ClockMode.MANUAL, start=time.time())
        with serve(config) as simulator:
            changes = {"public_url": f"http://127.0.0.1:{port}", "twilio_api_url": simulator.url}
            app = create_app(make_settings(**changes))
            house: Services = app.extensions["hotline"]
            monkeypatch.setattr(tasks, "house", lambda: house)
            tasks.sweep()
            served = parts.serve(app, port)
            result, verdicts = examined(**changes)
            served.stop()
            house.redis.flushdb()
            house.database.engine.dispose()
        assert result.exit_code == 0, result.output
        assert verdicts.pop("two-way sms") == "warning"  # no two-way SMS to +86 by Twilio: said at every look
        assert verdicts.pop("calendar") in ("ok", "warning")  # the end of a year comes before the next one's list
        assert verdicts == dict.fromkeys(
            (
                *("settings", "database", "migrations", "audit log", "wording", "prompts", "recordings"),
                *("redis", "schedule", "public url", "twilio", "senders", "calls"),
            ),
            "ok",
        )

    def test_each_fault_is_told_with_what_to_do_about_it(
        self, examined: Callable[..., tuple[Result, dict[str, str]]], redis_server: parts.RedisServer, tmp_path: Path
    ) -> None:
        nowhere, no_folder = f"http://127.0.0.1:{parts.free_port()}", tmp_path / "a file"
        no_folder.touch()
        result, verdicts = examined(
            database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}",
            public_url=nowhere,
            twilio_api_url=nowhere,
            recordings=no_folder,
        )
        assert result.exit_code == 1
        assert {part for part, verdict in verdicts.items() if verdict == "fault"} == {
            "migrations",
            "calendar",
            "audit log",
            "wording",
            "recordings",
            "schedule",
            "public url",
            "twilio",
        }
        for remedy in (
            "hotline migrate",
            "HOTLINE_RECORDINGS",
            "hotline worker",
            "HOTLINE_PUBLIC_URL",
            "TWILIO_API_URL",
        ):
            assert remedy in result.output

    def test_it_says_what_texts_and_calls_go_out_from_and_how_fast(
        self, examined: Callable[..., tuple[Result, dict[str, str]]], tmp_path: Path
    ) -> None:
        result, _ = examined(twilio_from_pool="+8643212345679", sms_per_second=0.5, calls_per_second=2.5)
        assert f"{OUR_NUMBER}, +8643212345679, 0.5 texts a second each" in result.output
        assert "2.5 a second, 10 lines; to one number no cap for a day, no cap for minutes" in result.output
        result, _ = examined(policy="default", most_calls=4)
        assert "4 lines; to one number 5 in 24 hours, 3 in 5 minutes" in result.output
        result, verdicts = examined(twilio_from=None, twilio_messaging_service_sid="MG" + "a" * 32)
        assert verdicts["senders"] == "warning"
        assert "no calls can be placed: set TWILIO_FROM" in result.output
        handing = tmp_path / "handing.toml"
        handing.write_text(f'extends = "always"\n[phone]\ntransfer_numbers = ["{OUR_NUMBER}"]\n', encoding="utf-8")
        result, verdicts = examined(policy=str(handing))
        assert verdicts["calls"] == "warning"
        assert f"whoever rings {OUR_NUMBER} back is taken for handed over" in result.output

    def test_a_version_in_use_that_this_release_would_refuse_is_told_of(
        self, examined: Callable[..., tuple[Result, dict[str, str]]], house: Services
    ) -> None:
        made = {"channel": "sms", "scale": "star_5_best", "words": {"en": {"late": "too late"}}}
        with house.database.write() as session:
            row = ScriptVersion(name="sms-stars", version=101, document=made, note="", made_at=house.now(), made_by="")
            row.activated_at = house.now()
            session.add(row)
        result, verdicts = examined()
        assert verdicts["wording"] == "warning"
        assert "en: late does not mention signature" in result.output

    def test_a_year_without_a_list_and_a_log_that_is_broken_are_told_of(
        self,
        examined: Callable[..., tuple[Result, dict[str, str]]],
        house: Services,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        at = datetime(2098, 12, 1, tzinfo=UTC)
        at_that_time = partial(make_services, clock=lambda: at)
        monkeypatch.setattr(import_module("hotline.cli.doctor"), "make_services", at_that_time)
        with house.database.write() as session:
            session.add(AuditCheck(began_at=at, ended_at=at, number=7, seal="", fault="changed"))
        result, verdicts = examined()
        assert (verdicts["calendar"], verdicts["audit log"]) == ("warning", "fault")
        assert "days off of 2098 and 2099 are not known" in result.output
        assert "changed after entry 7" in result.output

    def test_sentences_that_are_not_rendered_are_told_of(
        self, examined: Callable[..., tuple[Result, dict[str, str]]], tmp_path: Path
    ) -> None:
        result, verdicts = examined(prompts=tmp_path)
        assert verdicts["prompts"] == "warning"
        assert "sentences are not rendered: run `hotline prompts render`" in result.output

    def test_a_database_and_a_redis_that_are_away_are_faults_and_no_tracebacks(
        self, examined: Callable[..., tuple[Result, dict[str, str]]]
    ) -> None:
        port = parts.free_port()
        result, verdicts = examined(
            database_url=f"postgresql+psycopg://hotline:the-database-password@127.0.0.1:{port}/hotline",
            redis_url=f"redis://127.0.0.1:{port}/0",
        )
        assert result.exit_code == 1
        assert "the-database-password" not in result.output
        assert {verdicts[part] for part in ("database", "migrations", "redis", "schedule")} == {"fault"}

    def test_a_schedule_that_stopped_a_while_ago_is_a_fault(
        self, examined: Callable[..., tuple[Result, dict[str, str]]], house: Services
    ) -> None:
        heartbeat.beat(house.redis, utc_now() - timedelta(minutes=3))
        _, verdicts = examined()
        assert verdicts["schedule"] == "fault"


@on_sqlite
def test_users_are_looked_after_by_command(database_url: str) -> None:
    runner = CliRunner(env={"HOTLINE_DATABASE_URL": database_url, "HOTLINE_POLICY": "default"})

    def run(*words: str, typed: str = "") -> tuple[int, str]:
        done = runner.invoke(command, ["user", *words], input=typed)
        return done.exit_code, done.output if done.exception is None else str(done.exception)

    words = "一个很长很长的密码1234\n"
    add = ("--password-stdin", "--role")
    assert run("add", "周倩", *add, "admin", typed=words)[0] == 0
    assert run("add", "吴磊", *add, "agent", "--temporary", typed=words)[0] == 0
    assert run("disable", "吴磊") == (0, "user 吴磊 disabled\n")
    code, listed = run("list")
    assert code == 0
    assert [line.split() for line in listed.splitlines()[1:]] == [
        ["吴磊", "agent", "–", "disabled", "no", "never"],
        ["周倩", "admin", "–", "active", "no", "never"],
    ]
    for verb in ("enable", "unlock", "reset-second-factor"):
        assert run(verb, "吴磊")[0] == 0, verb
    assert run("password", "吴磊", "--password-stdin", typed="另外一个很长很长的密码\n") == (
        0,
        "user 吴磊 has another password\n",
    )
    assert "one of the commonest" in run("password", "吴磊", "--password-stdin", typed="qwertyuiop\n")[1]
    assert run("disable", "周倩")[1] == "the last administrator"
    assert "there is no user 赵敏" in run("enable", "赵敏")[1]
    database = Database(database_url)
    begun = log_in(database, "吴磊", "另外一个很长很长的密码", Browser("", "", ""), False, utc_now())
    assert begun is not None
    assert begun.is_complete
    database.engine.dispose()
