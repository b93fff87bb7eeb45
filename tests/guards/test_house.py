"""The house as it is built: walls, queues, wording, policies, and modules of a size that can be read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from rq import Queue

import hotline
from hotline.jobs.queue import ALL_QUEUES, QUEUES, SWEEP_QUEUE, Doorbell
from hotline.jobs.tasks import _TASKS
from hotline.outbox import Kind, Ring
from hotline.policies import load_policy, preset_names
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.rules.statement import stated_scale
from hotline.scripts import load_script
from hotline.services import Services
from tests.cast import on_sqlite

ROOT = Path(hotline.__file__).parent
SCRIPTS = sorted(path.stem for path in (ROOT / "scripts").glob("*.toml"))


def test_the_walls_stand() -> None:
    """import-linter's contracts, as pyproject.toml writes them."""
    command = [Path(sys.executable).with_name("lint-imports"), "--config", ROOT.parent / "pyproject.toml", "--no-cache"]
    linted = subprocess.run(command, capture_output=True, text=True, cwd=ROOT.parent, timeout=100, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert re.search(r"[1-9]\d* kept, 0 broken", linted.stdout), linted.stdout


def test_every_kind_of_work_has_a_task_and_a_queue_that_workers_watch() -> None:
    assert set(_TASKS) == set(QUEUES) == set(Kind)
    assert {*QUEUES.values(), SWEEP_QUEUE} == set(ALL_QUEUES)
    assert len(ALL_QUEUES) == len(set(ALL_QUEUES))


@on_sqlite
def test_every_kind_of_work_rings_its_queue(house: Services) -> None:
    Doorbell(house.redis).ring([Ring(kind, number) for number, kind in enumerate(Kind)])
    for number, kind in enumerate(Kind):
        jobs = Queue(QUEUES[kind], connection=house.redis).jobs
        assert ("hotline.jobs.tasks.work", (str(kind), number)) in [(job.func_name, job.args) for job in jobs]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_says_the_same_scale_in_every_language(name: str) -> None:
    script = load_script(name)
    stating = ["ask"] if script.channel is Channel.PHONE else ["invite_transaction", "invite_call", "clarify", "help"]
    for language in script.languages:
        assert [stated_scale(str(script.words[language][sentence])) for sentence in stating] == [script.scale] * len(
            stating
        )
        assert {script.label(stars, language) for stars in range(1, 6)} == set(
            script.words[language]["labels"].values()  # type: ignore[union-attr]
        )


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_has_the_same_sentences_in_every_language(name: str) -> None:
    script = load_script(name)
    assert {"zh-CN", "en"} <= set(script.languages)
    assert len({frozenset(words) for words in script.words.values()}) == 1


def test_a_script_whose_words_and_scale_disagree_cannot_be_made() -> None:
    good = load_script("phone-stars")
    turned = {"scale": Scale.RANK_1_BEST}
    with pytest.raises(ValueError, match="does not say the scale"):
        type(good).model_validate(good.model_dump() | turned)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_of_ours_is_longer_than_a_carrier_takes(name: str) -> None:
    """1,600 characters, with the longest item name that the door lets in."""
    script = load_script(name)
    facts = dict.fromkeys(
        (
            *("signature", "hotline", "date", "code", "label", "stars", "hours", "deadline", "case", "when", "wish"),
            *("reasons", "number", "about", "coded"),
        ),
        "x" * 20,
    )
    for language, words in script.words.items():
        for sentence, template in words.items():
            if isinstance(template, str):
                said = script.say(sentence, language, **facts, item="项" * 200, count=3, list="项" * 600)
                assert len(said) <= 1600, f"{language} {sentence}"


@pytest.mark.parametrize("name", preset_names())
def test_every_policy_loads_and_speaks_with_its_own_scripts(name: str) -> None:
    policy = load_policy(name)
    for channel, asking in ((Channel.SMS, policy.sms), (Channel.PHONE, policy.phone)):
        script = load_script(asking.script)
        assert script.channel is channel
        assert set(policy.languages) <= set(script.languages)


def test_the_presets_of_the_contract_are_there() -> None:
    assert {"default", "always"} <= set(preset_names())


def test_always_is_default_with_every_window_open() -> None:
    default, always = load_policy("default"), load_policy("always")
    names = {"name", "title", "city", "signature", "sms", "phone"}
    assert default.model_dump(exclude=names) == always.model_dump(exclude=names)
    for channel in ("sms", "phone"):
        hours = {"opens", "closes", "daily_cap", "burst_cap", "cooldown_hours"}
        assert getattr(default, channel).model_dump(exclude=hours) == getattr(always, channel).model_dump(exclude=hours)
        assert {getattr(always, channel).opens, getattr(always, channel).closes} == {getattr(always, channel).opens.min}


def test_every_module_can_be_read_in_one_sitting_and_says_what_it_is_for() -> None:
    too_long, silent = [], []
    for path in sorted(ROOT.rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        name = str(path.relative_to(ROOT))
        too_long += [name] if len(lines) > 400 and not name.startswith("migrations/versions") else []
        silent += [name] if lines and not lines[0].startswith('"""') else []
    assert (too_long, silent) == ([], [])
