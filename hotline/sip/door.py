"""What comes in by SIP beside new calls: what was heard already, keys by INFO, answers to our BYE."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

from aiosipua import DialogState, IncomingCall, SipRequest, SipResponse, SipTransport, SipUAS
from aiosipua.dialog import dialog_matches, remote_cseq_valid

_REFUSED = "refused"  # in a dialog's metadata: what its INVITE was answered with
_KEY = re.compile(r"(?:Signal\s*=\s*)?([0-9*#])\s*(?:[\r\n].*)?", re.DOTALL)
_LOOP_DETECTED = 482
_BYE_SECONDS = (0.5, 1.0, 2.0, 4.0)  # RFC 3261, 17.1.2.2: said again until it is answered
_REFUSAL_SECONDS = 32.0  # RFC 3261, timer H

Message = SipRequest | SipResponse


class Door:
    """Stands between the transport and the user agent, for what aiosipua leaves to its caller."""

    def __init__(self, uas: SipUAS, on_key: Callable[[IncomingCall, str], None]) -> None:
        self._uas, self._on_key = uas, on_key
        self._inside = uas.transport.on_message
        self._byes: dict[str, asyncio.Event] = {}
        uas.transport.on_message = self.receive

    def receive(self, message: Message, address: tuple[str, int]) -> None:
        if isinstance(message, SipResponse) and (message.call_id or "") in self._byes:
            self._byes[message.call_id or ""].set()
        elif not isinstance(message, SipRequest) or not self._is_done_with(message):
            assert self._inside is not None
            self._inside(message, address)

    def _is_done_with(self, request: SipRequest) -> bool:
        call = self._uas.get_call(request.call_id or "")
        if call is None:
            return False
        if request.method == "INVITE":
            return self._is_repeated(call, request)
        return request.method == "INFO" and self._has_pressed(call, request)

    def _is_repeated(self, call: IncomingCall, invite: SipRequest) -> bool:
        """The same INVITE once more: a refusal is said again, all else is on its way already."""
        if self._uas.transactions.match_request(invite) is None:
            return self._is_merged(call, invite)
        if refused := call.dialog.metadata.get(_REFUSED):
            call.reject(int(refused))
        return True

    def _is_merged(self, call: IncomingCall, invite: SipRequest) -> bool:
        """The same call by another way, before it is answered (RFC 3261, 8.2.2.2): there is one menu for it."""
        if call.dialog.state is not DialogState.EARLY:
            return False
        self._transport.send_reply(call.dialog.create_response(invite, _LOOP_DETECTED, "Loop Detected"))
        return True

    def _has_pressed(self, call: IncomingCall, info: SipRequest) -> bool:
        """A key as application/dtmf-relay or application/dtmf, from a peer that has no telephone-event."""
        key = _KEY.fullmatch(info.text.strip())
        if key is None or not dialog_matches(call.dialog, info):
            return False
        if remote_cseq_valid(call.dialog, info):
            self._on_key(call, key[1])
        self._transport.send_reply(call.dialog.create_response(info, 200))
        return True

    @property
    def _transport(self) -> SipTransport:
        return self._uas.transport

    def refuse(self, call: IncomingCall, code: int) -> None:
        """It is forgotten when the caller acknowledges the refusal, or when nobody waits for that any more."""
        call.dialog.metadata[_REFUSED] = str(code)
        call.reject(code)
        asyncio.get_running_loop().call_later(_REFUSAL_SECONDS, self.forget, call)

    async def say_bye(self, call: IncomingCall) -> None:
        """End an answered call from our side, until the other side says that it heard."""
        bye = call.hangup()
        if bye is None:
            return
        answered = self._byes[call.call_id] = asyncio.Event()
        try:
            for seconds in _BYE_SECONDS:
                with suppress(TimeoutError):
                    await asyncio.wait_for(answered.wait(), seconds)
                    return
                self._transport.send(bye, call.source_addr)
        finally:
            del self._byes[call.call_id]

    def forget(self, call: IncomingCall) -> None:
        """aiosipua keeps a call that we ended for ever, and has no other way to let go of it."""
        call._stop_retransmissions()
        if self._uas._calls.get(call.call_id) is call:
            del self._uas._calls[call.call_id]
