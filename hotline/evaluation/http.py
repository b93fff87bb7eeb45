"""A remote evaluation store over HTTP: signed batches with an idempotency key."""

import hmac
import json
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx

from hotline.evaluation.base import Delivered, Refused, Result, Unavailable

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_LONGEST_REASON = 300


class HttpStore:
    """POSTs `{"ratings": [document, …]}` to `url`, signed with HMAC-SHA256 over timestamp + "." + body."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret.encode()
        self._client = httpx.Client(timeout=_TIMEOUT, follow_redirects=False)

    def deliver(self, documents: list[dict[str, Any]], batch: str, now: datetime) -> Result:
        """2xx and 409 (already have it) are done; 429, 5xx and no answer are tried again; anything else is refused."""
        body = json.dumps({"ratings": documents}, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = str(int(now.timestamp()))
        signature = hmac.new(self._secret, timestamp.encode() + b"." + body, sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": batch,
            "X-Hotline-Timestamp": timestamp,
            "X-Hotline-Signature": f"sha256={signature}",
        }
        try:
            response = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return Unavailable(type(error).__name__)
        if response.is_success or response.status_code == httpx.codes.CONFLICT:
            return Delivered()
        words = response.text[:_LONGEST_REASON].replace("\0", "\N{REPLACEMENT CHARACTER}")  # no database keeps NUL
        reason = f"{response.status_code} {words}".strip()
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            return Unavailable(reason)
        return Refused(reason)
