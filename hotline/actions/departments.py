"""Which departments are known here: those of records that came in, and those of people who work here."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.tables import ServiceRecord, User

_MOST = 200
_of_record = ServiceRecord.dept_code


def is_known(session: Session, dept_code: str) -> bool:
    """Has a record, or somebody who works here, this code? A case that is handed to any other reaches nobody."""
    # In the order of the index, and not by equality: so no plan reads every record for a code that none has.
    first = select(_of_record).where(_of_record >= dept_code).order_by(_of_record).limit(1)
    working = select(User.id).where(User.dept_code == dept_code, User.disabled_at.is_(None)).limit(1)
    return session.scalar(first) == dept_code or session.scalar(working) is not None


def known_departments(session: Session) -> Mapping[str, str | None]:
    """Their names, as a record says them, by their codes. Of records so many at most, with one look into the index for
    each, however many records there are."""
    codes = select(func.min(_of_record).label("code")).cte(recursive=True)
    after = select(func.min(_of_record)).where(_of_record > codes.c.code).scalar_subquery()
    codes = codes.union_all(select(after).where(codes.c.code.is_not(None)))
    named = select(ServiceRecord.dept_name).where(_of_record >= codes.c.code).order_by(_of_record).limit(1)
    found = select(codes.c.code, named.scalar_subquery().label("name")).where(codes.c.code.is_not(None)).limit(_MOST)
    working = select(User.dept_code).where(User.dept_code.is_not(None), User.disabled_at.is_(None)).distinct()
    names: dict[str, str | None] = {code: None for code in session.scalars(working) if code is not None}
    names |= {row.code: row.name for row in session.execute(found)}
    return dict(sorted(names.items()))
