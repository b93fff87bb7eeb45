"""What the citizens of the story do with their telephones, act by act."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from hotline.demo.cast import OUR_NUMBER, Person
from hotline.demo.desk import Department
from hotline.demo.telephones import Telephones

_CALLED = "愿意评价请按1"  # how our own call begins
_ASKED = "重听请按星号键"  # the end of the menu's question
_REPEATS = 5
_SPEAKING_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Town:
    """Where the story plays: the citizens' telephones, and the department's system."""

    telephones: Telephones
    department: Department


def replies(*bodies: str) -> Callable[[Town, Person], None]:
    """The invitation arrives; the citizen answers each text in turn and is answered."""

    def play(town: Town, person: Person) -> None:
        town.telephones.texts_received(person.phone, at_least=1)
        for number, body in enumerate(bodies, start=2):
            town.telephones.text(person.phone, OUR_NUMBER, body)
            town.telephones.texts_received(person.phone, at_least=number)

    return play


def has_two_open(number: str, record: dict[str, Any]) -> Callable[[Town, Person], None]:
    """A second service is over before the first was rated: one “5”, and we ask which of the two it is about."""

    def play(town: Town, person: Person) -> None:
        town.telephones.texts_received(person.phone, at_least=1)
        town.department.send("transactions", record | {"number": number, "phone": person.phone})
        town.telephones.texts_received(person.phone, at_least=2)
        for count, body in enumerate(("5", "11"), start=3):
            town.telephones.text(person.phone, OUR_NUMBER, body)
            town.telephones.texts_received(person.phone, at_least=count)

    return play


def has_a_batch(*more: dict[str, Any]) -> Callable[[Town, Person], None]:
    """More of the same business follows the first record: one invitation, one rating."""

    def play(town: Town, person: Person) -> None:
        town.department.send("transactions", *({"phone": person.phone} | record for record in more))
        replies("4")(town, person)

    return play


def cannot_be_read(town: Town, person: Person) -> None:
    """Asked once what was meant, and no clearer the second time: a person reads it."""
    replies("4或5")(town, person)
    town.telephones.text(person.phone, OUR_NUMBER, "都差不多吧")


def presses(*keys: str) -> Callable[[Town, Person], None]:
    """The telephone rings; the citizen answers, hears the menu, and presses each key in its turn."""

    def play(town: Town, person: Person) -> None:
        call = _picks_up(town, person)
        for key in keys:
            town.telephones.press_and_listen(call, key)
        town.telephones.ended(call)

    return play


def tells_why(town: Town, person: Person) -> None:
    """Slowly, please; then 2, confirmed, a reason, a few words after the tone, and a call in the evening."""
    call = _picks_up(town, person)
    for key in ("9", "2", "1", "3#", "1"):
        town.telephones.press_and_listen(call, key)
    Event().wait(_SPEAKING_SECONDS)
    for key in ("#", "3"):
        town.telephones.press_and_listen(call, key)
    town.telephones.ended(call)


def presses_and_hangs_up(town: Town, person: Person) -> None:
    """The key, and at once the receiver: the rating stands all the same."""
    call = _picks_up(town, person)
    town.telephones.press(call, "1")
    town.telephones.hang_up(call)


def hangs_up_silently(town: Town, person: Person) -> None:
    town.telephones.hang_up(_picks_up(town, person))


def _picks_up(town: Town, person: Person) -> str:
    """The citizen answers, and presses the key that says somebody is there; returns the call once it asks."""
    call = town.telephones.ringing(person.phone)
    town.telephones.answer(call)
    town.telephones.heard(call, _CALLED)
    town.telephones.press(call, "1")
    town.telephones.heard(call, _ASKED)
    return call


def is_busy(town: Town, person: Person) -> None:
    town.telephones.busy(town.telephones.ringing(person.phone))


def rings_us(town: Town, person: Person) -> None:
    """The citizen got the text, but would rather call and press a key."""
    town.telephones.texts_received(person.phone, at_least=1)
    call = town.telephones.ring(person.phone, OUR_NUMBER)
    town.telephones.heard(call, _ASKED)
    town.telephones.press(call, "5")
    town.telephones.ended(call)


def is_repeated(town: Town, person: Person) -> None:
    """The carrier repeats the webhook of one reply: one rating, one answer."""
    town.telephones.texts_received(person.phone, at_least=1)
    town.telephones.be_nasty(repeat=_REPEATS)
    try:
        town.telephones.text(person.phone, OUR_NUMBER, "5")
    finally:
        town.telephones.be_nice()
    town.telephones.texts_received(person.phone, at_least=2)
