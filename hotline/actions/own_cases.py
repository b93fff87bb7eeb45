"""Cases about oneself: whoever was rated, by the number of staff in the record, is neither given nor shown them."""

from typing import Protocol

from sqlalchemy import ColumnElement, false, select

from hotline.tables import Case, ServiceRecord


class Staff(Protocol):
    """Somebody of the console, with the number that records know them by, if it is known."""

    @property
    def staff_no(self) -> str | None: ...
    @property
    def dept_code(self) -> str | None: ...


def served(person: Staff) -> ColumnElement[bool]:
    """Of records: those of this person's own services. Numbers of staff are those of one department; whoever is of
    none, such as an agent of the hotline, is meant wherever the number stands."""
    if person.staff_no is None:
        return false()
    theirs = ServiceRecord.staff_no == person.staff_no
    return theirs if person.dept_code is None else theirs & (ServiceRecord.dept_code == person.dept_code)


def has_served(record: ServiceRecord, person: Staff) -> bool:
    """The same of one record."""
    same_dept = person.dept_code is None or record.dept_code == person.dept_code
    return person.staff_no is not None and record.staff_no == person.staff_no and same_dept


def is_about(case: Case, person: Staff) -> bool:
    """The same of one case."""
    return has_served(case.record, person)


def about(person: Staff) -> ColumnElement[bool]:
    """The same of cases in a query."""
    if person.staff_no is None:
        return false()
    return Case.record_id.in_(select(ServiceRecord.id).where(served(person)))
