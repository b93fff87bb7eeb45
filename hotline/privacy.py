"""Phone numbers, private texts and voices: sealed at the door, opened only to call the network or to show a person one.

AES-256-GCM at rest; found by a keyed hash (HMAC-SHA256); both keys are derived from HOTLINE_DATA_KEY.
"""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.errors import HotlineError
from hotline.rules.phones import Phone, PhoneKind, mask

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedPhone:
    """A phone number as the inside of the house knows it: what to look it up by, its box, how it is shown."""

    lookup: str
    box: bytes
    masked: str
    kind: PhoneKind


class Vault:
    """Seals and opens with one data key (32 bytes)."""

    def __init__(self, data_key: bytes) -> None:
        self._cipher = AESGCM(_derived(data_key, b"hotline seal v1"))
        self._lookup_key = _derived(data_key, b"hotline lookup v1")

    def seal_phone(self, phone: Phone) -> SealedPhone:
        lookup = hmac.new(self._lookup_key, phone.e164.encode(), sha256).hexdigest()
        return SealedPhone(lookup, self.seal(phone.e164), mask(phone.e164), phone.kind)

    def seal(self, text: str) -> bytes:
        return self.seal_bytes(text.encode())

    def open(self, box: bytes) -> str:
        """The sealed text. Raises HotlineError(code="data_key") when another key sealed it."""
        return self.open_bytes(box).decode()

    def seal_bytes(self, data: bytes) -> bytes:
        """A nonce, then the ciphertext with its tag; never the same twice."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, None)

    def open_bytes(self, box: bytes) -> bytes:
        """What was sealed. Raises HotlineError(code="data_key") when another key sealed it, or it is damaged."""
        try:
            return self._cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):  # ValueError: cut off so short that there is no nonce
            raise HotlineError("HOTLINE_DATA_KEY does not open what is stored", code="data_key") from None


def _derived(data_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(data_key)
