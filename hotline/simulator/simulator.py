"""The simulator as one object: its world and the parts that change it, wired together."""

from typing import cast

from flask import current_app

from .automatic import AutomaticPhones
from .callbacks import StatusCallbacks
from .clock import Scheduler
from .config import SimulatorConfig
from .interpreter import Interpreter
from .messaging import Messaging
from .replies import Replies
from .switchboard import Switchboard
from .webhooks import Sender
from .world import World

EXTENSION = "hotline-simulator"


class Simulator:
    def __init__(self, config: SimulatorConfig) -> None:
        self.scheduler = Scheduler(config.clock, config.speed, config.start)
        self.world = World(config, self.scheduler)
        self.sender = Sender(self.world)
        self.callbacks = StatusCallbacks(self.world, self.sender)
        self.messaging = Messaging(self.world, self.callbacks)
        self.replies = Replies(self.world, self.sender, self.messaging)
        self.switchboard = Switchboard(self.world, self.callbacks)
        self.interpreter = Interpreter(self.world, self.sender, self.switchboard)
        self.automatic = AutomaticPhones(self.world, self.messaging, self.replies, self.switchboard)
        self._calm_count = 0

    def calm(self) -> None:
        """Switches every nasty mode off and lets go of what they were holding."""
        with self.world.lock():
            self.world.nasty.reset()
            self._calm_count += 1
            self.callbacks.flush()
            self.world.announce("nasty", "")

    def wait_until_calm(self, seconds: float) -> None:
        """Waits, in real time, until `calm` is called or the simulator closes."""
        with self.world.lock():
            before = self._calm_count
            self.world.wait_for(lambda: self._calm_count != before or None, seconds)

    def reset(self) -> None:
        """Hangs up every call and forgets what happened; numbers, phones and nasty modes stay."""
        with self.world.lock():
            for call in list(self.world.calls.values()):
                if not call.is_over:
                    self.switchboard.drop(call)
            self.callbacks.forget()
            self.world.forget()

    def close(self) -> None:
        with self.world.lock():
            for call in list(self.world.calls.values()):
                if call.script is not None:
                    call.script.stop()
        self.scheduler.close()
        self.sender.close()


def current_simulator() -> Simulator:
    """The simulator behind the current request."""
    return cast("Simulator", current_app.extensions[EXTENSION])
