"""The console: the pages on which callback agents work cases, and supervisors and auditors follow them.

Importing it puts every page on one blueprint; `set_up_login` prepares an application for its log-in.
"""

from hotline.console import (
    case,
    contact,
    deliveries,
    desk,
    evidence,
    explain,
    flow,
    nav,
    opt_outs,
    queue,
    ratings,
    recordings,
    register,
    replay,
    replies,
    reveal,
    steps,
    texts,
    wording,
)
from hotline.console.access import set_up_login
from hotline.console.evidence import let_files_through
from hotline.console.room import blueprint

__all__ = [
    "blueprints",
    "case",
    "contact",
    "deliveries",
    "desk",
    "evidence",
    "explain",
    "flow",
    "let_files_through",
    "nav",
    "opt_outs",
    "queue",
    "ratings",
    "recordings",
    "register",
    "replay",
    "replies",
    "reveal",
    "set_up_login",
    "steps",
    "texts",
    "wording",
]

blueprints = (blueprint,)
