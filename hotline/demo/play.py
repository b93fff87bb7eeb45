"""Plays the story on a running demo, and judges what came of it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from threading import Event
from typing import Any

import httpx

from hotline.demo import cast
from hotline.demo.acts import Town
from hotline.demo.desk import Agent
from hotline.demo.launch import Demo
from hotline.demo.story import Scene

_SETTLE_SECONDS = 20.0
_LOOK_SECONDS = 0.2
_AT_ONCE = 6  # scenes played side by side: an ordinary day is not a queue


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was expected of one scene, what came, and whether that is right."""

    title: str
    expected: str
    came: str
    right: bool


def play(demo: Demo, scenes: list[Scene], now: datetime, played: Callable[[Scene], None]) -> Iterator[Verdict]:
    """Send each record in and act its citizen's part; `played` hears of each scene that is over.

    A scene that does not go as it should yields a verdict; the others go on.
    """
    town = Town(demo.telephones, demo.department)

    def one(scene: Scene) -> tuple[Scene, str | None]:
        try:
            demo.department.send(scene.path, scene.sent(now))
            scene.play(town, scene.person)
        except httpx.HTTPError as error:
            return scene, str(error)
        return scene, None

    quiet = [scene for scene in scenes if not scene.alone]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # A scene that is alone makes the carrier nasty, which everybody else would feel: it comes last.
        for scene, fault in chain(pool.map(one, quiet), (one(scene) for scene in scenes if scene.alone)):
            played(scene)
            if fault is not None:
                yield Verdict(scene.title, "played", fault, right=False)


def call_back(demo: Demo, scene: Scene) -> None:
    """The agent works the scene's case: claims it, calls the citizen, speaks, closes it."""
    agent = Agent(demo.addresses.web)
    agent.log_in(cast.AGENT, demo.password)
    case_id = _case_of(agent, scene)
    agent.claim(case_id)
    agent.call_citizen(case_id)
    desk = demo.telephones.ringing(cast.DESK_PHONE)
    demo.telephones.answer(desk)
    demo.telephones.heard(desk, "按1")
    demo.telephones.press(desk, "1")
    citizen = demo.telephones.ringing(scene.person.phone)
    demo.telephones.answer(citizen)
    demo.telephones.hang_up(citizen)
    demo.telephones.ended(desk)
    agent.write_down(case_id, "explained", "已电话致歉并说明排队原因，已建议使用预约取号，市民表示理解。")


def _case_of(agent: Agent, scene: Scene) -> int:
    """The case in the console's queue whose page names the record."""
    for case_id in sorted(set(map(int, re.findall(r"/console/cases/(\d+)", agent.reads("/console/"))))):
        if scene.number in agent.reads(f"/console/cases/{case_id}"):
            return case_id
    raise LookupError(f"no case for {scene.number} in the queue")


def judge(demo: Demo, scenes: list[Scene], called_back: Scene, now: datetime) -> Iterator[Verdict]:
    """One verdict for each scene and for each promise the product makes."""
    wanted = {scene.number: scene.stars for scene in scenes if scene.stars is not None}
    ratings = _settled(demo, wanted)
    for scene in scenes:
        active = [r["stars"] for r in ratings if r["record"]["number"] == scene.number and r["state"] == "active"]
        texts = len(demo.telephones.texts_received(scene.person.phone, at_least=0))
        expected = "未评价 not rated" if scene.stars is None else f"{scene.stars} 星 stars"
        came = "、".join(f"{stars} 星 stars" for stars in active) or "未评价 not rated"
        right = active == ([] if scene.stars is None else [scene.stars]) and texts == scene.texts
        yield Verdict(scene.title, f"{expected}, {scene.texts} 条短信 texts", f"{came}, {texts} 条短信 texts", right)
    yield from _promises(demo, scenes, called_back, ratings, now)


def _promises(
    demo: Demo, scenes: list[Scene], called_back: Scene, ratings: list[dict[str, Any]], now: datetime
) -> Iterator[Verdict]:
    again = demo.department.send("transactions", scenes[0].sent(now))[0]["status"]
    yield Verdict("同一办件再次推送 the same record again", "duplicate", again, again == "duplicate")
    refused = demo.department.forged_text()
    yield Verdict("伪造的短信回调 a forged webhook", "403", str(refused), refused == 403)
    agent = Agent(demo.addresses.web)
    agent.log_in(cast.AGENT, demo.password)
    closed = called_back.number in _closed_pages(agent)
    yield Verdict("差评回访已办结 the callback is closed", "closed", "closed" if closed else "open", closed)
    bad = {scene.number for scene in scenes if scene.stars is not None and scene.stars <= 2}
    waiting = {r for r in bad if r != called_back.number and r in _queue_pages(agent)}
    left = len(bad) - 1
    yield Verdict("其余差评在回访队列 the other bad ratings wait", str(left), str(len(waiting)), len(waiting) == left)
    unmasked = [scene.person.phone for scene in scenes if scene.person.phone[3:] in str(ratings) + _queue_pages(agent)]
    yield Verdict("号码均已脱敏 numbers are masked", "0", str(len(unmasked)), not unmasked)
    faults = demo.telephones.faults()
    found = "; ".join(f"{fault['code']} {fault['detail']}" for fault in faults[:3])
    yield Verdict("电话平台未报错 the carrier found no fault", "0", f"{len(faults)} {found}".strip(), not faults)


def _settled(demo: Demo, wanted: dict[str, int]) -> list[dict[str, Any]]:
    """The store's ratings, once all that are wanted are there (or time is up)."""
    waiting = Event()
    for _ in range(int(_SETTLE_SECONDS / _LOOK_SECONDS)):
        ratings = demo.department.ratings()
        active = {r["record"]["number"]: r["stars"] for r in ratings if r["state"] == "active"}
        if all(active.get(number) == stars for number, stars in wanted.items()):
            return ratings
        waiting.wait(_LOOK_SECONDS)
    return ratings


def _queue_pages(agent: Agent) -> str:
    return _pages(agent, "/console/")


def _closed_pages(agent: Agent) -> str:
    return _pages(agent, "/console/?tab=closed")


def _pages(agent: Agent, listing: str) -> str:
    """The listing, and every case page it links to."""
    page = agent.reads(listing)
    cases = sorted(set(re.findall(r"/console/cases/\d+(?=[\"#?])", page)))
    return page + "".join(agent.reads(case) for case in cases)
