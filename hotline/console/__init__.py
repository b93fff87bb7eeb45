"""The console: the pages on which callback agents work cases, and supervisors and auditors follow them.

Importing it puts every page on one blueprint; `set_up_login` prepares an application for its log-in.
"""

from hotline.console import (
    audit_log,
    case,
    contact,
    deliveries,
    desk,
    evidence,
    explain,
    flow,
    login,
    nav,
    opt_outs,
    queue,
    ratings,
    recordings,
    register,
    replay,
    replies,
    reveal,
    security,
    steps,
    texts,
    users,
    wording,
)
from hotline.console.access import set_up_login
from hotline.console.evidence import let_files_through
from hotline.console.room import blueprint

__all__ = [
    "audit_log",
    "blueprints",
    "case",
    "contact",
    "deliveries",
    "desk",
    "evidence",
    "explain",
    "flow",
    "let_files_through",
    "login",
    "nav",
    "opt_outs",
    "queue",
    "ratings",
    "recordings",
    "register",
    "replay",
    "replies",
    "reveal",
    "security",
    "set_up_login",
    "steps",
    "texts",
    "users",
    "wording",
]

blueprints = (blueprint,)
