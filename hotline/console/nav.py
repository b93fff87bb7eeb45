"""The navigation as data: the pages in groups, as the header shows them to whoever may open them.

Who may open a page is said once, by its view (`access.needs_role`); a page that is not here is reached from another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, request

from hotline.console.access import is_open_to_me
from hotline.console.room import blueprint
from hotline.console.words import Words


@dataclass(frozen=True, slots=True)
class Page:
    """One entry: the view it opens, its name, and the views that belong to it (`within`)."""

    view: str
    name: Words
    within: tuple[str, ...] = ()

    @property
    def is_open_to_me(self) -> bool:
        return is_open_to_me(current_app.view_functions[f"console.{self.view}"])

    @property
    def is_here(self) -> bool:
        return request.endpoint in {f"console.{view}" for view in (self.view, *self.within)}


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together: one entry of the header, and a row of their own once one of them is open."""

    name: Words
    pages: tuple[Page, ...]

    @property
    def is_here(self) -> bool:
        return any(page.is_here for page in self.pages)


GROUPS = (
    Group(
        Words("回访", "Callbacks"),
        (
            Page("queue", Words("队列", "Queue"), ("case_page", "reveal_phone")),
            Page("notices", Words("提醒", "Notices")),
            Page("voice_comments", Words("留言", "Voices"), ("play", "note_heard")),
        ),
    ),
    Group(
        Words("台账", "Records"),
        (
            Page("ledger", Words("整改台账", "Ledger"), ("export_ledger",)),
            Page("search", Words("查找", "Search"), ("find_cases",)),
            Page("ratings", Words("评价", "Ratings")),
        ),
    ),
    Group(
        Words("督办", "Supervision"),
        (
            Page("board", Words("看板", "Live board"), ("reassign_cases",)),
            Page("extensions", Words("延期审批", "Extensions"), ("decide",)),
            Page("quality_page", Words("质检", "Quality"), ("draw_quality", "quality_sample", "score_sample")),
            Page("replies", Words("待判读回复", "Replies to be read"), ("reply_page",)),
            Page("register", Words("恶意评价人名录", "Register"), ("register_entry", "find_registered")),
        ),
    ),
    Group(
        Words("渠道", "Channels"),
        (
            Page("texts", Words("短信", "Texts")),
            Page("flow_page", Words("电话", "Calls")),
            Page("wording_page", Words("话术", "Wording"), ("wording_editor", "wording_version")),
            Page("opt_outs", Words("退订", "Opt-outs"), ("opt_out_page", "find_opt_out")),
            Page("deliveries", Words("投递", "Deliveries")),
            Page("replay", Words("重读", "Replay"), ("run_replay",)),
        ),
    ),
    Group(
        Words("管理", "Administration"),
        (
            Page(
                "list_of_users",
                Words("用户", "Users"),
                (
                    "add_user",
                    "user_page",
                    "change_user",
                    "change_user_role",
                    "change_user_skills",
                    "reset_user_password",
                ),
            ),
            Page("audit_log", Words("审计日志", "Audit log")),
            Page("policy_page", Words("政策", "Policy")),
            Page("calendar_page", Words("工作日历", "Calendar"), ("load_calendar",)),
        ),
    ),
)


def groups() -> Iterator[Group]:
    """The groups with the pages that are open to me; none without."""
    for group in GROUPS:
        if pages := tuple(page for page in group.pages if page.is_open_to_me):
            yield Group(group.name, pages)


@blueprint.context_processor
def _known_to_templates() -> dict[str, object]:
    return {"nav_groups": lambda: tuple(groups())}
