"""A Redis that hangs slows one webhook down, not each of them."""

import socket

import pytest

from hotline import outbox
from hotline.jobs import queue
from hotline.outbox import Kind


def test_a_bell_that_nobody_hears_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        bell = queue.Doorbell(queue.connect(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"))
        for number in range(5):
            bell.ring([outbox.Ring(Kind.TEXT, number)])
        deaf.setblocking(False)
        deaf.accept()[0].close()
        with pytest.raises(BlockingIOError):
            deaf.accept()
