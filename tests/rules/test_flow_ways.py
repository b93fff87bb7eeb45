"""The ways into a flow: a code is keyed in before anybody is spoken to, and leads on whatever comes."""

import pytest

from hotline.flows import load_flow
from hotline.rules.flow import StepKind
from hotline.rules.flow_faults import faults
from hotline.rules.phones import NOBODY, caller
from hotline.rules.scale import Scale
from hotline.rules.survey import Known, Place, TakeOver, begin, hear

FLOW = load_flow("survey")


@pytest.mark.parametrize(
    ("keys", "reference"),
    [
        ("20261123007731", "20261123007731"),
        ("1234", "1234"),
        ("", None),
        ("#", None),
        ("0", None),
        ("123", None),
        ("*77", None),
    ],
)
def test_a_code_leads_on_whatever_was_keyed_in(keys: str, reference: str | None) -> None:
    opening = begin(FLOW, FLOW.ways.handed, Known())
    assert (opening.says, opening.place) == ((), Place("code", 1))
    assert opening.place is not None
    follows = hear(FLOW, opening.place, keys, opening_known := Known(), Scale.STAR_5_BEST)
    assert follows.does == (TakeOver(reference),)
    assert (follows.place, follows.back) == (Place("ask", 2), opening_known.back)  # nobody goes back to a code


def test_a_code_that_speaks_or_leads_nowhere_is_refused() -> None:
    code = FLOW.steps["code"]
    assert code.kind is StepKind.CODE
    speaking = {**FLOW.steps, "code": code.model_copy(update={"says": ("greet_call",)})}
    assert "code: nobody is there to be spoken to while a code is keyed in" in faults(
        FLOW.model_copy(update={"steps": speaking})
    )
    lost = {**FLOW.steps, "code": code.model_copy(update={"then": None})}
    assert "code: has no then" in faults(FLOW.model_copy(update={"steps": lost}))


@pytest.mark.parametrize(
    ("shown", "e164"),
    [
        ("+8613844328000", "+8613844328000"),
        ("sip:13844328000@pbx.example;user=phone", "+8613844328000"),
        ("sips:%2B8643264812345@10.0.0.1:5061", "+8643264812345"),
        *(
            (nobody, NOBODY.e164)
            for nobody in ("", "anonymous", "sip:anonymous@anonymous.invalid", "1001", "sip:1001@pbx")
        ),
        *((nobody, NOBODY.e164) for nobody in ("+266696687", "+7378742833", "+2562533", "+8566696687", "+86282452253")),
    ],
)
def test_who_is_on_the_line(shown: str, e164: str) -> None:
    """The last are what Twilio shows for hidden, restricted, blocked and unavailable numbers."""
    assert caller(shown, "CN").e164 == e164
