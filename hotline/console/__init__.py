"""The console: the pages on which callback agents work cases, and supervisors and auditors follow them.

Importing it puts every page on one blueprint; `set_up_login` prepares an application for its log-in.
"""

from hotline.console import (
    board,
    calendar,
    case,
    contact,
    deliveries,
    desk,
    evidence,
    explain,
    extensions,
    flow,
    ledger,
    nav,
    opt_outs,
    policy,
    quality,
    queue,
    ratings,
    reassign,
    recordings,
    register,
    replay,
    replies,
    reveal,
    search,
    steps,
    texts,
    wording,
)
from hotline.console.access import set_up_login
from hotline.console.evidence import let_files_through
from hotline.console.room import blueprint

__all__ = [
    "blueprints",
    "board",
    "calendar",
    "case",
    "contact",
    "deliveries",
    "desk",
    "evidence",
    "explain",
    "extensions",
    "flow",
    "ledger",
    "let_files_through",
    "nav",
    "opt_outs",
    "policy",
    "quality",
    "queue",
    "ratings",
    "reassign",
    "recordings",
    "register",
    "replay",
    "replies",
    "reveal",
    "search",
    "set_up_login",
    "steps",
    "texts",
    "wording",
]

blueprints = (blueprint,)
