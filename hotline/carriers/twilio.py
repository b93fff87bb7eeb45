"""Twilio: its webhooks read and checked, its TwiML rendered, its REST API called through the ordinary SDK."""

from collections.abc import Mapping
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit

from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import SSLError as UrllibSSLError
from werkzeug.datastructures import MultiDict

from hotline.carriers.base import Bridge, CallReport, GoOn, HangUp, Listen, Play, Receipt, Record, Rendered, Say, Speech
from hotline.carriers.twilio_recordings import TwilioRecordings, read_recording
from hotline.errors import BadInput, HotlineError
from hotline.messages import (
    Accepted,
    Ambiguous,
    CallProgress,
    Delivery,
    Erased,
    FetchedRecording,
    NotDone,
    ReceivedCall,
    ReceivedRecording,
    ReceivedText,
    Refusal,
    Refused,
    SendResult,
    Stopped,
)
from hotline.privacy import Vault
from hotline.rules.phones import any_phone, caller, is_phone, number_of_address
from hotline.rules.references import read_reference, read_user_to_user
from hotline.rules.replies import Action
from hotline.settings import Settings

# Twilio's error codes by what they mean for us; any other code is permanent. Source: Twilio's error dictionary.
_REFUSALS = {
    "20429": Refusal.RETRY,  # too many requests
    "20503": Refusal.RETRY,  # service unavailable
    "30001": Refusal.RETRY,  # its queue is full
    "30002": Refusal.RETRY,  # account suspended: until somebody pays
    "30003": Refusal.RETRY,  # handset switched off or out of reach
    "30008": Refusal.RETRY,  # unknown error at the operator's
    "21614": Refusal.LANDLINE,  # not a mobile number
    "30006": Refusal.LANDLINE,  # a landline, or an operator that cannot be reached
    "21610": Refusal.OPTED_OUT,  # the citizen has texted STOP
    "21211": Refusal.PERMANENT,  # no such number
    "21408": Refusal.PERMANENT,  # a country that is not enabled
    "21606": Refusal.PERMANENT,  # our number cannot text
    "21608": Refusal.PERMANENT,  # a trial account, and a number not verified
    "30004": Refusal.PERMANENT,  # blocked
    "30005": Refusal.PERMANENT,  # unknown handset
    "30007": Refusal.PERMANENT,  # filtered
    "30034": Refusal.PERMANENT,  # our number is not registered for campaigns
}

# Twilio's own opt-out words, and those added in its console, are known by this parameter and not by the text.
_TAKEN_AS = {"STOP": Action.OPTOUT, "START": Action.OPTIN, "HELP": Action.HELP}

_DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.UNDELIVERED,
    "failed": Delivery.UNDELIVERED,
}

_PROGRESS = {
    "ringing": CallProgress.RINGING,
    "in-progress": CallProgress.ANSWERED,
    "answered": CallProgress.ANSWERED,
    "completed": CallProgress.COMPLETED,
    "busy": CallProgress.BUSY,
    "no-answer": CallProgress.NO_ANSWER,
    "canceled": CallProgress.NO_ANSWER,
    "failed": CallProgress.FAILED,
}

# <Say>'s codes are not those of <Gather>'s speech recognition. A language without a row here is read in Mandarin
# wherever there is no sound file of it.
_MANDARIN = {"language": "cmn-CN", "voice": "Polly.Zhiyu-Neural"}
_VOICES = {
    "zh-CN": _MANDARIN,
    "zh-Hant": _MANDARIN,  # written otherwise
    "yue": {"language": "yue-CN", "voice": "Polly.Hiujin-Neural"},
    "en": {"language": "en-US", "voice": "Polly.Joanna-Neural"},
}

_API_SECONDS = 10.0
_LONGEST_SID, _LONGEST_NUMBER, _MOST_KEYS = 64, 32, 32
_CODE_LENGTH = 64  # what is kept of an error code, whoever made it up


