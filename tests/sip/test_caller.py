"""Who calls, as exchanges and telephones write it."""

import pytest
from aiosipua import SipMessage, SipRequest

from hotline.sip.caller import caller_of, headers_of

MOBILE, LANDLINE, VISITOR = "+8613844328000", "+8643264812345", "+8613800138000"


def invite(*headers: str) -> SipRequest:
    message = SipMessage.parse("\r\n".join(["INVITE sip:12345@pbx SIP/2.0", *headers, "", ""]))
    assert isinstance(message, SipRequest)
    return message


@pytest.mark.parametrize(
    ("headers", "caller"),
    [
        (["From: <sip:13844328000@pbx>;tag=1"], MOBILE),
        (["From: <sip:013844328000@pbx>;tag=1"], MOBILE),  # as long-distance exchanges write it
        (["From: <sip:8613844328000;phone-context=pbx@pbx;user=phone>;tag=1"], MOBILE),
        (["From: <sip:%2B8613844328000@pbx>;tag=1"], MOBILE),
        (['From: "sip:1@x" <tel:0432-64812345>;tag=1'], LANDLINE),
        (["f: sip:043264812345@pbx;tag=1"], LANDLINE),
        (["From: <sip:anonymous@anonymous.invalid>;tag=1", "P-Asserted-Identity: <tel:+8613844328000>"], MOBILE),
        (["From: <sip:043264812345@pbx>", 'P-Asserted-Identity: "x" <sip:13844328000;cpc=ordinary@pbx>'], MOBILE),
        (["From: <sip:043264812345@pbx>", "P-Asserted-Identity: <sip:8001@pbx>"], LANDLINE),
    ],
)
def test_a_number_is_found_wherever_it_stands(headers: list[str], caller: str) -> None:
    assert caller_of(invite(*headers), VISITOR) == caller


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("From: <sip:linphone@127.0.0.1>", "linphone"),
        ("From: <sip:8001@pbx>", "8001"),
        ("From: <sip:pbx>", "anonymous"),
        ("From: <>", "anonymous"),
        ("From: ", "anonymous"),
        (f"From: <sip:{'x' * 999}@pbx>", "x" * 256),
    ],
)
def test_who_has_no_number_counts_as_the_visitor_or_goes_by_name(header: str, name: str) -> None:
    assert caller_of(invite(header), VISITOR) == VISITOR
    assert caller_of(invite(header), None) == name


def test_so_many_headers_go_along_and_no_longer_ones() -> None:
    given = headers_of(
        invite("x-call-id: 77", "User-to-user: 31", "Subject: no", *(f"X-{n}: {'y' * 999}" for n in range(30)))
    )
    assert (given["X-Call-Id"], given["User-to-User"], len(given["X-1"]), len(given)) == ("77", "31", 256, 21)
    assert "Subject" not in given
