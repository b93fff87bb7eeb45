"""The console: the pages on which callback agents work cases, and supervisors and auditors follow them.

Importing it puts every page on one blueprint; `set_up_login` prepares an application for its log-in.
"""

from hotline.console import (
    case,
    deliveries,
    desk,
    flow,
    nav,
    opt_outs,
    queue,
    ratings,
    recordings,
    replay,
    replies,
    steps,
    texts,
    wording,
)
from hotline.console.access import set_up_login
from hotline.console.room import blueprint

__all__ = [
    "blueprints",
    "case",
    "deliveries",
    "desk",
    "flow",
    "nav",
    "opt_outs",
    "queue",
    "ratings",
    "recordings",
    "replay",
    "replies",
    "set_up_login",
    "steps",
    "texts",
    "wording",
]

blueprints = (blueprint,)
