"""`hotline demo`: the whole product on this machine, for a visitor, or playing its day alone and judging it."""

import logging
import os
import shutil
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from hotline.demo import cast
from hotline.demo.launch import Demo, launch
from hotline.demo.play import Verdict, call_back, judge, play
from hotline.demo.story import Scene, scenes
from hotline.logs import set_up_logs
from hotline.policies import load_policy

_CALLED_BACK = cast.CHEN_JING
_FOLDER = "hotline-demo-"
_WIDTH = 132  # of a log that is no terminal


@click.command()
@click.option("--check", is_flag=True, help="Play the day alone, verify it, exit 0 or 1.")
@click.option("--sip", is_flag=True, help="Let a real telephone or softphone ring it, too; needs hotline[sip].")
def demo(check: bool, sip: bool) -> None:
    """Run the whole product on this machine, with simulated telephones, until Ctrl-C."""
    screen = Console(width=_WIDTH if not sys.stdout.isatty() else None)
    set_up_logs(logging.ERROR)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _sweep_up_after_killed_demos()
    with tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-") as folder:
        running = _launched(Path(folder), screen, sip)
        try:
            verdicts = _played(running, screen)
            if check:
                _print_verdicts(verdicts, screen)
                sys.exit(0 if all(verdict.right for verdict in verdicts) else 1)
            _print_welcome(running, screen)
            running.supervisor.run()
        except KeyboardInterrupt:
            pass
        finally:
            running.stop()
            screen.print("已停止全部进程。 Everything this demo started has been stopped.")


def _sweep_up_after_killed_demos() -> None:
    """A demo that was killed could not remove its folder, which holds its keys; it bears the dead process's number."""
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        number = left.name.removeprefix(_FOLDER).partition("-")[0]
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _launched(folder: Path, screen: Console, sip: bool) -> Demo:
    with screen.status("启动 Starting …") as status:
        return launch(folder, lambda part: status.update(f"启动 Starting: {part}"), sip)


def _played(running: Demo, screen: Console) -> list[Verdict]:
    """The story, with a bar that moves; then the verdicts."""
    now = datetime.now(load_policy("always").zone)
    day = scenes(now)
    called_back = next(scene for scene in day if scene.person is _CALLED_BACK)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen) as progress:
        bar = progress.add_task("吉林市的一天 A day in Jilin", total=len(day) + 2)

        def played(scene: Scene) -> None:
            progress.update(bar, advance=1, description=f"{scene.title}")

        verdicts = list(play(running, day, now, played))
        call_back(running, called_back)
        progress.update(bar, advance=1, description="差评回访 Calling back")
        verdicts += list(judge(running, day, called_back, now))
        progress.update(bar, advance=1, description="核对 Verified")
    return verdicts


def _print_verdicts(verdicts: list[Verdict], screen: Console) -> None:
    table = Table("情景 Scene", "应当 Expected", "实际 Came", "", title="吉林市的一天 A day in Jilin")
    for verdict in verdicts:
        mark = "[green]✓[/]" if verdict.right else "[red bold]✗[/]"
        table.add_row(verdict.title, verdict.expected, verdict.came, mark)
    screen.print(table)
    wrong = sum(not verdict.right for verdict in verdicts)
    screen.print(f"{len(verdicts) - wrong} right, {wrong} wrong")


def _print_welcome(running: Demo, screen: Console) -> None:
    addresses = running.addresses
    softphone = f"软电话 Softphone          [bold]sip:12345@{addresses.sip}[/]\n" if addresses.sip else ""
    screen.print(
        Panel(
            f"演示页 Start here        [bold]{addresses.stage}/[/]\n"
            f"模拟电话 Telephones       {addresses.simulator}/simulator/\n"
            f"{softphone}"
            f"回访台 Console           {addresses.console}\n"
            f"  坐席账号 agent         [bold]{cast.AGENT}[/] / [bold]{running.password}[/]\n"
            f"  班长账号 supervisor    [bold]{cast.SUPERVISOR}[/] / [bold]{running.password}[/]\n"
            f"  管理员账号 admin       [bold]{cast.ADMIN}[/] / [bold]{running.password}[/]\n"
            "  班长和管理员的验证码见演示页 Codes for the last two: on the start page\n"
            f"接口说明 API             {addresses.web}/api/docs\n\n"
            "按 Ctrl-C 结束。 Press Ctrl-C to stop.",
            title="Hotline 好差评 演示 demo",
            expand=False,
        )
    )
