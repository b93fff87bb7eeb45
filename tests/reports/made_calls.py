"""Survey calls as the menu would have left them, made by hand: each with its turns, and where it stands."""

from datetime import datetime, timedelta

from hotline.flows import load_flow
from hotline.rules.phones import read_phone
from hotline.services import Services
from hotline.tables import Call, CallTurn, Recording
from hotline.tables.contacts import CallState, RecordingState, Way
from tests.cast import sid

Turn = tuple[str, str] | tuple[str, str, int]


def make_call(
    house: Services,
    at: datetime,
    *turns: Turn,
    way: Way = Way.CALLED,
    stands: str | None = None,
    is_answered: bool = True,
    state: CallState = CallState.ENDED,
    flow: str | None = None,
    language: str = "zh-CN",
    is_elder: bool = False,
    has_voice: bool = False,
    pause: int = 6,
) -> None:
    """A call begun and answered at `at`. `turns`: step, keys and try (1, unless given), `pause` seconds apart;
    `stands`: at which step it ended, or is."""
    made = Call(
        carrier="twilio",
        external_id=sid("CA"),
        inbound=way is Way.CALLING,
        way=way,
        phone=house.vault.seal_phone(read_phone("13844328000", "CN")),
        script="phone-stars@1",
        language=language,
        state=state,
        flow=(flow or load_flow("survey").id) if is_answered else None,
        step=stands,
        is_elder=is_elder,
        created_at=at,
        begun_at=at if way is Way.CALLED and state is not CallState.QUEUED else None,
        answered_at=at if is_answered else None,
    )
    with house.database.write() as session:
        session.add(made)
        session.flush()
        opening = (("", ""),) if is_answered else ()
        for number, turn in enumerate((*opening, *turns)):
            step, keys, tries = (*turn, 1)[:3]
            heard_at = at + timedelta(seconds=number * pause)
            session.add(
                CallTurn(
                    call_id=made.id, turn=number, step=step, tries=tries, keys=keys, heard_at=heard_at, answer="{}"
                )
            )
        if has_voice:
            session.add(
                Recording(
                    call_id=made.id,
                    turn=1,
                    carrier="twilio",
                    external_id=sid("RE"),
                    url="http://recordings.test/1",
                    state=RecordingState.WAITING,
                    created_at=at,
                )
            )


GO, RATED_5 = ("go_on", "1"), ("ask", "5")


def live_a_week_of_calls(house: Services) -> None:
    """What the page about them is looked at with."""
    for days_ago in range(7):
        at = house.now() - timedelta(days=days_ago)
        for number in range(9 + days_ago):
            make_call(house, at, GO, RATED_5, pause=5 + number)
        make_call(house, at, GO, ("ask", "", 1), ("ask", "4", 2), way=Way.CALLED, is_elder=True)
        make_call(house, at, ("go_on", ""), ("go_on", "", 2))
        make_call(house, at, is_answered=False)
        make_call(house, at, GO, stands="ask")
        make_call(house, at, ("ask", "1"), ("confirm", "1"), way=Way.CALLING, stands="reasons")
        reasons = (("ask", "2"), ("confirm", "1"), ("reasons", "13"), ("comment", "1"), ("record", ""), ("wish", "1"))
        make_call(house, at, *reasons, way=Way.TRANSFERRED, has_voice=True)
        make_call(house, at, ("unknown", "1"), way=Way.CALLING, stands="number")
        make_call(house, at, ("unknown", "0"), way=Way.CALLING, stands="person")
