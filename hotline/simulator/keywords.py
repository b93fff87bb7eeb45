"""The English keywords that Twilio itself acts on in a text: STOP, START, HELP and their synonyms.
Source: Twilio's "Support for Opt-Out Keywords (SMS STOP Filtering)". Pure."""

from enum import StrEnum


class OptOutType(StrEnum):
    """The value of the webhook parameter OptOutType."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL"})
START_WORDS = frozenset({"START", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

REPLIES = {
    OptOutType.STOP: "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe.",
    OptOutType.START: "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    OptOutType.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def opt_out_type(body: str, *, opted_out: bool) -> OptOutType | None:
    """Which keyword a whole text is, in any case. YES means START only to someone who had opted out."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return OptOutType.STOP
    if word in START_WORDS or (word == "YES" and opted_out):
        return OptOutType.START
    return OptOutType.HELP if word in HELP_WORDS else None


def auto_reply(kind: OptOutType) -> str:
    return REPLIES[kind]
