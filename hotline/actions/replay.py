"""Reading the texts that were kept once more, with today's parser: what it reads otherwise. Nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from hotline.rules.matching import words_beside
from hotline.rules.replies import Action, parse
from hotline.rules.scale import is_bad
from hotline.tables import InboundText

_AT_ONCE = 500
# The rules of texts that the parser of replies did not decide on.
_NOT_READ = ("carrier", "language", "several-services")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as. `said` is how it stands in the matrix: the stars of a rating, else the action."""

    action: str
    stars: int | None
    rule: str

    @property
    def said(self) -> str:
        return self.action if self.stars is None else str(self.stars)


@dataclass(frozen=True, slots=True)
class Reread:
    """One text (`body` with numbers masked), as it was read when it came, and as it is read now."""

    text_id: int
    received_at: datetime
    body: str
    before: Reading
    after: Reading

    @property
    def is_same(self) -> bool:
        """The same deed would follow; by which rule is no matter."""
        return self.before.said == self.after.said

    @property
    def flips(self) -> bool:
        """A bad rating would be a good one, or the other way round."""
        return is_flip(self.before.said, self.after.said)


@dataclass(slots=True)
class Report:
    """What a replay found; `matrix` counts (as read before, as read now), the same ones too."""

    total: int = 0
    changed: list[Reread] = field(default_factory=list)
    matrix: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def same(self) -> int:
        return self.total - len(self.changed)

    @property
    def flips(self) -> int:
        return sum(one.flips for one in self.changed)


def count_texts(session: Session, since: datetime | None, until: datetime | None) -> int:
    """How many texts a replay of that time would read."""
    return session.scalar(select(func.count()).select_from(InboundText).where(*_of(since, until))) or 0


def replay(
    session: Session,
    since: datetime | None,
    until: datetime | None,
    open_box: Callable[[bytes], str],
    limit: int | None = None,
) -> Iterator[Reread]:
    """Read again every text that a parser has read and that came from `since` to before `until`, oldest first.

    Each under the scale that its citizen was told, from its words as they came (`open_box` unseals them).
    """
    read, last = 0, None
    while limit is None or read < limit:
        chunk = select(InboundText).where(*_of(since, until)).order_by(InboundText.received_at, InboundText.id)
        if last is not None:
            chunk = chunk.where(tuple_(InboundText.received_at, InboundText.id) > last)
        texts = session.scalars(chunk.limit(min(_AT_ONCE, limit - read) if limit else _AT_ONCE)).all()
        if not texts:
            return
        for text in texts:
            yield reread(text, open_box)
        read, last = read + len(texts), (texts[-1].received_at, texts[-1].id)
        session.expunge_all()  # of a long replay, only what changed is kept


def summed(rereads: Iterable[Reread]) -> Report:
    """All of them counted, and those kept that are read otherwise now."""
    report = Report()
    for one in rereads:
        report.total += 1
        report.matrix[one.before.said, one.after.said] += 1
        if not one.is_same:
            report.changed.append(one)
    return report


def is_flip(before: str, after: str) -> bool:
    """Are both ratings, the one good and the other bad?"""
    return before.isdigit() and after.isdigit() and is_bad(int(before)) != is_bad(int(after))


# As the axes of the matrix are laid out.
SAID = ("5", "4", "3", "2", "1", *(str(action) for action in Action if action is not Action.RATE))


def read_by_parser() -> list[ColumnElement[bool]]:
    """Texts that the parser of replies has decided on."""
    is_read = InboundText.scale.is_not(None) & InboundText.action.is_not(None)
    return [is_read, InboundText.rule.not_in(_NOT_READ)]


def _of(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    wanted = read_by_parser()
    if since is not None:
        wanted.append(InboundText.received_at >= since)
    if until is not None:
        wanted.append(InboundText.received_at < until)
    return wanted


def reread(text: InboundText, open_box: Callable[[bytes], str]) -> Reread:
    """One text that a parser has read, read again."""
    assert text.scale is not None
    assert text.action is not None
    reply = parse(words_beside(open_box(text.body_box), text.read_before, text.read_from), text.scale)
    return Reread(
        text_id=text.id,
        received_at=text.received_at,
        body=text.body,
        before=Reading(text.action, text.stars, text.rule or ""),
        after=Reading(reply.action, reply.stars, reply.rule),
    )
