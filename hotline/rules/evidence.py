"""Files of evidence: which kinds are taken, told by their content and never by their name; names made harmless."""

import re
from enum import StrEnum

from hotline.rules.phones import mask_phones_in
from hotline.rules.written import one_line

MOST_FILES = 10  # of one side of an appeal
LARGEST_FILE = 5 * 1024 * 1024
LONGEST_NAME = 100
_NOT_IN_NAMES = '<>:"/\\|?*'  # no file system of an office takes these; the stars of a masked number are among them


class FileKind(StrEnum):
    """What is taken; the value is the suffix of its name."""

    PDF = "pdf"
    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    TEXT = "txt"
    MP3 = "mp3"
    WAV = "wav"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.WEBP: "image/webp",
    FileKind.TEXT: "text/plain",
    FileKind.MP3: "audio/mpeg",
    FileKind.WAV: "audio/wav",
}
_BEGINNINGS = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"ID3", FileKind.MP3),
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_IN_RIFF = {b"WEBP": FileKind.WEBP, b"WAVE": FileKind.WAV}


def kind_of(content: bytes) -> FileKind | None:
    """What a file is by its own beginning; None = nothing that is taken."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(b"RIFF"):
        return _IN_RIFF.get(content[8:12])
    if _is_mp3_frame(content[:3]):
        return FileKind.MP3
    return FileKind.TEXT if _is_text(content) else None


def _is_mp3_frame(header: bytes) -> bool:
    """Eleven bits of ones, a version that exists, layer III, a bit rate and a sampling rate that exist."""
    if len(header) < 3 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate, sampling = header[1] >> 3 & 3, header[1] >> 1 & 3, header[2] >> 4, header[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in (0, 15) and sampling != 3


def _is_text(content: bytes) -> bool:
    """UTF-8, or what Chinese Windows writes, without anything that no text holds."""
    if not content.strip():
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _NO_TEXT.search(text) is None
    return False


def clean_name(name: str, kind: FileKind, region: str) -> str:
    """The name of a file as it is kept: without its folders, what cannot be seen and whole telephone numbers, with the
    suffix of what it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = mask_phones_in(one_line(last), region)
    for suffix in (f".{kind}", ".jpeg"):
        stem = stem[: -len(suffix)] if stem.lower().endswith(suffix) else stem
    stem = "".join("_" if char in _NOT_IN_NAMES else char for char in stem).strip(" .")
    return f"{stem[:LONGEST_NAME].rstrip(' .') or '证据'}.{kind}"
