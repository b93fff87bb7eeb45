"""Which service a text is about: by what it names, by our number it came to, by what waits. Never a guess."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from hotline.actions.conversation.matters import Matters, codes_of, items_of
from hotline.actions.conversation.talk import Talk
from hotline.rules.matching import Named, by_first_part, hinted, named, named_by_item, words_beside
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.reply_echoes import own_words
from hotline.rules.reply_text import fold
from hotline.tables import InboundText, Invitation, OutboundText, Rating, ServiceRecord
from hotline.tables.service import RatingState

CORRECTION = "correction"  # the parser's rule for a text that puts a score in place of another
MISTYPED = "mistyped"  # its rule for 打错了 without the score that was meant
_ASKING = frozenset({Action.CLARIFY, "language"})  # what a text was taken for whose answer asks for a score
_ASKED_WITHIN = timedelta(hours=24)
_ALL_OF_THEM = re.compile(
    "(?:这|我)?(?:[两二三四五六七八九十]|[2-9]|[1-9][0-9])(?:件|个|项|笔)(?:事项|业务|办件|事)?[都均全]部?(?:是|给|打)?"
)
_CORRECTS = re.compile(
    '(?:改(?:评价|评分)?[成为到]?|换成|应该?[是为]|应该)[ :：“”"]*(?:给|打)?'
    "(?:[1-5一二三四五](?![0-9]| ?[次遍回天个张份处页点稿])|(?:非常|很|基本|不太|不)*满意|[好差]|一般)"
)
_ANOTHER = re.compile("另(?:外)?[一那]?(?:个|件|项)|另外")
_CLAUSE_END = re.compile("[,，。.;；、!！?？\n]")
_HAN = re.compile("[一-龥]")


@dataclass(frozen=True, slots=True)
class Meant:
    """The invitation, or else the earlier rating, that the text is about. What names it, if it `is_named`, stands at
    `read_before:read_from`, and is none of its words. `names`: the records of several that it names, so that it cannot
    be about one of them alone. `hints`: what in a text that names none may speak of a record all the same. `gone`: the
    record that it names, if that cannot be answered any more."""

    invitation: Invitation | None = None
    rating: Rating | None = None
    read_before: int = 0
    read_from: int = 0
    is_named: bool = False
    names: frozenset[int] = frozenset()
    hints: tuple[Named, ...] = ()
    gone: ServiceRecord | None = None

    @property
    def asked(self) -> Invitation | Rating | None:
        return self.invitation or self.rating

    @property
    def record_id(self) -> int | None:
        if self.gone is not None:
            return self.gone.id
        return None if self.asked is None else self.asked.record_id


def meaning(talk: Talk, matters: Matters) -> Meant:
    """What the text is about, in this order: what it names, by code or by item; what our last answer asked about; our
    number it came to; the only one that waits; the only one that was just reminded of. An empty answer = it cannot be
    told, or there is nothing.
    """
    if (by_name := _by_name(talk, matters)) is not None:
        return by_name
    meant = _by_last_answer(talk, matters) or _by_our_number(talk, matters) or _by_what_waits(talk, matters) or Meant()
    hints = tuple(_hints(talk, matters))
    if meant.rating is not None and len(spoken_of := {hint.id for hint in hints}) == 1:
        waiting = next((one for one in matters.asked if one.record_id in spoken_of), None)
        meant = meant if waiting is None else Meant(waiting)
    return replace(_without_count(talk, meant), hints=hints)


def _without_count(talk: Talk, meant: Meant) -> Meant:
    """两件都5分 of a batch is one rating: how many it is of is none of its words."""
    all_of_them = _ALL_OF_THEM.match(talk.text.body)
    if all_of_them is None or meant.record_id is None:
        return meant
    followers = select(ServiceRecord.id).where(ServiceRecord.lead_id == meant.record_id)
    is_batch = talk.session.scalar(followers.limit(1)) is not None
    return replace(meant, read_from=all_of_them.end()) if is_batch else meant


def _by_name(talk: Talk, matters: Matters) -> Meant | None:
    body, own = talk.text.body, own_words(talk.text.body)
    records = [one.record for one in matters.known().values()]
    codes = codes_of(talk.session, [*records, *matters.gone])
    by_code = _answerable(matters, named(body if own is None else own, codes))
    if own is not None:  # our text sent back, with the answer
        quoted = by_code or _answerable(matters, named(body, codes))
        return _meant(matters, quoted, is_in_words=True) if by_code or len(quoted) == 1 else None
    if by_code:
        return _meant(matters, [*by_code, *others_scored(talk, by_code, hints_in(body, records, matters.gone))])
    everything = [*records, *_of_other_items(matters.gone, records)]
    if by_item := _by_item(talk, everything) or _by_item(talk, records):
        others = [*hinted(body, items_of(records)), *others_scored(talk, by_item, hints_in(body, [], everything))]
        return _meant(matters, [*by_item, *others], is_in_words=_needs_its_name(talk, by_item))
    return None


def _answerable(matters: Matters, found: Sequence[Named]) -> list[Named]:
    """Without what is gone, where the same code names one that can be answered."""
    gone = {record.id for record in matters.gone}
    starts = {one.start for one in found if one.id not in gone}
    return [one for one in found if one.id not in gone or one.start not in starts]


def _of_other_items(gone: Sequence[ServiceRecord], records: Sequence[ServiceRecord]) -> list[ServiceRecord]:
    """Those of an item that no answerable record has, the last of each."""
    known = {record.item_name for record in records}
    return list({record.item_name: record for record in gone if record.item_name not in known}.values())


def hints_in(body: str, records: Sequence[ServiceRecord], gone: Sequence[ServiceRecord]) -> list[Named]:
    """What hints at one of the records, or, in words that none of them has, at one that is gone."""
    others = _of_other_items(gone, records)
    ids = {record.id for record in others}
    hints = hinted(body, items_of([*records, *others])) if others else []
    return [*hinted(body, items_of(records)), *(hint for hint in hints if hint.id in ids)]


def _by_item(talk: Talk, records: Sequence[ServiceRecord]) -> list[Named]:
    """By the name of the item or a good part of it, anywhere; or by two characters of it that a score stands behind."""
    if by_item := named_by_item(talk.text.body, items_of(records)):
        return by_item
    first = first_named(talk, records)
    return [first] if first is not None else []


def first_named(talk: Talk, records: Sequence[ServiceRecord]) -> Named | None:
    """护照 5, 护照非常满意: of one of them alone, before all else, and followed by a score."""
    first = by_first_part(talk.text.body, items_of(records))
    if first is None:
        return None
    reply = parse(talk.text.body[first.end :], talk.script_of(None).scale)
    is_apart = not _HAN.match(talk.text.body[first.end - 1 : first.end]) or not _HAN.match(talk.text.body[first.end :])
    is_apart = is_apart or talk.text.body[first.end - 1] in "的个件项"
    return first if reply.action is Action.RATE and (is_apart or reply.comment is None) else None


def others_scored(talk: Talk, sure: Sequence[Named], hints: Sequence[Named]) -> list[Named]:
    """Of what is hinted at, the other services that a score stands beside: 0012 5，护照1."""
    others = [hint for hint in hints if all(hint.id != one.id for one in sure)]
    text = talk.text.body
    for one in sure:
        text = f"{text[: one.start]}{'，' * (one.end - one.start)}{text[one.end :]}"
    return [hint for hint in others if _is_scored(talk, text, hint)]


def _is_scored(talk: Talk, text: str, hint: Named) -> bool:
    scale = talk.script_of(None).scale
    behind = parse(_CLAUSE_END.split(text[hint.end :])[0], scale)
    before = parse(_CLAUSE_END.split(text[: hint.start])[-1], scale)
    return behind.action is Action.RATE or (before.action is Action.RATE and before.comment is None)


def _meant(matters: Matters, found: Sequence[Named], *, is_in_words: bool = False) -> Meant:
    names = frozenset(one.id for one in found)
    if len(names) > 1:
        return Meant(names=names)
    one = matters.known().get(found[0].id)
    start, end = (0, 0) if is_in_words else (found[0].start, found[0].end)
    if one is None:
        gone = next(record for record in matters.gone if record.id == found[0].id)
        return Meant(None, None, start, end, is_named=True, gone=gone)
    if isinstance(one, Rating):
        return Meant(None, one, start, end, is_named=True)
    return Meant(one, None, start, end, is_named=True)


def _needs_its_name(talk: Talk, found: Sequence[Named]) -> bool:
    """An item's name may as well be part of what is said (不动产窗口排队太久): it is cut out if a rating is left, or
    what takes one back."""
    reply = parse(words_beside(talk.text.body, found[0].start, found[0].end), talk.script_of(None).scale)
    return reply.action not in (Action.RATE, Action.WITHDRAW) and reply.rule != MISTYPED


def _hints(talk: Talk, matters: Matters) -> list[Named]:
    """What may speak of a service by two characters of its item, or as 另一个."""
    if another := _ANOTHER.match(fold(talk.text.body)):
        return [Named(one.record_id, 0, another.end()) for one in matters.asked]
    known = [one.record for one in matters.known().values()]
    return hints_in(talk.text.body, known, matters.gone) if len(known) > 1 or matters.gone else []


def _by_last_answer(talk: Talk, matters: Matters) -> Meant | None:
    """What our last answer asked about, or invited to in another language, unless something was sent since."""
    last = talk.session.scalar(
        select(InboundText)
        .where(InboundText.phone_lookup == talk.number, InboundText.id != talk.kept.id)
        .where(InboundText.received_at > talk.now - _ASKED_WITHIN, InboundText.answer.is_not(None))
        .order_by(InboundText.id.desc())
        .limit(1)
    )
    if last is None or last.action not in _ASKING or last.our_number != talk.text.our_number:
        return None
    sent = [at for one in matters.asked for at in (one.sent_at, one.reminded_at) if at is not None]
    asked = next((one for one in matters.asked if one.id == last.invitation_id), None)
    return Meant(asked) if asked is not None and all(at <= last.received_at for at in sent) else None


def _by_our_number(talk: Talk, matters: Matters) -> Meant | None:
    """What was texted from the number that the citizen now writes to, if that is one thing alone."""
    if talk.text.our_number is None:
        return None
    candidates = [Meant(invitation=one) for one in matters.asked]
    candidates += [Meant(rating=rating) for rating in matters.earlier]
    texted_from = _texted_from(talk, [one.record_id for one in candidates if one.record_id is not None])
    if None in texted_from.values():  # one of them may have come from any number
        return None
    if any(one.record_id not in texted_from for one in matters.asked):  # sent by a release that kept no number
        return None
    there = [one for one in candidates if texted_from.get(one.record_id or 0) == talk.text.our_number]
    open_there = [one for one in there if one.invitation is not None]
    if open_there:
        return open_there[0] if len(open_there) == 1 else None
    return there[0] if len({one.record_id for one in there}) == 1 else None


def _texted_from(talk: Talk, record_ids: Sequence[int]) -> dict[int, str | None]:
    """From which of our numbers each record's last text went; None where the carrier has not said."""
    rows = talk.session.execute(
        select(Invitation.record_id, OutboundText.our_number)
        .join(OutboundText, OutboundText.invitation_id == Invitation.id)
        .where(Invitation.record_id.in_(record_ids), OutboundText.begun_at.is_not(None))
        .order_by(OutboundText.begun_at, OutboundText.id)
    )
    return {row.record_id: row.our_number for row in rows}


