"""The simulator as a process of its own, its configuration, and its independence of the product."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hotline.simulator import ClockMode, ConfigError, SimulatorConfig, read_config, serve

from .application import ACCOUNT_SID, AUTH_TOKEN, OURS

CONFIG = f"""
clock = "manual"
[[numbers]]
number = "{OURS}"
label = "政务服务热线"
sms_url = "http://127.0.0.1:5000/webhooks/twilio/sms"
[[phones]]
number = "+8613800138000"
label = "王女士"
auto = {{ answer_after = 2, keys = ["5"], reply = "5" }}
"""


def start(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "hotline.simulator", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_runs_as_a_process_and_stops_when_told(tmp_path: Path) -> None:
    file = tmp_path / "phones.toml"
    file.write_text(CONFIG, encoding="utf-8")
    with start("--account-sid", ACCOUNT_SID, "--auth-token", AUTH_TOKEN, "--config", str(file)) as process:
        assert process.stdout is not None
        page = process.stdout.readline().strip()
        try:
            state = httpx.get(page.replace("/simulator/", "/simulator/api/state"), trust_env=False).json()
            assert [number["label"] for number in state["numbers"]] == ["政务服务热线"]
            assert [phone["label"] for phone in state["phones"]] == ["王女士"]
        finally:
            process.terminate()
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--account-sid", "AC1", "--auth-token", "x"], "account_sid"),
        (["--account-sid", ACCOUNT_SID, "--auth-token", "x", "--host", "0.0.0.0"], "this machine"),
        (["--account-sid", ACCOUNT_SID, "--auth-token", "x", "--config", "/none.toml"], "none.toml"),
    ],
)
def test_a_bad_start_says_why(arguments: list[str], words: str) -> None:
    with start(*arguments) as process:
        assert process.wait(20) == 2
        assert process.stderr is not None
        assert words in process.stderr.read()


def test_it_imports_nothing_of_the_product() -> None:
    code = (
        "import sys, hotline.simulator, hotline.simulator.__main__; "
        "print([m for m in sys.modules if m.startswith('hotline.') and not m.startswith('hotline.simulator')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", "speeed = 2.0", "speeed"),
        ("a.toml", 'clock = "sundial"', "clock"),
        ("a.toml", "[[numbers]]\nnumber = '12345'", "12345"),
        ("a.toml", "[[numbers]]\nnumbr = '+8612345678'", "numbers.numbr"),
        ("a.toml", "[[phones]]\nnumber = '+8612345678'\nkind = 'fax'", "fax"),
        ("a.toml", "clock = ", "a.toml"),
        ("a.json", "{", "a.json"),
        ("a.json", '{"keep": 0}', "keep"),
    ],
)
def test_a_bad_configuration_names_the_field(tmp_path: Path, name: str, text: str, words: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        read_config(file, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)


def test_what_is_given_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"clock": "manual", "account_sid": "AC1"}', encoding="utf-8")
    config = read_config(file, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, clock="real", speed=None)
    assert (config.clock, config.account_sid, config.speed) == (ClockMode.REAL, ACCOUNT_SID, 1.0)


def test_other_machines_are_refused_unless_told() -> None:
    with pytest.raises(ConfigError, match="this machine"):
        serve(SimulatorConfig(ACCOUNT_SID, AUTH_TOKEN), host="0.0.0.0")
