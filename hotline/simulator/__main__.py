"""`python -m hotline.simulator`: the simulator as a process of its own.
Prints the address of its page on standard output as soon as it answers; stops on SIGTERM or Ctrl-C."""

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from .config import ConfigError, SimulatorConfig, config_from, read_config
from .server import serve


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, stop)
    try:
        server = serve(configuration(options), options.host, options.port)
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    with server:
        sys.stdout.write(f"{server.url}/simulator/\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            server.join()
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m hotline.simulator", description=__doc__)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=0, help="0 takes a free one")
    made.add_argument("--account-sid", default=os.environ.get("TWILIO_ACCOUNT_SID"))
    made.add_argument("--auth-token", default=os.environ.get("TWILIO_AUTH_TOKEN"))
    made.add_argument("--config", type=Path, help="a TOML or JSON file with numbers and phones")
    made.add_argument("--clock", choices=("real", "manual"))
    made.add_argument("--speed", type=float, help="how many times faster than real time")
    made.add_argument("--allow-remote", action="store_true", default=None, help="serve other machines too")
    return made


def configuration(options: argparse.Namespace) -> SimulatorConfig:
    given = {
        "account_sid": options.account_sid,
        "auth_token": options.auth_token,
        "clock": options.clock,
        "speed": options.speed,
        "allow_remote": options.allow_remote,
    }
    if options.config is not None:
        return read_config(options.config, **given)
    return config_from({name: value for name, value in given.items() if value is not None})


def stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
