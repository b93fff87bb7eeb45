"""How the control API shows things: JSON shapes for phones, messages, calls, errors and requests.
Times are ISO 8601 in UTC."""

from typing import Any

from .clock import iso
from .faults import Fault
from .model import Call, LoggedFault, Message, Number, Phone, RequestRecord
from .world import World


def state(world: World, limit: int) -> dict[str, Any]:
    """The whole simulated world, the newest `limit` of each history, oldest first; open calls always."""
    open_calls = world.open_calls()
    calls = list(world.calls.values())
    recent = {call.sid for call in calls[-limit:]}
    return {
        "account_sid": world.config.account_sid,
        "now": iso(world.now()),
        "phones": [phone_summary(found, open_calls.get(found.number)) for found in world.phones.values()],
        "numbers": [number(found) for found in world.numbers.values()],
        "messages": [message(found) for found in list(world.messages.values())[-limit:]],
        "calls": [call(found) for found in calls if found.sid in recent or not found.is_over],
        "errors": [logged_fault(found) for found in list(world.faults)[-limit:]],
    }


def phone(found: Phone, open_call: Call | None) -> dict[str, Any]:
    """A phone with its thread and, while it is ringing or talking, its call."""
    return {
        **phone_summary(found, open_call),
        "thread": [message(sent) for sent in found.thread],
        "call": None if open_call is None else call(open_call),
    }


def phone_summary(found: Phone, open_call: Call | None) -> dict[str, Any]:
    return {
        "number": found.number,
        "label": found.label,
        "kind": found.kind,
        "owner": found.owner,
        "auto": None if found.auto is None else dict(found.auto),
        "placed": found.placed,
        "received": found.received,
        "call_sid": None if open_call is None else open_call.sid,
    }


def number(found: Number) -> dict[str, Any]:
    return {
        "number": found.number,
        "label": found.label,
        "sid": found.sid,
        "sms_url": found.sms_url,
        "sms_fallback_url": found.sms_fallback_url,
        "voice_url": found.voice_url,
        "voice_fallback_url": found.voice_fallback_url,
        "status_callback": found.status_callback,
        "messaging_service_sid": found.messaging_service_sid,
        "opt_out": found.opt_out,
    }


def message(found: Message) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "direction": found.direction,
        "from": found.from_,
        "to": found.to,
        "body": found.body,
        "status": found.status,
        "segments": found.segments,
        "encoding": found.encoding,
        "num_media": found.num_media,
        "created": iso(found.created),
        "sent": iso(found.sent),
        "updated": iso(found.updated),
        "send_at": iso(found.send_at),
        "error": None if found.error is None else fault(found.error),
        "history": [{"status": status, "at": iso(moment)} for status, moment in found.history],
    }


def call(found: Call) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "parent_call_sid": found.parent_sid or None,
        "from": found.from_,
        "to": found.to,
        "phone": found.phone_number,
        "direction": found.direction,
        "status": found.status,
        "doing": found.doing,
        "said": [
            {
                "text": said.text,
                "language": said.language,
                "voice": said.voice,
                "at": iso(said.at),
                "interrupted": said.interrupted,
            }
            for said in found.said
        ],
        "keys": [{"key": key.key, "at": iso(key.at), "heard": key.heard} for key in found.keys],
        "events": [{"event": note.name, "at": iso(note.at), "detail": note.detail} for note in found.events],
        "bridged_with": found.bridged_with or None,
        "created": iso(found.created),
        "answered": iso(found.answered),
        "ended": iso(found.ended),
        "duration": found.duration,
    }


def fault(found: Fault) -> dict[str, Any]:
    return {
        "code": found.code,
        "level": found.level,
        "message": found.message,
        "detail": found.detail,
    }


def logged_fault(found: LoggedFault) -> dict[str, Any]:
    return {
        "id": found.id,
        "at": iso(found.at),
        "resource": found.resource or None,
        "url": found.url or None,
        **fault(found.fault),
    }


def request(found: RequestRecord) -> dict[str, Any]:
    """One inspector line; `status` is null until it is answered, and for ever when it was lost or failed."""
    return {
        "id": found.id,
        "at": iso(found.at),
        "direction": found.direction,
        "kind": found.kind,
        "resource": found.resource or None,
        "method": found.method,
        "url": found.url,
        "params": found.params,
        "headers": found.headers,
        "signature": found.headers.get("X-Twilio-Signature"),
        "signed": found.signed or None,
        "attempt": found.attempt,
        "copy": found.copy,
        "lost": found.lost,
        "status": found.status,
        "response_headers": found.response_headers,
        "response_body": found.response_body,
        "duration_ms": found.duration_ms,
        "error": found.error or None,
        "faults": [fault(each) for each in found.faults],
    }
