"""What is said to citizens: the versions of each script, writing a new one, and putting it into use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import wording
from hotline.console import wording_words
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.wording_view import (
    changes,
    element_id,
    groups,
    languages_of,
    proofs,
    sample_facts,
    text_of,
    troubles,
)
from hotline.console.words import CONFLICTS, FIELDS, Words, why_refused
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.bounds import bounded
from hotline.rules.phones import mask_phones_in
from hotline.rules.scale import Scale
from hotline.rules.script import Channel, Script
from hotline.rules.script_faults import names
from hotline.scripts import load_script, script_names
from hotline.services import services
from hotline.tables import ScriptVersion
from hotline.tables.people import Role

_READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Kept:
    """A script with what is in use of it, and the versions that were made, newest first. `asks`: the policy uses it."""

    own: Script
    in_use: Script
    row: ScriptVersion | None
    versions: tuple[ScriptVersion, ...]
    asks: bool


@blueprint.get("/wording")
@needs_role(*_READERS)
def wording_page() -> str:
    """Every script: which version is in use, and which others there are; first those that the policy uses."""
    with services().database.read() as session:
        kept = sorted((_kept(session, name) for name in script_names()), key=_place)
    turned = len({one.in_use.scale for one in kept if one.asks}) > 1
    return _render("console/wording.html", scripts=kept, turned=turned, may_write=me().role is Role.ADMIN)


def _place(kept: Kept) -> tuple[bool, bool]:
    """Texts before calls, and what the policy uses before what it does not."""
    return not kept.asks, kept.own.channel is not Channel.SMS


def _kept(session: Session, name: str) -> Kept:
    policy = services().policy
    in_use, made = wording.script_in_use(session, name), tuple(wording.versions(session, name))
    row = None if in_use.version < wording.FIRST_OWN_VERSION else wording.version_of(session, name, in_use.version)
    return Kept(load_script(name), in_use, row, made, asks=name in (policy.sms.script, policy.phone.script))


@blueprint.get("/wording/<name>")
@needs_role(Role.ADMIN)
def wording_editor(name: str) -> str:
    """Write a new version, beginning with the words of the one in use, or of `from`."""
    with services().database.read() as session:
        in_use = _known(session, name)
        version = request.args.get("from", in_use.version, type=bounded)
        document = _filled(wording.document_of(session, name, version), in_use)
    return _editor(name, document, version)


def _known(session: Session, name: str) -> Script:
    if name not in script_names():
        raise NotFound(f"script {name}")
    return wording.script_in_use(session, name)


def _filled(document: Mapping[str, Any], other: Script) -> dict[str, Any]:
    """With the other's words for a language that the document lacks: the form has all of them."""
    return {**document, "words": {**other.words, **document["words"]}}


@blueprint.post("/wording/<name>")
@needs_role(Role.ADMIN)
def save_wording(name: str) -> BaseResponse | tuple[str, int]:
    """Keep what was written as a new version; what cannot be kept is shown again as it was typed."""
    house, person = services(), me()
    document, version = _posted(name), request.form.get("from", 0, type=bounded)
    note = mask_phones_in(request.form.get("note", ""), house.policy.region)
    try:
        with house.database.write() as session:
            saved = wording.save_draft(session, name, document, note, person.name, house.now())
            is_same = _is_same(saved.document, wording.script_in_use(session, name))
    except BadInput as fault:
        return _editor(name, document, version, refused=_refusal(fault)), 400
    tell(*_saved_words(saved.version, is_same=is_same), ends_draft=_draft_key(name, version))
    language = _chosen_language(document)
    return redirect(url_for("console.wording_version", name=name, version=saved.version, language=language), 303)


def _saved_words(version: int, *, is_same: bool) -> tuple[str, str]:
    if is_same:
        return (
            f"已保存为版本 {version}，但内容与正在使用的版本完全相同，无需启用。",
            f"Saved as version {version}, but it is identical to the one in use: there is nothing to activate.",
        )
    return (
        f"已保存为版本 {version}，尚未启用。请核对后启用。",
        f"Saved as version {version}. It is not in use yet: look it over, then activate it.",
    )


def _posted(name: str) -> dict[str, Any]:
    """The document that the form holds, in every language of the product. Raises NotFound for no script's name."""
    if name not in script_names():
        raise NotFound(f"script {name}")
    own, form = load_script(name), request.form
    words: dict[str, dict[str, Any]] = {language: {} for language in own.languages}
    for language, its in words.items():
        for text in names(own.channel):
            table, _, entry = text.partition(".")
            typed = form.get(f"{language}.{text}", "").strip()
            if entry:
                its.setdefault(table, {})[entry] = typed
            else:
                its[text] = typed
    scale = form.get("scale", "")
    return {"channel": str(own.channel), "scale": scale if scale in list(Scale) else str(own.scale), "words": words}


