"""The simulator's control API, as the demo uses it: telephones that text, ring, answer and press keys."""

from threading import Event
from typing import Any

import httpx

_LOOKS, _LOOK_SECONDS = 200, 0.1


class Telephones:
    """A client of a running simulator."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/simulator/api", timeout=40.0)

    def close(self) -> None:
        self._client.close()

    def text(self, phone: str, to: str, body: str) -> dict[str, Any]:
        """The phone texts `to`; returns once the webhook was answered."""
        return self._post(f"/phones/{phone}/text", to=to, body=body)

    def thread(self, phone: str) -> list[dict[str, Any]]:
        """The messages of a phone, oldest first."""
        found: list[dict[str, Any]] = self._get(f"/phones/{phone}")["thread"]
        return found

    def texts_received(self, phone: str, at_least: int) -> list[str]:
        """Waits until the phone has received that many texts; returns them all."""
        self._get("/wait", phone=phone, texts=at_least, timeout=30)
        return [message["body"] for message in self.thread(phone) if message["to"] == phone]

    def ring(self, phone: str, to: str) -> str:
        """The phone calls `to`; returns the call's id."""
        return str(self._post(f"/phones/{phone}/call", to=to)["sid"])

    def ringing(self, phone: str) -> str:
        """Waits until the phone rings; returns the call's id."""
        return str(self._get("/wait", phone=phone, ringing=1, timeout=30)["sid"])

    def heard(self, call: str, words: str) -> None:
        """Waits until `words` were said on the call."""
        self._get("/wait", call=call, said=words, timeout=30)

    def ended(self, call: str) -> dict[str, Any]:
        """Waits until the call is over."""
        return self._get("/wait", call=call, status="completed", timeout=60)

    def answer(self, call: str) -> None:
        self._post(f"/calls/{call}/answer")

    def press(self, call: str, keys: str) -> None:
        self._post(f"/calls/{call}/press", keys=keys)

    def press_and_listen(self, call: str, keys: str) -> None:
        """Presses, and waits until something more is said in answer (or the call is over)."""
        before = self._get(f"/calls/{call}")
        self.press(call, keys)
        waiting = Event()
        for _ in range(_LOOKS):
            now = self._get(f"/calls/{call}")
            if len(now["said"]) > len(before["said"]) or now["status"] == "completed":
                return
            waiting.wait(_LOOK_SECONDS)

    def hang_up(self, call: str) -> None:
        self._post(f"/calls/{call}/hangup")

    def busy(self, call: str) -> None:
        self._post(f"/calls/{call}/busy")

    def be_nasty(self, **modes: object) -> None:
        """See docs/reference/simulator.md for the modes."""
        self._client.put("/nasty", json=modes).raise_for_status()

    def be_nice(self) -> None:
        self._client.delete("/nasty").raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """What the simulator, as Twilio would, found wrong with the product's answers."""
        found: list[dict[str, Any]] = self._get("/state")["errors"]
        return found

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._client.post(path, json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