def _by_what_waits(talk: Talk, matters: Matters) -> Meant | None:
    if len(matters.asked) == 1:
        return Meant(invitation=matters.asked[0])
    since = talk.now - timedelta(hours=talk.policy.invitation.reminder_reply_hours)
    reminded = [one for one in matters.asked if one.reminded_at is not None and one.reminded_at > since]
    return Meant(invitation=reminded[0]) if len(reminded) == 1 else None


def says_correction(text: str) -> bool:
    """Does the text put a score in place of another, whether the parser is sure of it or not?"""
    return _CORRECTS.search(fold(text)) is not None


def _is_changed(talk: Talk, reply: Reply) -> bool:
    """已经解决了，改为满意: whatever the rule that read it, it is of what was rated before."""
    return reply.action is Action.RATE and "改" in talk.text.body and says_correction(talk.text.body)


def corrected(talk: Talk, matters: Matters, meant: Meant, reply: Reply) -> Sequence[Rating]:
    """What a correction may be of, if it names nothing: not of what waits, which has no rating yet."""
    is_correction = reply.rule == CORRECTION or _is_changed(talk, reply)
    if not is_correction or meant.is_named or meant.rating is not None or meant.names:
        return []
    asked = {one.record_id for one in matters.asked}
    rated = [one for one in matters.earlier if one.state is RatingState.ACTIVE and one.record_id not in asked]
    texted_from = _texted_from(talk, [one.record_id for one in rated])
    return [one for one in rated if texted_from.get(one.record_id) in (None, talk.text.our_number)]
