"""What is said to citizens: the scripts that come with the product, and the versions that administrators make of them.

Of each script one version is in use: the one activated last, or else the product's own. A version is never changed:
who goes back to an older one makes a new version of its words.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Select, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.scale import Scale
from hotline.rules.script import Script
from hotline.rules.script_faults import Fault, Kind, faults
from hotline.rules.sentences import Channel
from hotline.scripts import load_script, script_names
from hotline.tables import ScriptVersion

FIRST_OWN_VERSION = 101  # below it are the product's own versions
LONGEST_NOTE = 500
_TRIES = 5


def script_in_use(session: Session, name: str) -> Script:
    """The script `name` as it is said to citizens from now on."""
    row = session.scalar(_activated(name).limit(1))
    return load_script(name) if row is None else script_of_row(row)


def script_said(session: Session, script_id: str) -> Script:
    """The script of an id such as `sms-stars@1`: the words, and the scale, that a citizen was sent.

    Of the product's own versions only the newest is kept, and stands in for those before it.
    """
    name, _, version = script_id.partition("@")
    row = None if int(version) < FIRST_OWN_VERSION else session.scalar(_numbered(name, int(version)))
    return load_script(name) if row is None else script_of_row(row)


def script_of_row(row: ScriptVersion) -> Script:
    """The script that a row holds. Raises ValueError for a draft whose words and scale disagree.

    What was activated was proved on its day, and is said on although a later release of the product reads more
    strictly: `hotline doctor` tells of it.
    """
    document = json.dumps(row.document, ensure_ascii=False)
    return _read(row.name, row.version, document, is_proved=row.activated_at is not None)


@lru_cache(maxsize=64)
def _read(name: str, version: int, document: str, *, is_proved: bool) -> Script:
    script = _whole(json.loads(document)) | {"name": name, "version": version}
    return Script.model_construct(**script) if is_proved else Script.model_validate(script)


def _whole(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the product's own words for what it lacks, and without what is not said any more.

    A version made before the product was updated may lack sentences, or languages, that are needed since.
    """
    channel, scale = Channel(document["channel"]), Scale(document["scale"])
    base = next(
        script for script in map(load_script, script_names()) if (script.channel, script.scale) == (channel, scale)
    )
    words = {language: _laid_over(own, document["words"].get(language, {})) for language, own in base.words.items()}
    return {"channel": channel, "scale": scale, "words": words}


def _laid_over(own: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: made.get(name, text) for name, text in own.items()}
    return {name: own[name] | text if isinstance(text, dict) else text for name, text in kept.items()}


def document_of(session: Session, name: str, version: int) -> dict[str, Any]:
    """`channel`, `scale` and `words` of any version, drafts too; the product's own by its number. Raises NotFound."""
    _product_own(name)
    own = load_script(name)
    if version == own.version:
        return own.model_dump(mode="json", include={"channel", "scale", "words"})
    return version_of(session, name, version).document


def version_of(session: Session, name: str, version: int) -> ScriptVersion:
    """A version that an administrator made. Raises NotFound."""
    row = session.scalar(_numbered(name, version))
    if row is None:
        raise NotFound(f"script {name}@{version}")
    return row


def versions(session: Session, name: str, limit: int = 20) -> Sequence[ScriptVersion]:
    """Those that administrators made, newest first."""
    made = select(ScriptVersion).where(ScriptVersion.name == name)
    return session.scalars(made.order_by(ScriptVersion.version.desc()).limit(limit)).all()


def problems(document: Mapping[str, Any], languages: Iterable[str]) -> list[Fault]:
    """All that keeps a document from being activated; every one of `languages` must have its words."""
    words = document["words"]
    missing = [Fault(language, "", Kind.NO_SENTENCE) for language in languages if language not in words]
    return missing + faults(Channel(document["channel"]), Scale(document["scale"]), words)