def _refusal(fault: BadInput) -> Words:
    return FIELDS["wording_note"] if fault.field == "note" else FIELDS["wording"]


@blueprint.post("/wording/<name>/check")
@needs_role(Role.ADMIN)
def check_wording(name: str) -> str:
    """While it is written: how each posted text reads, what it costs, and what is wrong with it. Nothing is kept."""
    document, policy = _posted(name), services().policy
    texts = [
        text_of(
            document,
            language,
            text,
            request.form[f"{language}.{text}"].strip(),
            sample_facts(document, language, policy),
        )
        for language in languages_of(document)
        for text in names(load_script(name).channel)
        if f"{language}.{text}" in request.form
    ]
    return _render("console/_wording_check.html", texts=texts)


@blueprint.get("/wording/<name>/<int:version>")
@needs_role(*_READERS)
def wording_version(name: str, version: int) -> str:
    """One version: the proof of its scale, what it changes, every text; and, for an administrator, its activation."""
    return _version_page(name, version)


@blueprint.post("/wording/<name>/<int:version>/activate")
@needs_role(Role.ADMIN)
def activate_wording(name: str, version: int) -> BaseResponse | tuple[str, int]:
    """Say it from now on, if the page that was looked at still tells the truth."""
    house, person = services(), me()
    seen = request.form.get("in_use", 0, type=bounded)
    try:
        with house.database.write() as session:
            wording.activate(session, name, version, seen, house.policy.languages, person.name, house.now())
    except BadInput:
        return _version_page(name, version, CONFLICTS["wording_faulty"]), 409
    except Conflict as conflict:
        return _version_page(name, version, why_refused(conflict)), 409
    tell(
        f"版本 {version} 已启用，此后发出的均用新话术。",
        f"Version {version} is in use for all that is said from now on.",
    )
    return redirect(url_for("console.wording_page"), 303)


def _editor(name: str, document: dict[str, Any], version: int, refused: Words | None = None) -> str:
    policy = services().policy
    return _render(
        "console/wording_editor.html",
        name=name,
        document=document,
        version=version,
        refused=refused,
        note=request.form.get("note", ""),
        chosen=_chosen_language(document),
        draft=_draft_key(name, version),
        groups={language: groups(document, language, policy) for language in languages_of(document)},
    )


def _draft_key(name: str, version: int) -> str:
    """Under which the browser keeps what is being written."""
    return f"wording-{me().id}-{name}-{version}"


def _version_page(name: str, version: int, refused: Words | None = None) -> str:
    policy = services().policy
    with services().database.read() as session:
        in_use = _known(session, name)
        document = wording.document_of(session, name, version)
        against = request.args.get("against", in_use.version, type=bounded)
        before = wording.document_of(session, name, against)
        kept = _kept(session, name)
        row = None if version == kept.own.version else wording.version_of(session, name, version)
        opposed = _is_opposed(session, name, document["scale"])
    found = wording.problems(document, policy.languages)
    return _render(
        "console/wording_version.html",
        name=name,
        version=version,
        row=row,
        kept=kept,
        document=document,
        refused=refused,
        against=against,
        troubles=troubles(document, found),
        proofs=proofs(document),
        changes=changes(before, document),
        is_same=_is_same(document, kept.in_use),
        opposed=opposed,
        groups={language: groups(document, language, policy, before) for language in languages_of(document)},
        may_write=me().role is Role.ADMIN,
        chosen=_chosen_language(document),
    )


def _is_same(document: Mapping[str, Any], in_use: Script) -> bool:
    """Would it tell citizens the same as the script in use, to the letter?"""
    return bool(document["scale"] == in_use.scale and document["words"] == in_use.words)


def _is_opposed(session: Session, name: str, scale: str) -> bool:
    """Would texts and calls of this city give the keys opposite directions?"""
    policy = services().policy
    asked = {policy.sms.script, policy.phone.script}
    return name in asked and any(wording.script_in_use(session, other).scale != scale for other in asked - {name})


def _chosen_language(document: Mapping[str, Any]) -> str:
    wanted, known = request.values.get("language", ""), languages_of(document)
    return wanted if wanted in known else known[0]


def _render(template: str, **shown: Any) -> str:
    return render_template(template, wording=wording_words, element_id=element_id, **shown)
