"""The parameters Twilio posts with each kind of webhook, by Twilio's names.
Sources: twilio.com/docs/messaging/guides/webhook-request, /docs/voice/twiml#request-parameters."""

from collections.abc import Mapping
from email.utils import formatdate

import phonenumbers

from .faults import Fault
from .model import Call, Direction, Message, MessageStatus

API_VERSION = "2010-04-01"


def inbound_message(message: Message, account_sid: str, opt_out_type: str) -> dict[str, str]:
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": account_sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "SmsStatus": MessageStatus.RECEIVED,
        "ApiVersion": API_VERSION,
        **geography("From", message.from_),
        **geography("To", message.to),
    }
    if message.messaging_service_sid:
        params["MessagingServiceSid"] = message.messaging_service_sid
    if opt_out_type:
        params["OptOutType"] = opt_out_type
    return params


def message_status(message: Message, account_sid: str) -> dict[str, str]:
    params = {
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "AccountSid": account_sid,
        "From": message.from_,
        "To": message.to,
        "ApiVersion": API_VERSION,
    }
    if message.messaging_service_sid:
        params["MessagingServiceSid"] = message.messaging_service_sid
    if message.error is not None:
        params["ErrorCode"] = str(message.error.code)
    return params


def voice(call: Call, account_sid: str) -> dict[str, str]:
    """What every request about a call carries."""
    params = {
        "CallSid": call.sid,
        "AccountSid": account_sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status,
        "ApiVersion": API_VERSION,
        "Direction": call.direction,
        **geography("From", call.from_),
        **geography("To", call.to),
        **geography("Caller", call.from_),
        **geography("Called", call.to),
    }
    if call.parent_sid:
        params["ParentCallSid"] = call.parent_sid
    if call.direction is Direction.INBOUND:
        params |= {f"SipHeader_{name}": value for name, value in call.sip_headers.items()}
    return params


def call_status(call: Call, account_sid: str, sequence: int, moment: float) -> dict[str, str]:
    params = voice(call, account_sid) | {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence),
        "Timestamp": rfc2822(moment),
    }
    if call.duration is not None:
        params["CallDuration"] = str(call.duration)
        params["Duration"] = str(-(-call.duration // 60))
    if call.sip_code is not None:
        params["SipResponseCode"] = str(call.sip_code)
    return params


def fallback(params: Mapping[str, str], fault: Fault, url: str) -> dict[str, str]:
    return {**params, "ErrorCode": str(fault.code), "ErrorUrl": url}


def geography(prefix: str, number: str) -> dict[str, str]:
    """Twilio's guess at where a number is: outside North America only the country is filled in."""
    return {f"{prefix}Country": country_of(number), f"{prefix}State": "", f"{prefix}City": "", f"{prefix}Zip": ""}


def country_of(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def rfc2822(moment: float) -> str:
    """Such as "Fri, 13 Aug 2010 01:16:24 +0000"."""
    return formatdate(moment)[:-5] + "+0000"
