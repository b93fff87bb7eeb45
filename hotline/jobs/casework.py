"""The clock of the cases, at every sweep: notices that have come due, and deadlines whose year has its list by now.

The rows are the truth: after an outage the next sweeps find whatever came due meanwhile, and do it once.
"""

from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hotline.actions import case_evidence
from hotline.actions.case_deadlines import count_anew, countable_anew
from hotline.actions.case_notices import cases_with_due_notices
from hotline.actions.case_steps import serve_notices
from hotline.errors import HotlineError
from hotline.services import Services

_MOST = 200  # in one sweep
_MOST_ERASED = 20  # files of evidence in one sweep

log = structlog.get_logger(__name__)


def keep_deadlines(here: Services) -> None:
    """Each case is a commit of its own, and one that cannot be served keeps no other waiting."""
    now = here.now()
    with here.database.read() as session:
        anew = [row.id for row in countable_anew(session, _MOST)]
    for deadline_id in anew:
        _do(here, "deadline", deadline_id, lambda session, which: count_anew(session, which, here.policy, now))
    with here.database.read() as session:
        due = cases_with_due_notices(session, now, _MOST)
    for case_id in due:
        _do(here, "case", case_id, lambda session, which: serve_notices(session, which, here.policy, now))


def erase_evidence(here: Services) -> None:
    """The content of files whose appeal was decided on longer ago than the policy keeps them."""
    with here.database.read() as session:
        old = case_evidence.evidence_to_erase(session, here.policy, _MOST_ERASED, here.now())
    if old:
        with here.database.write() as session:
            case_evidence.erase_evidence(session, old, here.now())


def _do(here: Services, kind: str, which: int, act: Callable[[Session, int], None]) -> None:
    try:
        with here.database.write() as session:
            act(session, which)
    except (HotlineError, SQLAlchemyError) as error:  # the next sweep tries again
        log.error("deadlines_not_kept", kind=kind, id=which, error=type(error).__name__)
