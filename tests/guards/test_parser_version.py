"""Whoever changes how replies are read raises the version that is kept beside each text; after that, run this module.

python -m tests.guards.test_parser_version
"""

import hashlib
import json
from pathlib import Path

from hotline.rules.replies import PARSER, parse
from hotline.rules.scale import Scale

TABLES = sorted((Path(__file__).parent.parent / "rules").glob("*.jsonl"))
PINNED = Path(__file__).with_name("parser_version.json")


def digest() -> str:
    """Of what every reply of the tables is read as today, under both scales, and by which rule."""
    found = hashlib.sha256()
    for table in TABLES:
        for line in table.read_text("utf-8").splitlines():
            text = json.loads(line)["text"]
            for scale in Scale:
                reply = parse(text, scale)
                found.update(json.dumps([text, scale, reply.action, reply.stars, reply.rule]).encode())
    return found.hexdigest()


def test_replies_are_read_as_this_version_of_the_parser_reads_them() -> None:
    assert TABLES
    assert json.loads(PINNED.read_text("utf-8")) == {PARSER: digest()}, (
        "replies are read otherwise, or the tables have grown: raise PARSER in hotline/rules/replies.py if readings "
        "changed, then run: python -m tests.guards.test_parser_version"
    )


if __name__ == "__main__":
    PINNED.write_text(json.dumps({PARSER: digest()}, indent=2) + "\n", encoding="utf-8")
