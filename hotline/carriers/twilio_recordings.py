"""Twilio's recordings: announced by a webhook, fetched and erased over its API with the account's credentials.

A recording is known by its id alone: the address that a form names is checked, and never asked itself.
"""

import re
from collections.abc import Mapping

import httpx

from hotline.cutoff import Cutoff, cut_after
from hotline.errors import BadInput
from hotline.messages import Erased, FetchedRecording, NotDone, ReceivedRecording, Stopped

TWILIO = "https://api.twilio.com"
_RECORDING = re.compile(r"RE[0-9a-fA-F]{32}")
_LONGEST_URL = 512
_MOST_DIGITS = 6  # of a length in seconds
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_DEADLINE_SECONDS = 15.0  # for a whole recording; a worker's lease lasts twice as long
_MOST_BYTES = 64 * 1024 * 1024  # half an hour in two channels; a minute is 1 MB, or 2 MB in two channels


def read_recording(carrier: str, form: Mapping[str, str]) -> ReceivedRecording | None:
    """What the action of <Record> is told, or the action or recordingStatusCallback of <Dial>; of these only the last
    names the recording apart from its address.

    Raises BadInput for what can be no recording of Twilio's.
    """
    url, said = form.get("RecordingUrl", ""), form.get("RecordingDuration", "")
    seconds = int(said) if re.fullmatch(rf"[0-9]{{1,{_MOST_DIGITS}}}", said) else None
    if not url or seconds == 0:
        return None
    if len(url) > _LONGEST_URL or "\0" in url:
        raise BadInput("RecordingUrl", "is not an address of Twilio's")
    sid = form.get("RecordingSid", url.rpartition("/")[2])
    if not _RECORDING.fullmatch(sid):
        raise BadInput("RecordingSid", "is not an id of Twilio's")
    return ReceivedRecording(carrier, sid, url, seconds)


class TwilioRecordings:
    """Those of one account, at `api_url`."""

    def __init__(self, api_url: str, account_sid: str, auth_token: str) -> None:
        self._hosts = frozenset({api_url, TWILIO})
        account = f"/2010-04-01/Accounts/{account_sid}"
        self._folder, self._calls = f"{account}/Recordings", f"{account}/Calls"
        self._api_url = api_url
        # Each exchange has a connection of its own: its deadline cuts that connection.
        self._client = httpx.Client(
            auth=(account_sid, auth_token),
            timeout=_TIMEOUT,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"Accept-Encoding": "identity"},
        )

    def fetch(self, url: str) -> FetchedRecording | NotDone:
        """Not there yet is 404, for some seconds: it is tried again, like all that an operator can put right."""
        sid = self._sid_of(url)
        if sid is None:
            return NotDone("foreign_url", retryable=False)
        with cut_after(_DEADLINE_SECONDS) as cutoff:
            try:
                return self._fetch(f"{self._api_url}{self._folder}/{sid}.wav", cutoff)
            except httpx.HTTPError as error:
                return NotDone("deadline" if cutoff.is_cut else type(error).__name__, retryable=True)

    def _fetch(self, address: str, cutoff: Cutoff) -> FetchedRecording | NotDone:
        sound = bytearray()
        with self._client.stream("GET", address, extensions={"trace": cutoff.watch}) as response:
            if response.status_code != httpx.codes.OK:
                return NotDone(f"http_{response.status_code}", retryable=True)
            for part in response.iter_raw():
                sound += part
                if len(sound) > _MOST_BYTES:
                    return NotDone("too_large", retryable=False)
        if cutoff.is_cut:  # and what came before it looks whole to httpx, if nobody had said how much there is
            return NotDone("deadline", retryable=True)
        if sound[:4] != b"RIFF" or sound[8:12] != b"WAVE":
            return NotDone("not_sound", retryable=True)  # a page of a proxy, say
        return FetchedRecording(bytes(sound))

    def erase(self, url: str) -> Erased | NotDone:
        """What is gone already is erased."""
        sid = self._sid_of(url)
        if sid is None:
            return NotDone("foreign_url", retryable=False)
        with cut_after(_DEADLINE_SECONDS) as cutoff:
            try:
                address = f"{self._api_url}{self._folder}/{sid}.json"
                with self._client.stream("DELETE", address, extensions={"trace": cutoff.watch}) as response:
                    is_gone = response.is_success or response.status_code == httpx.codes.NOT_FOUND
            except httpx.HTTPError as error:
                return NotDone("deadline" if cutoff.is_cut else type(error).__name__, retryable=True)
        return Erased() if is_gone else NotDone(f"http_{response.status_code}", retryable=True)

    def stop(self, call_sid: str) -> Stopped | NotDone:
        """Of a call of which nothing is recorded, Twilio knows no recording."""
        address = f"{self._api_url}{self._calls}/{call_sid}/Recordings/Twilio.CURRENT.json"
        with cut_after(_DEADLINE_SECONDS) as cutoff:
            try:
                form, watched = {"Status": "stopped"}, {"trace": cutoff.watch}
                with self._client.stream("POST", address, data=form, extensions=watched) as response:
                    is_stopped = response.is_success or response.status_code == httpx.codes.NOT_FOUND
            except httpx.HTTPError as error:
                return NotDone("deadline" if cutoff.is_cut else type(error).__name__, retryable=True)
        return Stopped() if is_stopped else NotDone(f"http_{response.status_code}", retryable=True)

    def _sid_of(self, url: str) -> str | None:
        """The recording's id, if the address is one of a recording of this account, letter by letter."""
        before, slash, sid = url.rpartition("/")
        is_ours = before + slash in {f"{host}{self._folder}/" for host in self._hosts}
        return sid if is_ours and _RECORDING.fullmatch(sid) else None