class TwilioCarrier:
    """Texts and calls by Twilio, or by a service that speaks its API at TWILIO_API_URL."""

    name = "twilio"
    languages = frozenset(_VOICES)

    def __init__(self, settings: Settings, vault: Vault, region: str) -> None:
        token = settings.twilio_auth_token.get_secret_value()
        self._validator = RequestValidator(token)
        self._vault, self._region = vault, region
        self._from, self._service = settings.twilio_from, settings.twilio_messaging_service_sid
        self.our_numbers = settings.sending_numbers
        self._sid = settings.twilio_account_sid
        self._client = Client(self._sid, token, http_client=_HttpClient(settings.twilio_api_url))
        self._recordings = TwilioRecordings(settings.twilio_api_url, self._sid, token)

    def is_signed(self, url: str, form: MultiDict[str, str], headers: Mapping[str, str]) -> bool:
        """Checked over every parameter, those we do not know included."""
        return bool(self._validator.validate(url, form, headers.get("X-Twilio-Signature", "")))

    def read_text(self, form: Mapping[str, str]) -> ReceivedText:
        body = form.get("Body", "").replace("\0", "\N{REPLACEMENT CHARACTER}")  # no database keeps NUL
        return ReceivedText(
            carrier=self.name,
            external_id=_sid(form, "MessageSid"),
            phone=self._vault.seal_phone(any_phone(form.get("From", ""), self._region)),
            body=body,
            body_box=self._vault.seal(body),
            taken_as=_TAKEN_AS.get(form.get("OptOutType", "")),
            our_number=self._our_number(form.get("To")),
            is_from_phone=is_phone(form.get("From", ""), self._region),
        )

    def _our_number(self, said: object) -> str | None:
        """One of our numbers or short codes; None = Twilio did not say which, or nothing that can be one."""
        written = said.replace("\0", "") if isinstance(said, str) else ""
        return any_phone(written, self._region).e164[:_LONGEST_NUMBER] or None

    def read_receipt(self, form: Mapping[str, str]) -> Receipt:
        delivery = _DELIVERIES.get(form.get("MessageStatus", ""))
        code = form.get("ErrorCode", "").replace("\0", "")[:_CODE_LENGTH]
        refused = Refused(_REFUSALS.get(code, Refusal.PERMANENT), code) if delivery is Delivery.UNDELIVERED else None
        return Receipt(_sid(form, "MessageSid"), delivery, refused, self._our_number(form.get("From")))

    def render_answer(self, text: str | None) -> Rendered:
        response = MessagingResponse()
        if text is not None:
            response.message(text)
        return _rendered(response)

    def send_text(self, to: str, body: str, receipt_url: str, our_number: str | None) -> SendResult:
        sender = {"messaging_service_sid": self._service} if our_number is None else {"from_": our_number}
        return self._call_api(self._client.messages.create, to=to, body=body, status_callback=receipt_url, **sender)

    def read_call(self, form: Mapping[str, str]) -> ReceivedCall:
        is_ours = form.get("Direction", "").startswith("outbound")  # the citizen is the one who was rung
        citizen, ours = ("To", "From") if is_ours else ("From", "To")
        return ReceivedCall(
            external_id=_sid(form, "CallSid"),
            phone=self._vault.seal_phone(caller(form.get(citizen, ""), self._region)),
            reference=_reference(form),
            our_number=self._our_number(number_of_address(form.get(ours, ""))),
            is_child=bool(form.get("ParentCallSid")),
        )

    def read_keys(self, form: Mapping[str, str]) -> tuple[str, str]:
        """A key that ends the others is told apart, and only counts where it is alone."""
        keys = form.get("Digits", "") or form.get("FinishedOnKey", "")
        return _sid(form, "CallSid"), keys.replace("\0", "")[:_MOST_KEYS]

    def read_call_report(self, form: Mapping[str, str]) -> CallReport:
        return CallReport(_sid(form, "CallSid"), _PROGRESS.get(form.get("CallStatus", "")))

    def read_bridge_report(self, form: Mapping[str, str]) -> CallReport:
        """Whoever hung up before they were connected was not spoken to, whatever the status says."""
        progress = _PROGRESS.get(form.get("DialCallStatus", ""))
        if progress in (CallProgress.ANSWERED, CallProgress.COMPLETED) and form.get("DialBridged") == "false":
            progress = CallProgress.NO_ANSWER
        return CallReport(_sid(form, "CallSid"), progress)

    def read_recording(self, form: Mapping[str, str]) -> ReceivedRecording | None:
        return read_recording(self.name, form)

    def fetch_recording(self, url: str) -> FetchedRecording | NotDone:
        return self._recordings.fetch(url)

    def erase_recording(self, url: str) -> Erased | NotDone:
        return self._recordings.erase(url)

    def stop_recording(self, call_external_id: str) -> Stopped | NotDone:
        return self._recordings.stop(call_external_id)

    def render(self, speech: Speech) -> Rendered:
        response = VoiceResponse()
        for part in speech:
            match part:
                case Say() | Play():
                    _speak(response, part)
                case Listen(prompts, keys, seconds, url, ends_with):
                    gather = Gather(
                        input="dtmf",
                        num_digits=keys,
                        timeout=seconds,
                        finish_on_key=ends_with,
                        action_on_empty_result=True if ends_with else None,  # so that # alone is told from silence
                        action=url,
                        method="POST",
                    )
                    for prompt in prompts:
                        _speak(gather, prompt)
                    response.append(gather)
                    response.redirect(url, method="POST")  # silence comes back as an answer without keys
                case Record(seconds, url):
                    response.record(max_length=seconds, play_beep=True, action=url, method="POST")
                    response.redirect(url, method="POST")  # where nothing was said there is no recording
                case Bridge():
                    response.append(self._dial(part))
                case GoOn(url):
                    response.redirect(url, method="POST")
                case HangUp():
                    response.hangup()
        return _rendered(response)

    def _dial(self, bridge: Bridge) -> Dial:
        recorded = {
            "record": "record-from-answer-dual",
            "recording_status_callback": bridge.recording_url,
            "recording_status_callback_event": "completed",
        }
        dial = Dial(
            caller_id=self._from,
            timeout=bridge.ring_seconds,
            action=bridge.ended_url,
            method="POST",
            **(recorded if bridge.recording_url else {}),
        )
        reports = {"status_callback_event": "ringing answered completed"} if bridge.progress_url else {}
        dial.number(bridge.to, url=bridge.notice_url, status_callback=bridge.progress_url, **reports)
        return dial

    def place_call(
        self, to: str, answer_url: str, progress_url: str, ring_seconds: int, fallback_url: str | None = None
    ) -> SendResult:
        if self._from is None:
            return Refused(Refusal.PERMANENT, "no_from")
        fallback = {} if fallback_url is None else {"fallback_url": fallback_url, "fallback_method": "POST"}
        return self._call_api(
            self._client.calls.create,
            to=to,
            from_=self._from,
            url=answer_url,
            method="POST",
            timeout=ring_seconds,
            status_callback=progress_url,
            status_callback_method="POST",
            status_callback_event=["ringing", "answered", "completed"],
            **fallback,
        )

    def check_account(self) -> str:
        """The account's name, from the API. Raises HotlineError when the credentials or the address do not work."""
        try:
            account = self._client.api.accounts(self._sid).fetch()
        except (TwilioRestException, TwilioServiceException, RequestException) as error:
            raise HotlineError(
                f"{type(error).__name__}: {error}",
                code="twilio",
            ) from error
        return str(account.friendly_name)

    def _call_api(self, create: Any, **parameters: Any) -> SendResult:
        """One request, once. What may have reached Twilio without an answer is ambiguous, never an error to retry."""
        try:
            created = create(**parameters)
            external_id, our_number = created.sid, self._our_number(getattr(created, "from_", None))
        except (TwilioRestException, TwilioServiceException) as error:
            return _said_no(error)
        except ConnectTimeout:
            return Refused(Refusal.RETRY, "connect_timeout")
        except RequestsConnectionError as error:
            if _never_connected(error):
                return Refused(Refusal.RETRY, "connect")
            return Ambiguous("connection_lost")
        except RequestException as error:
            return Ambiguous(type(error).__name__)
        except (ValueError, TypeError, AttributeError):  # the SDK cannot read what came with a 2xx
            return Ambiguous("unreadable")
        return Accepted(external_id, our_number) if external_id else Ambiguous("unreadable")


