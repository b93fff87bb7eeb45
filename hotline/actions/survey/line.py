"""A survey call on the line, as the actions hand it to one another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hotline.actions.rate import active_rating, round_now
from hotline.rules.flow import Flow
from hotline.rules.policy import Policy
from hotline.rules.script import Script
from hotline.tables import Call, Rating


@dataclass(frozen=True, slots=True)
class Line:
    """A call on the line: the session it is worked in, the words it hears, and what the city decides."""

    session: Session
    call: Call
    flow: Flow
    script: Script
    policy: Policy
    now: datetime

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that this call may be spoken in."""
        return tuple(language for language in self.flow.languages if language in self.script.languages)

    @property
    def rating(self) -> Rating | None:
        """The one that counts of what the call is about, of the round in which the citizen is asked."""
        record_id = self.call.record_id
        return None if record_id is None else active_rating(self.session, record_id, round_now(self.session, record_id))

    @property
    def is_asked_again(self) -> bool:
        """Is it what was done about a bad rating that the citizen is asked about?"""
        return self.call.record_id is not None and round_now(self.session, self.call.record_id) > 1

    def language_for(self, wanted: str) -> str:
        return wanted if wanted in self.languages else self.languages[0]
