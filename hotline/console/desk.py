"""One's own page: the telephone at which an agent is rung for callbacks, and how they go from one to the next."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import people
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS
from hotline.rules.phones import PhoneError, mask, read_phone
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import CallMode


@blueprint.get("/me")
@needs_role(*WORKERS)
def my_desk() -> str:
    """The form, with the number that is kept now, masked."""
    return render_template("console/desk.html", fault=None, typed="")


@blueprint.post("/me")
@needs_role(*WORKERS)
def set_my_phone() -> BaseResponse | tuple[str, int]:
    """Keep another number, sealed."""
    house, person, typed = services(), me(), request.form.get("phone", "").strip()
    try:
        phone = read_phone(typed, house.policy.region)
    except PhoneError:
        return render_template("console/desk.html", fault=FIELDS["phone"], typed=typed), 400
    with house.database.write() as session:
        people.set_phone(session, session.get_one(User, person.id), house.vault.seal_phone(phone), house.now())
    tell(f"坐席电话已保存：{mask(phone.e164)}。", f"Your telephone is saved: {mask(phone.e164)}.")
    return redirect(url_for("console.my_desk"), 303)


@blueprint.post("/me/mode")
@needs_role(*WORKERS)
def set_my_call_mode() -> BaseResponse:
    """Go from one callback to the next in another way."""
    house, person, chosen = services(), me(), request.form.get("call_mode", "")
    if chosen in list(CallMode):
        with house.database.write() as session:
            people.set_call_mode(session.get_one(User, person.id), CallMode(chosen))
        tell("工作方式已保存。", "Your way of working is saved.")
    return redirect(url_for("console.my_desk"), 303)
