"""The users of the console, for administrators: who there is, what they may do, and how they are let in again."""

from collections.abc import Callable

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import people, users
from hotline.actions.passwords import temporary_password
from hotline.actions.second_factor import recovery_codes_left
from hotline.actions.sessions import open_sessions
from hotline.console.access import me, needs_role
from hotline.console.browsers import short_name
from hotline.console.people_words import USER_FAULTS
from hotline.console.room import blueprint, tell
from hotline.console.words import Words, why_refused
from hotline.errors import BadInput, Conflict, NotFound
from hotline.reports.users import list_users, locked_names
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import Role

PAGE_SIZE = 50


@blueprint.get("/users")
@needs_role(Role.ADMIN)
def list_of_users() -> str:
    """One page of users, by name."""
    return _list_page()


@blueprint.post("/users")
@needs_role(Role.ADMIN)
def add_user() -> BaseResponse | tuple[str, int]:
    """Another user, with a password that is told once and changed at the first log-in."""
    house, person, password = services(), me(), temporary_password()
    name, role = request.form.get("name", "").strip(), _role()
    if role is None:
        return _list_page({"role": USER_FAULTS["role"]}), 400
    try:
        with house.database.write() as session:
            user = people.add_user(
                session,
                name,
                role,
                password,
                house.now(),
                _posted("dept_code"),
                _posted("staff_no"),
                actor=person.name,
                must_change_password=True,
            )
    except BadInput as fault:
        return _list_page({fault.field: USER_FAULTS.get(fault.field, USER_FAULTS["name"])}), 400
    return _told(user, password)


@blueprint.get("/users/<int:user_id>")
@needs_role(Role.ADMIN)
def user_page(user_id: int) -> str:
    """One user, and everything that can be done about them."""
    return _page(user_id)


@blueprint.post("/users/<int:user_id>/role")
@needs_role(Role.ADMIN)
def change_user_role(user_id: int) -> BaseResponse | tuple[str, int]:
    """Another role or department."""
    role, place = _role(), (_posted("dept_code"), _posted("staff_no"))
    if role is None:
        return _page(user_id, {"role": USER_FAULTS["role"]}), 400

    def change(session: Session, actor: str) -> None:
        users.change_role(session, actor, user_id, role, *place, services().now())

    return _done(user_id, change, Words("角色和部门已保存，该用户须重新登录。", "Saved; they have to log in again."))


@blueprint.post("/users/<int:user_id>/skills")
@needs_role(Role.ADMIN)
def change_user_skills(user_id: int) -> BaseResponse | tuple[str, int]:
    """The skills that an agent has, of those that the policy knows."""
    house = services()

    def change(session: Session, actor: str) -> None:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound(f"user {user_id}")
        people.set_skills(session, user.name, request.form.getlist("skill"), house.policy, actor, house.now())

    return _done(user_id, change, Words("技能已保存。", "Skills saved."))


@blueprint.post("/users/<int:user_id>/password")
@needs_role(Role.ADMIN)
def reset_user_password(user_id: int) -> BaseResponse | tuple[str, int]:
    """A password that is told once and changed at the next log-in."""
    house, person, password = services(), me(), temporary_password()
    try:
        with house.database.write() as session:
            users.set_password(session, person.name, user_id, password, house.now(), must_change=True)
            user = session.get_one(User, user_id)
    except Conflict as conflict:
        return _page(user_id, refused=why_refused(conflict)), 409
    return _told(user, password)


@blueprint.post("/users/<int:user_id>/<deed>")
@needs_role(Role.ADMIN)
def change_user(user_id: int, deed: str) -> BaseResponse | tuple[str, int]:
    """One of the deeds that need nothing but the press of a button."""
    if deed not in _DEEDS:
        raise NotFound(f"deed {deed}")
    act, words = _DEEDS[deed]
    return _done(user_id, lambda session, actor: act(session, actor, user_id, services().now()), words)


_DEEDS: dict[str, tuple[Callable[..., None], Words]] = {
    "disable": (users.disable, Words("账号已停用，其登录已全部结束。", "Disabled, and logged out everywhere.")),
    "enable": (users.enable, Words("账号已启用。", "Enabled.")),
    "unlock": (users.unlock, Words("账号已解锁。", "Unlocked.")),
    "second-factor": (
        users.reset_second_factor,
        Words("两步验证已重置，该用户下次登录时重新设置。", "Reset; they set up another at their next log-in."),
    ),
    "sessions": (users.end_sessions, Words("该用户的登录已全部结束。", "They are logged out everywhere.")),
}


def _done(user_id: int, act: Callable[[Session, str], None], words: Words) -> BaseResponse | tuple[str, int]:
    house, person = services(), me()
    try:
        with house.database.write() as session:
            act(session, person.name)
    except BadInput as fault:
        return _page(user_id, {fault.field: USER_FAULTS[fault.field]}), 400
    except Conflict as conflict:
        return _page(user_id, refused=why_refused(conflict)), 409
    tell(words.zh, words.en)
    return redirect(url_for("console.user_page", user_id=user_id), 303)


def _told(user: User, password: str) -> BaseResponse:
    """The page that shows a password once: here, and nowhere else."""
    return make_response(render_template("console/password_told.html", user=user, password=password))


def _role() -> Role | None:
    given = request.form.get("role", "")
    return Role(given) if given in list(Role) else None


def _posted(field: str) -> str | None:
    return request.form.get(field, "").strip() or None


def _list_page(faults: dict[str, Words] | None = None) -> str:
    after, part, role = (request.args.get(name, "") for name in ("after", "part", "role"))
    wanted = Role(role) if role in list(Role) else None
    house = services()
    with house.database.read() as session:
        found = list_users(session, house.now(), PAGE_SIZE + 1, after, wanted, part.strip())
    return render_template(
        "console/users.html",
        rows=found[:PAGE_SIZE],
        has_more=len(found) > PAGE_SIZE,
        after=after,
        part=part,
        role=wanted,
        Role=Role,
        faults=faults or {},
        form=request.form,
    )


def _page(user_id: int, faults: dict[str, Words] | None = None, refused: Words | None = None) -> str:
    house = services()
    with house.database.read() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound(f"user {user_id}")
        return render_template(
            "console/user.html",
            user=user,
            sessions=open_sessions(session, user_id, house.now()),
            codes_left=recovery_codes_left(session, user_id),
            is_locked=user.name in locked_names(session, [user_id], house.now()),
            short_name=short_name,
            Role=Role,
            faults=faults or {},
            refused=refused,
            form=request.form,
        )