def _sid(form: Mapping[str, str], name: str) -> str:
    """An id of Twilio's (34 characters). Raises BadInput for what no column of ours can keep."""
    sid = form[name]
    if len(sid) > _LONGEST_SID or "\0" in sid:
        raise BadInput(name, "is not an id of Twilio's")
    return sid


def _reference(form: Mapping[str, str]) -> str | None:
    """Of SIP headers the case does not count; the first that holds a number."""
    headers = {name.lower(): text for name, text in form.items() if name.lower() in _REFERENCES}
    read = (reader(headers[name]) for name, reader in _REFERENCES.items() if name in headers)
    return next((reference for reference in read if reference is not None), None)


_REFERENCES = {"sipheader_x-call-id": read_reference, "sipheader_user-to-user": read_user_to_user}


def _speak(into: Any, part: Say | Play) -> None:
    """Slow speech is loud too: it is for those who hear badly."""
    match part:
        case Play(url):
            into.play(url)
        case Say(text, language, slow=False):
            into.say(text, **_VOICES.get(language, _MANDARIN))
        case Say(text, language):
            into.say(**_VOICES.get(language, _MANDARIN)).prosody(text, rate="80%", volume="loud")


def _rendered(response: MessagingResponse | VoiceResponse) -> Rendered:
    return Rendered(str(response), "text/xml; charset=utf-8")


def _said_no(error: TwilioRestException | TwilioServiceException) -> Refused | Ambiguous:
    """What an answer that is no 2xx means. A 5xx, Twilio's own or a proxy's, may come after the text was taken:
    only an error code that we know makes a refusal of it."""
    code = str(error.code or error.status)[:_CODE_LENGTH]
    if code in _REFUSALS:
        return Refused(_REFUSALS[code], code)
    if error.status not in range(300, 500):
        return Ambiguous(code)
    return Refused(Refusal.RETRY if error.status == 429 else Refusal.PERMANENT, code)


def _never_connected(error: RequestsConnectionError) -> bool:
    """No connection, or none that could be trusted: nothing was sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    distrusted = isinstance(reason, UrllibSSLError) and isinstance(
        next(iter(reason.args), None), SSLCertVerificationError
    )
    return isinstance(reason, NewConnectionError) or distrusted


class _HttpClient(TwilioHttpClient):
    """The SDK has no setting for another server: the host of each request is replaced here."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=_API_SECONDS)
        self._base = urlsplit(api_url)

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        path = urlsplit(uri)
        moved = path._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=self._base.path + path.path)
        return super().request(method, moved.geturl(), *args, **kwargs)
