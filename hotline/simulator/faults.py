"""Twilio's numbered errors and warnings that the simulator can raise, with Twilio's wording.
Source: https://www.twilio.com/docs/api/errors (the level is the dictionary's own)."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem as Twilio's debugger would show it; `detail` says what was wrong this time.

    `notice` marks what is no fault of the application: something the simulator does not simulate.
    """

    code: int
    detail: str = ""
    notice: bool = False

    @property
    def level(self) -> Level:
        return Level.WARNING if self.notice or self.code in WARNINGS else Level.ERROR

    @property
    def message(self) -> str:
        return MESSAGES.get(self.code, "Unknown error")


def more_info(code: int) -> str:
    return f"https://www.twilio.com/docs/errors/{code}"


MESSAGES: dict[int, str] = {
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11215: "HTTP too many redirects",
    11750: "TwiML response body too large",
    12100: "Document parse failure",
    12102: "The root element must be Response",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    12400: "Internal Failure",
    13201: "Dial: Cannot Dial out from a Dial Call Segment",
    13210: "Dial: Invalid method value",
    13212: "Dial: Invalid timeout value",
    13213: "Dial: Invalid hangupOnStar value",
    13214: "Dial: Invalid callerId value",
    13215: "Dial: Invalid nested element",
    13216: "Dial: Invalid timeLimit value",
    13221: "Dial->Number: Invalid method value",
    13223: "Dial: Invalid phone number format",
    13224: "Dial: Twilio does not support calling this number or the number is invalid",
    13310: "Gather: Invalid finishOnKey value",
    13312: "Gather: Invalid method value",
    13313: "Gather: Invalid timeout value",
    13314: "Gather: Invalid numDigits value",
    13320: "Gather: Invalid nested verb",
    13321: "Gather->Say: Invalid voice value",
    13322: "Gather->Say: Invalid loop value",
    13325: "Gather->Play: Invalid Content-Type",
    13410: "Play: Invalid loop value",
    13420: "Play: Invalid Content-Type",
    13510: "Say: Invalid loop value",
    13511: "Say: Invalid voice value",
    13512: "Say: Invalid language value",
    13520: "Say: Invalid text",
    13610: "Record: Invalid method value",
    13611: "Record: Invalid timeout value",
    13612: "Record: Invalid maxLength value",
    13613: "Record: Invalid finishOnKey value",
    13616: "Record: playBeep must be true or false",
    13710: "Redirect: Invalid method value",
    13910: "Pause: Invalid length value",
    14101: '"To" Attribute is Invalid',
    14102: 'Message "From" Attribute is Invalid',
    14103: "Message Invalid Body",
    14104: "Message method attribute invalid",
    14106: "Message Reply TwiML document retrieval limit reached",
    14110: "Invalid Verb for Message Reply",
    15003: "Call Progress: Warning Response to Callback URL",
    20001: "Unknown parameters",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "Service unavailable",
    21201: "No 'To' number is specified",
    21205: "Url parameter is not a valid URL",
    21208: "Invalid Timeout",
    21209: "Invalid Method",
    21210: "'From' phone number not verified or purchased: not a valid outgoing number of this account",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21213: "No 'From' number is specified",
    21217: "Phone number does not appear to be valid",
    21220: "Invalid call state: the call is not in a state that allows this change",
    21266: "'To' and 'From' number cannot be the same",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number provided is not a valid, message-capable Twilio phone number",
    21608: "The number is unverified. Trial accounts cannot send messages to unverified numbers",
    21609: "Invalid 'StatusCallback'",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21701: "The Messaging Service does not exist",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "Message from an Unregistered Number",
    30409: "This message cannot be canceled",
    35111: "SendAt timestamp is missing",
    35114: "Scheduling does not support this timestamp",
    35118: "MessagingServiceSid is required to schedule a message",
}

WARNINGS = frozenset(
    {12200, 13210, 13212, 13213, 13214, 13215, 13216, 13221, 13223}
    | {13310, 13312, 13313, 13314, 13320, 13321, 13322, 13325, 13410, 13420}
    | {13510, 13511, 13512, 13520, 13610, 13611, 13612, 13613, 13616, 13710, 13910}
    | {14104, 14110, 15003}
)

# Carrier errors after which Twilio reports `failed` (it never left) rather than `undelivered`.
NEVER_LEFT = frozenset({30001, 30002, 30034})
