"""`hotline web`, `hotline worker`, `hotline schedule` and `hotline migrate`: the processes of production."""

import sys
from typing import Any

import click

from hotline.cli import kept_to_the_end
from hotline.clock import utc_now
from hotline.errors import SettingsError
from hotline.jobs.queue import ALL_QUEUES, connect, make_worker
from hotline.logs import set_up_logs
from hotline.migrations import migrate as migrate_database
from hotline.processes import Supervisor
from hotline.services import make_services
from hotline.settings import load_database_settings, load_settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=2, show_default=True, type=click.IntRange(min=1), help="Web processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(min=1), help="Threads in each.")
def web(host: str, port: int, processes: int, threads: int) -> None:
    """Serve the webhooks, the API and the console."""
    with kept_to_the_end():  # once, for all processes
        from gunicorn.app.base import BaseApplication

        from hotline.web import make_app

    make_services(load_settings())  # fail here, once and by name, not in every process

    class Server(BaseApplication):
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "control_socket_disable": True,
            }
            for name, value in options.items():
                self.cfg.set(name, value)  # type: ignore[union-attr]

        def load(self) -> Any:
            set_up_logs()
            return make_app(load_settings(), utc_now)

    Server().run()  # type: ignore[no-untyped-call]


@click.command()
@click.option("--queues", default=",".join(ALL_QUEUES), show_default=True, help="Which queues, in this order.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(min=1), help="Worker processes.")
@click.option("--schedule/--no-schedule", default=True, show_default=True, help="Run the schedule as well.")
@click.option("--alone", is_flag=True, hidden=True, help="Be one worker process, supervised from outside.")
def worker(queues: str, processes: int, schedule: bool, alone: bool) -> None:
    """Work the queues, and run the schedule; a process that dies is started again."""
    set_up_logs()
    settings = make_services(load_settings()).settings  # fail here, once and by name, not at the first job
    names = tuple(name.strip() for name in queues.split(",") if name.strip())
    if strange := set(names) - set(ALL_QUEUES):
        raise SettingsError(
            f"--queues: there is no queue {', '.join(sorted(strange))}; there are {', '.join(ALL_QUEUES)}"
        )
    if alone:
        make_worker(connect(settings.redis_url), names).work(logging_level="WARNING")
        return
    supervisor = Supervisor()
    hotline = [sys.executable, "-m", "hotline"]
    for number in range(1, processes + 1):
        supervisor.start(f"worker-{number}", [*hotline, "worker", "--alone", "--queues", ",".join(names)])
    if schedule:
        supervisor.start("schedule", [*hotline, "schedule"])
    supervisor.run()


@click.command()
def schedule() -> None:
    """Run only the schedule (a worker runs one unless told not to)."""
    from hotline.jobs.schedule import run_schedule

    set_up_logs()
    run_schedule(connect(load_settings().redis_url))


@click.command()
@click.option("--to", default="head", show_default=True, help="The revision to go to; `base` empties the database.")
def migrate(to: str) -> None:
    """Bring the database's tables up to date."""
    migrate_database(load_database_settings().database_url, to)
    click.echo(f"the database is at {to}")
