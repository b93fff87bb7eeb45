"""Users of the console and keys of the API: made, found, with their telephones."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions import passwords
from hotline.actions.audit import audit
from hotline.errors import BadInput
from hotline.privacy import SealedPhone
from hotline.rules.policy import Policy
from hotline.rules.written import one_line
from hotline.tables import ApiKey, User
from hotline.tables.people import CallMode, Role, Scope

LONGEST_NAME = 64
_ACTORS = frozenset({"command", "system", "citizen"})  # who the audit log means by these is nobody's user


def add_user(
    session: Session,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    dept_code: str | None = None,
    staff_no: str | None = None,
    *,
    actor: str = "command",
    must_change_password: bool = False,
) -> User:
    """A new user. Raises BadInput naming what is wrong (for the password WeakPassword)."""
    _check_name(name)
    if name in _ACTORS:
        raise BadInput("name", f"{name} is what the audit log calls somebody else")
    passwords.check_new(password, name, role)
    check_place(role, dept_code, staff_no)
    user = User(
        name=name,
        role=role,
        dept_code=dept_code,
        staff_no=staff_no,
        password_hash=passwords.hashed(password),
        must_change_password=must_change_password,
        created_at=now,
    )
    _add_unique(session, user, name)
    facts = {"name": name, "role": str(role), "dept_code": dept_code, "staff_no": staff_no}
    audit(session, actor, "user_added", now, subject=f"user:{user.id}", facts=facts)
    return user


def check_place(role: Role, dept_code: str | None, staff_no: str | None) -> None:
    """Raises BadInput naming `dept_code` or `staff_no`."""
    if role is Role.DEPARTMENT and not dept_code:
        raise BadInput("dept_code", "a department's user needs the code of the department")
    if dept_code is not None and (len(dept_code) > LONGEST_NAME or not dept_code.isprintable()):
        raise BadInput("dept_code", f"must have at most {LONGEST_NAME} printable characters")
    if staff_no is not None and (not one_line(staff_no) or len(staff_no) > LONGEST_NAME):
        raise BadInput("staff_no", f"must have 1 to {LONGEST_NAME} characters")


def set_phone(session: Session, user: User, phone: SealedPhone, now: datetime) -> None:
    """The telephone at which `user` is rung for callbacks."""
    user.phone_box, user.phone_masked, user.phone_lookup = phone.box, phone.masked, phone.lookup
    audit(session, user.name, "phone_set", now, subject=f"user:{user.id}")


def set_skills(session: Session, name: str, skills: Iterable[str], policy: Policy, by: str, now: datetime) -> None:
    """These are all the skills that the user has from now on. Raises BadInput naming `name` or `skills`."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise BadInput("name", f"no user is called {name}")
    wanted, known = sorted(set(skills)), [skill.name for skill in policy.casework.skills]
    if unknown := [skill for skill in wanted if skill not in known]:
        raise BadInput("skills", f"not in the policy: {', '.join(unknown)} (it has: {', '.join(known) or 'none'})")
    user.skills = wanted
    audit(session, by, "skills_set", now, subject=f"user:{user.id}", facts={"skills": wanted})


def set_call_mode(user: User, mode: CallMode) -> None:
    """How `user` goes from one callback to the next."""
    user.call_mode = mode


def add_key(session: Session, name: str, scopes: Iterable[Scope], now: datetime) -> str:
    """A new API key; the key itself is returned once and never stored. Raises BadInput naming `name`."""
    _check_name(name)
    key = f"hk_{secrets.token_urlsafe(32)}"
    granted = sorted(set(scopes))
    _add_unique(session, ApiKey(name=name, digest=_digest(key), scopes=granted, created_at=now), name)
    audit(session, "command", "key_added", now, subject=name, facts={"scopes": granted})
    return key


def key_holder(session: Session, key: str) -> ApiKey | None:
    """Whose key this is, unless revoked."""
    return session.scalar(select(ApiKey).where(ApiKey.digest == _digest(key), ApiKey.revoked_at.is_(None)))


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("name", f"must have 1 to {LONGEST_NAME} printable characters")


def _add_unique(session: Session, row: User | ApiKey, name: str) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise BadInput("name", f"{name} exists already") from None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