def save_draft(
    session: Session, name: str, document: Mapping[str, Any], note: str, user_name: str, now: datetime
) -> ScriptVersion:
    """Keep the document as the next version of that script, not in use yet, even if its words and scale disagree.

    Raises NotFound for a name that the product has no script of, BadInput (fields `note`, `scale`, `words`, or a text
    such as `zh-CN.clarify`) for what no draft can hold; then nothing is kept.
    """
    kept = _keepable(name, document)
    note = _checked_note(note)
    for _ in range(_TRIES):
        row = ScriptVersion(
            name=name, version=_next_version(session, name), document=kept, note=note, made_at=now, made_by=user_name
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # somebody else saved at the same moment, and took the number
            continue
        audit(session, user_name, "wording_saved", now, subject=f"script:{name}@{row.version}", facts={"note": note})
        return row
    raise Conflict(f"script {name}: no number is free")


def _keepable(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    own = _product_own(name)
    if document.get("channel") != own.channel:
        raise BadInput("channel", f"must be {own.channel}")
    if document.get("scale") not in list(Scale):
        raise BadInput("scale", "must be one of the scales")
    words = document.get("words")
    if not isinstance(words, Mapping) or not words or not set(words) <= set(own.words):
        raise BadInput("words", f"must have the languages of the product: {', '.join(own.words)}")
    kept = {
        "channel": str(own.channel),
        "scale": str(document["scale"]),
        "words": dict(words),
    }
    for fault in problems(kept, ()):
        if not fault.is_keepable:
            raise BadInput(f"{fault.language}.{fault.sentence}", str(fault))
    return kept


def _product_own(name: str) -> Script:
    if name not in script_names():
        raise NotFound(f"script {name}")
    return load_script(name)


def _checked_note(note: str) -> str:
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE or "\0" in note:
        raise BadInput("note", f"must have 1 to {LONGEST_NOTE} characters")
    return note


def _next_version(session: Session, name: str) -> int:
    last = session.scalar(select(func.max(ScriptVersion.version)).where(ScriptVersion.name == name))
    return FIRST_OWN_VERSION if last is None else last + 1


def activate(
    session: Session,
    name: str,
    version: int,
    in_use_when_seen: int,
    languages: Iterable[str],
    user_name: str,
    now: datetime,
) -> Script:
    """Say it from now on. What was sent before keeps its own words and scale.

    Raises NotFound; BadInput (`words`) when `problems` finds any; Conflict `wording_activated` for a version that was
    in use already, and `wording_moved_on` when another one than `in_use_when_seen` is in use by now.
    """
    # Whoever activates holds every version of the script: two administrators take turns.
    held = session.scalars(
        select(ScriptVersion)
        .where(ScriptVersion.name == name)
        .order_by(ScriptVersion.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    row = next((row for row in held if row.version == version), None)
    if row is None:
        raise NotFound(f"script {name}@{version}")
    if row.activated_at is not None:
        raise Conflict(f"script {name}@{version} has been in use already", code="wording_activated")
    before = script_in_use(session, name)
    if before.version != in_use_when_seen:
        raise Conflict(f"script {name}: {before.version} is in use by now", code="wording_moved_on")
    if found := problems(row.document, languages):
        raise BadInput("words", "; ".join(map(str, found)))
    script = script_of_row(row)
    row.activated_at, row.activated_by = _after_all(held, now), user_name
    facts = {"before": before.id, "scale_before": before.scale, "scale": script.scale}
    audit(session, user_name, "wording_activated", now, subject=f"script:{script.id}", facts=facts)
    return script


def _after_all(held: Iterable[ScriptVersion], now: datetime) -> datetime:
    """Now, or right after the last activation if that was made by a machine whose clock is ahead."""
    earlier = [row.activated_at for row in held if row.activated_at is not None]
    return max([now, *(at + timedelta(microseconds=1) for at in earlier)])


def _activated(name: str) -> Select[ScriptVersion]:
    """Newest first."""
    return (
        select(ScriptVersion)
        .where(ScriptVersion.name == name, ScriptVersion.activated_at.is_not(None))
        .order_by(ScriptVersion.activated_at.desc(), ScriptVersion.id.desc())
    )


def _numbered(name: str, version: int) -> Select[ScriptVersion]:
    asked = literal(version, BigInteger)  # however long a number it is in an address
    return select(ScriptVersion).where(ScriptVersion.name == name, ScriptVersion.version == asked)
