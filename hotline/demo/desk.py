"""The product as the demo's other actors see it: the department that sends records in, and the agent at the console."""

from html.parser import HTMLParser
from typing import Any

import httpx


class Department:
    """A department's system: sends service records in, reads ratings out."""

    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=15.0)

    def close(self) -> None:
        self._client.close()

    def send(self, path: str, *records: dict[str, Any]) -> list[dict[str, Any]]:
        """POST to `/api/v1/{path}`; returns the results."""
        answer = self._client.post(f"/api/v1/{path}", json=list(records))
        answer.raise_for_status()
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def ratings(self) -> list[dict[str, Any]]:
        """Every rating in the store, page by page."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            page = self._client.get("/api/v1/ratings", params={"after": after}).raise_for_status().json()
            found += page["ratings"]
            if page["next"] is None:
                return found
            after = page["next"]

    def is_ready(self) -> bool:
        """Are all parts of the product well?"""
        try:
            return self._client.get("/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def forged_text(self) -> int:
        """Send the SMS webhook a text that no carrier signed; returns the status of the refusal."""
        form = {"MessageSid": "SM" + "f" * 32, "From": "+8613900000000", "To": "+8613900000001", "Body": "1"}
        headers = {"X-Twilio-Signature": "Zm9yZ2VkIGJ5IG5vYm9keSE="}
        return self._client.post("/webhooks/twilio/sms", data=form, headers=headers).status_code


class Agent:
    """A callback agent at the console: its pages and forms, as a browser would use them."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=15.0, follow_redirects=True)

    def log_in(self, name: str, password: str) -> None:
        self._submit("/console/login", "/console/login", name=name, password=password)

    def claim(self, case_id: int) -> None:
        self._submit("/console/", f"/console/cases/{case_id}/claim")

    def call_citizen(self, case_id: int) -> None:
        self._submit(f"/console/cases/{case_id}", f"/console/cases/{case_id}/call")

    def write_down(self, case_id: int, result: str, note: str) -> None:
        """What came of the call that was bridged."""
        page = f"/console/cases/{case_id}"
        self._submit(page, f"{page}/contact", way="bridged", result=result, note=note)

    def reads(self, path: str) -> str:
        """The page at `path`, as HTML."""
        return self._client.get(path).raise_for_status().text

    def _submit(self, page: str, action: str, **fields: str) -> None:
        """Press the button of `page` that posts to `action`. Raises HTTPStatusError when it is refused."""
        hidden = _HiddenFields()
        hidden.feed(self.reads(page))
        self._client.post(action, data=hidden.found | fields).raise_for_status()


class _HiddenFields(HTMLParser):
    """What a page carries to be sent back with its forms: the CSRF token, the lease."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden" and "name" in given:
            self.found[given["name"]] = given.get("value", "")
