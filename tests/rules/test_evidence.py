"""Files of evidence: what they are by their content, whatever they are called, and what they are called here."""

import pytest

from hotline.rules.evidence import FileKind, clean_name, kind_of

WORDS = "当日窗口排队情况说明\r\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", FileKind.PDF),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", FileKind.JPEG),
        (b"\x89PNG\r\n\x1a\n\0\0", FileKind.PNG),
        (b"RIFF\x24\0\0\0WEBPVP8 ", FileKind.WEBP),
        (b"RIFF\x24\0\0\0WAVEfmt ", FileKind.WAV),
        (b"ID3\x04\0\0", FileKind.MP3),
        (b"\xff\xfb\x90\x44\0", FileKind.MP3),
        (WORDS.encode(), FileKind.TEXT),
        (WORDS.encode("gb18030"), FileKind.TEXT),
        (b"<script>alert(1)</script>", FileKind.TEXT),  # handed out as text, and never shown
        (b"RIFF\x24\0\0\0AVI LIST", None),
        (b"MZ\x90\0\x03\0", None),
        (b"PK\x03\x04\x14\0", None),
        (b"\x7fELF\x02\x01", None),
        (b"GIF89a\x01\0\x01\0\x80", None),
        (b"\xff\xfe1\0\0\0", None),
        (b"\xff\xfb\xf0\x44\0", None),  # a bit rate that does not exist
        (b"\x80\x81\xfe\xff\xff", None),
        (b" \n", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, kind: FileKind | None) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("情况说明.pdf", "情况说明.pdf"),
        ("录音.PDF", "录音.pdf"),
        ("C:\\Users\\王\\发票.exe", "发票.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("来电13844328000.pdf", "来电138____8000.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ('x"\r\nSet-Cookie: a=b.pdf', "x_  Set-Cookie_ a=b.pdf"),
        (".pdf", "证据.pdf"),
        ("长" * 300 + ".pdf", "长" * 100 + ".pdf"),
    ],
)
def test_a_name_keeps_its_words_and_nothing_that_could_do_harm(name: str, kept: str) -> None:
    assert clean_name(name, FileKind.PDF, "CN") == kept
