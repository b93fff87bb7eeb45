"""Twilio's REST API called through the SDK: what each answer – or none – means for the text or call being sent."""

import json
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.serving import make_server

from hotline.carriers import twilio as twilio_carrier
from hotline.carriers.twilio import TwilioCarrier
from hotline.errors import HotlineError
from hotline.messages import Accepted, Ambiguous, Refusal, Refused, SendResult
from hotline.privacy import Vault
from hotline.settings import Settings
from tests import parts
from tests.cast import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, WANG

CREATED = json.dumps({"sid": "SM" + "a" * 32})


@dataclass
class Api:
    """A server at TWILIO_API_URL that answers what the test says, and notes what it was asked."""

    status: int = 201
    body: str = CREATED
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    gate: threading.Event | None = None
    url: str = ""

    @contextmanager
    def served(self) -> Iterator["Api"]:
        server = parts.serve(self.answer)
        self.url = f"{server.url}/twilio"
        yield self
        if self.gate is not None:
            self.gate.set()
        server.stop()

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        form = parse_qs(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode())
        flat = {name: ", ".join(values) for name, values in form.items()}
        self.asked.append((f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", environ["HTTP_AUTHORIZATION"], flat))
        if self.gate is not None:
            self.gate.wait(20)
        start_response(f"{self.status} Planned", [("Content-Type", "application/json")])
        return [self.body.encode()]


@pytest.fixture
def api() -> Iterator[Api]:
    with Api().served() as served:
        yield served


def carrier_at(url: str, **changes: Any) -> TwilioCarrier:
    key = b"d" * 32
    settings = Settings(
        _env_file=None,
        public_url="http://hotline.test",
        secret_key="s" * 32,
        data_key=b64encode(key).decode(),
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        **({"twilio_from": OUR_NUMBER, "twilio_api_url": url} | changes),
    )
    return TwilioCarrier(settings, Vault(key), "CN")


def send(carrier: TwilioCarrier, our_number: str | None = OUR_NUMBER) -> SendResult:
    receipt_url = "http://hotline.test/webhooks/twilio/sms/status?text=7"
    return carrier.send_text(WANG.e164, "请评价", receipt_url, our_number)


def place(carrier: TwilioCarrier) -> SendResult:
    ours = "http://hotline.test"
    return carrier.place_call(WANG.e164, f"{ours}/answer", f"{ours}/status?call=7", 25, f"{ours}/fallback?call=7")


def test_a_text_is_one_request_with_our_id_in_its_receipt_address(api: Api) -> None:
    assert send(carrier_at(api.url)) == Accepted("SM" + "a" * 32)
    assert api.asked == [
        (
            f"POST /twilio/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
            "Basic " + b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode(),
            {
                "To": WANG.e164,
                "From": OUR_NUMBER,
                "Body": "请评价",
                "StatusCallback": "http://hotline.test/webhooks/twilio/sms/status?text=7",
            },
        )
    ]


def test_a_messaging_service_sends_where_one_is_set(api: Api) -> None:
    service = "MG" + "b" * 32
    carrier = carrier_at(api.url, twilio_messaging_service_sid=service)
    assert carrier.our_numbers == ()
    send(carrier, None)
    _, _, form = api.asked[0]
    assert (form["MessagingServiceSid"], "From" in form) == (service, False)


def test_a_text_goes_out_from_the_number_of_the_pool_that_is_asked_for(api: Api) -> None:
    carrier = carrier_at(api.url, twilio_from_pool=f" +8643212345679,{OUR_NUMBER}, ")
    assert carrier.our_numbers == (OUR_NUMBER, "+8643212345679")
    send(carrier, "+8643212345679")
    assert api.asked[0][2]["From"] == "+8643212345679"


@pytest.mark.parametrize(
    ("said", "read"),
    [("+86 432 1234 5679", "+8643212345679"), ("10693", "10693"), ("9" * 99, "9" * 32), (None, None), (7, None)],
)
def test_which_of_our_numbers_a_text_went_out_from_is_kept_if_twilio_says_so(
    said: Any, read: str | None, api: Api
) -> None:
    api.body = json.dumps({"sid": "SM1", "from": said})
    assert send(carrier_at(api.url)) == Accepted("SM1", read)


def test_a_call_shows_our_number_and_reports_back(api: Api) -> None:
    assert place(carrier_at(api.url)) == Accepted("SM" + "a" * 32)
    path, _, form = api.asked[0]
    assert path.endswith("/Calls.json")
    assert form == {
        "To": WANG.e164,
        "From": OUR_NUMBER,
        "Url": "http://hotline.test/answer",
        "Method": "POST",
        "Timeout": "25",
        "StatusCallback": "http://hotline.test/status?call=7",
        "StatusCallbackMethod": "POST",
        "StatusCallbackEvent": "ringing, answered, completed",
        "FallbackUrl": "http://hotline.test/fallback?call=7",
        "FallbackMethod": "POST",
    }


def test_without_a_number_of_ours_no_call_is_placed(api: Api) -> None:
    carrier = carrier_at(api.url, twilio_from=None, twilio_messaging_service_sid="MG" + "b" * 32)
    assert place(carrier) == Refused(Refusal.PERMANENT, "no_from")
    assert api.asked == []


PERMANENT, RETRY = Refusal.PERMANENT, Refusal.RETRY


@pytest.mark.parametrize("ask", [send, place])
@pytest.mark.parametrize(
    ("status", "code", "refusal"),
    [
        *((400, code, PERMANENT) for code in (21211, 21606, 21608, 21408, 30004, 30005, 30007, 30034, 99999)),
        (400, 21610, Refusal.OPTED_OUT),
        (400, 21614, Refusal.LANDLINE),
        (400, 30006, Refusal.LANDLINE),
        *((400, code, RETRY) for code in (30001, 30002, 30003, 30008)),
        (429, 20429, RETRY),
        (503, 20503, RETRY),
        (500, 20429, RETRY),
        (500, 21610, Refusal.OPTED_OUT),
        (500, 21211, PERMANENT),
        (401, 20003, PERMANENT),
    ],
)
def test_each_error_code_means_one_thing(
    status: int, code: int, refusal: Refusal, ask: Callable[[TwilioCarrier], SendResult], api: Api
) -> None:
    api.status, api.body = status, json.dumps({"code": code, "message": "…", "status": status})
    assert ask(carrier_at(api.url)) == Refused(refusal, str(code))
    assert len(api.asked) == 1  # refused once is not asked again by the SDK


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (429, "slow down", Refused(RETRY, "429")),
        (404, "<html>", Refused(PERMANENT, "404")),
        (
            400,
            json.dumps({"type": "t", "title": "Bad", "status": 400, "code": 21610}),
            Refused(Refusal.OPTED_OUT, "21610"),
        ),
        (503, json.dumps({"type": "t", "title": "Oh", "status": 503, "code": 20503}), Refused(RETRY, "20503")),
        (400, json.dumps({"code": "x" * 99, "message": "…"}), Refused(PERMANENT, "x" * 64)),
    ],
    ids=["text-429", "html-404", "rfc9457-opted-out", "rfc9457-503", "a-code-too-long-to-keep"],
)
def test_an_error_in_another_shape_is_read_all_the_same(status: int, body: str, result: SendResult, api: Api) -> None:
    api.status, api.body = status, body
    assert send(carrier_at(api.url)) == result


