"""Status callbacks: one after another for each message or call, or in a wrong order when that is asked for.
Twilio promises no order; in order is what usually happens, so it is what happens here by default."""

from dataclasses import dataclass, field

from .faults import Fault
from .webhooks import Answer, Sender, Webhook
from .world import World


@dataclass(slots=True)
class Lane:
    """The callbacks of one message or call that have not been answered yet."""

    waiting: list[Webhook] = field(default_factory=list)
    sending: bool = False
    held_back: bool = False


class StatusCallbacks:
    def __init__(self, world: World, sender: Sender) -> None:
        self.world = world
        self.sender = sender
        self.lanes: dict[str, Lane] = {}

    def push(self, webhook: Webhook, last: bool) -> None:
        """Queues a callback; `last` says that the message or call will have no more."""
        lane = self.lanes.setdefault(webhook.resource, Lane())
        lane.waiting.append(webhook)
        lane.held_back = self.world.nasty.modes.reorder and not last
        if lane.held_back:
            return
        if self.world.nasty.modes.reorder:
            order = self.world.nasty.wrong_order(len(lane.waiting))
            lane.waiting = [lane.waiting[index] for index in order]
        self._next(webhook.resource)

    def flush(self) -> None:
        """Sends what the reorder mode was holding back, in the right order."""
        for resource, lane in list(self.lanes.items()):
            lane.held_back = False
            self._next(resource)

    def forget(self) -> None:
        self.lanes.clear()

    def _next(self, resource: str) -> None:
        lane = self.lanes[resource]
        if lane.sending or lane.held_back:
            return
        if not lane.waiting:
            del self.lanes[resource]
            return
        lane.sending = True
        self.sender.send(lane.waiting.pop(0), lambda answer: self._sent(resource, answer))

    def _sent(self, resource: str, answer: Answer) -> None:
        if answer.fault is not None:
            self.world.report(callback_fault(resource, answer.fault), resource, answer.url)
        if resource in self.lanes:
            self.lanes[resource].sending = False
            self._next(resource)


def callback_fault(resource: str, fault: Fault) -> Fault:
    """A refused call-progress callback is only a warning to Twilio."""
    return Fault(15003, fault.detail) if resource.startswith("CA") and fault.code == 11200 else fault
