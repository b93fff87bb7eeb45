"""A remote evaluation store over HTTP: signed batches with an idempotency key, each over within a worker's lease."""

import hmac
import json
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx

from hotline.cutoff import Cutoff, cut_after
from hotline.evaluation.base import Delivered, Refused, Result, Unavailable
from hotline.rules.phones import mask_phones_in

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_DEADLINE_SECONDS = 15.0  # for a whole delivery; a worker's lease lasts twice as long
_MOST_BYTES = 4096
_LONGEST_REASON = 300
_REGION = "CN"


class HttpStore:
    """POSTs `{"ratings": [document, …]}` to `url`, signed with HMAC-SHA256 over timestamp + "." + body."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret.encode()
        # Each delivery has a connection of its own: its deadline cuts that connection.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(timeout=_TIMEOUT, follow_redirects=False, limits=limits)

    def deliver(self, documents: list[dict[str, Any]], batch: str, now: datetime) -> Result:
        """2xx and 409 (already have it) are done; 429, 5xx and no answer are tried again; anything else is refused.

        A store that has not answered in full after 15 seconds, however busily it drips, has not answered.
        """
        body = json.dumps({"ratings": documents}, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = str(int(now.timestamp()))
        signature = hmac.new(self._secret, timestamp.encode() + b"." + body, sha256).hexdigest()
        headers = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Idempotency-Key": batch,
            "X-Hotline-Timestamp": timestamp,
            "X-Hotline-Signature": f"sha256={signature}",
        }
        with cut_after(_DEADLINE_SECONDS) as cutoff:
            try:
                result = self._post(body, headers, cutoff)
            except httpx.HTTPError as error:
                result = Unavailable(type(error).__name__)
        if cutoff.is_cut and not isinstance(result, Delivered):
            return Unavailable("DeadlineExceeded")
        return result

    def _post(self, body: bytes, headers: dict[str, str], cutoff: Cutoff) -> Result:
        trace = {"trace": cutoff.watch}
        with self._client.stream("POST", self._url, content=body, headers=headers, extensions=trace) as response:
            if response.is_success or response.status_code == httpx.codes.CONFLICT:
                return Delivered()
            reason = f"{response.status_code} {_words(response)}".strip()
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            return Unavailable(reason)
        return Refused(reason)


def _words(response: httpx.Response) -> str:
    """The beginning of what the store said, fit to be kept: no NUL, which no database keeps, and no number whole."""
    said = b""
    for part in response.iter_raw(_MOST_BYTES):
        said += part
        if len(said) >= _MOST_BYTES:
            break
    words = said[:_MOST_BYTES].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return mask_phones_in(words, _REGION)[:_LONGEST_REASON]