@pytest.mark.parametrize("ask", [send, place])
@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, "", "500"),
        (500, json.dumps({"code": 20500, "message": "…", "status": 500}), "20500"),
        (500, json.dumps({"type": "t", "title": "Oh", "status": 500, "code": 20500}), "20500"),
        (500, json.dumps({"type": "t", "title": "Oh", "status": "500", "code": 20500}), "20500"),
        (500, json.dumps({"code": 21299, "message": "…", "status": 500}), "21299"),
        (502, "<html>Bad Gateway</html>", "502"),
        (503, "", "503"),
        (503, "<html>Service Unavailable</html>", "503"),
        (503, json.dumps({"message": "no healthy upstream"}), "503"),
        (504, "upstream request timeout", "504"),
        (520, "x" * 99, "520"),
    ],
)
def test_a_server_error_may_come_after_the_send_was_taken(
    status: int, body: str, code: str, ask: Callable[[TwilioCarrier], SendResult], api: Api
) -> None:
    """Only Twilio's own word that it refused makes it safe to ask again."""
    api.status, api.body = status, body
    assert ask(carrier_at(api.url)) == Ambiguous(code)
    assert len(api.asked) == 1


@pytest.mark.parametrize("body", ["", "{", "<html>", "[]", "{}", "null"])
def test_a_yes_that_cannot_be_read_is_ambiguous(body: str, api: Api) -> None:
    """201 says it was taken: it must not be sent again, and there is no id to know it by."""
    api.body = body
    assert isinstance(send(carrier_at(api.url)), Ambiguous)


def test_no_answer_in_time_is_ambiguous(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_carrier, "_API_SECONDS", 0.2)
    api.gate = threading.Event()
    assert send(carrier_at(api.url)) == Ambiguous("ReadTimeout")
    assert len(api.asked) == 1


def test_a_connection_lost_half_way_is_ambiguous() -> None:
    """The request was read and the connection closed without an answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_read_and_hang_up, args=(listener,), daemon=True).start()
        assert isinstance(send(carrier_at(f"http://127.0.0.1:{listener.getsockname()[1]}")), Ambiguous)


def _read_and_hang_up(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.close()


def test_a_door_that_is_closed_was_never_gone_through() -> None:
    """Refused connections and names that do not resolve: nothing was sent, so it can safely be tried again."""
    assert send(carrier_at(f"http://127.0.0.1:{parts.free_port()}")) == Refused(RETRY, "connect")


def test_a_certificate_we_do_not_trust_was_never_told_anything(api: Api, tmp_path: Path) -> None:
    """One that ran out overnight must not turn a morning's invitations into `unknown`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    server = make_server("127.0.0.1", 0, api.answer, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    assert send(carrier_at(f"https://127.0.0.1:{server.server_port}")) == Refused(RETRY, "connect")
    server.shutdown()
    thread.join()
    server.server_close()
    assert api.asked == []


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 2, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem


def test_the_account_is_named_and_wrong_credentials_are_an_error(api: Api) -> None:
    api.status, api.body = 200, json.dumps({"sid": ACCOUNT_SID, "friendly_name": "吉林市政务服务", "status": "active"})
    assert carrier_at(api.url).check_account() == "吉林市政务服务"
    api.status, api.body = 401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401})
    with pytest.raises(HotlineError) as refused:
        carrier_at(api.url).check_account()
    assert AUTH_TOKEN not in str(refused.value)
