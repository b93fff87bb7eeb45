"""The audit log is followed from its first entry every day, a piece at each sweep.

What is found goes into the log of the process too: who keeps that elsewhere can show later how far the audit log went.
"""

import structlog

from hotline.actions import audit_checks
from hotline.services import Services

_PIECE = 10_000  # entries, at one sweep

log = structlog.get_logger(__name__)


def check_audit_log(here: Services) -> None:
    """Begin the day's check, or go on with it."""
    now = here.now()
    with here.database.read() as session:
        last = audit_checks.last_check(session, ended=False)
    if last is not None and last.ended_at is not None and now - last.began_at < audit_checks.EVERY:
        return
    with here.database.write() as session:
        if last is None or last.ended_at is not None:
            last = audit_checks.begin_check(session, now)
        check = audit_checks.go_on(session, last.id, _PIECE, now)
    if check.fault is not None:
        log.error("audit_log_broken", fault=check.fault, after=check.number)
    elif check.ended_at is not None:
        log.info("audit_log_whole", number=check.number, seal=check.seal)
