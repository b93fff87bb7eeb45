"""One text of a citizen's as it comes in, and how it is answered: by which script, in which language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.languages import chosen_language
from hotline.actions.wording import script_in_use, script_said
from hotline.messages import ReceivedText
from hotline.rules.matching import words_beside
from hotline.rules.phones import mask_phones_in
from hotline.rules.policy import Policy
from hotline.rules.replies import PARSER, Reply, parse
from hotline.rules.scale import Scale
from hotline.rules.script import Channel, Script
from hotline.tables import Case, InboundText, Invitation, Rating, ServiceRecord

UNKNOWN_AGAIN_AFTER = timedelta(days=30)  # a number that was never asked is told so once in so long


@dataclass(frozen=True, slots=True)
class Talk:
    """`is_muted`: this number has had so many answers today that it gets no more; nothing may be asked of it."""

    session: Session
    text: ReceivedText
    kept: InboundText
    policy: Policy
    now: datetime
    is_muted: bool

    @property
    def number(self) -> str:
        """The number that writes, as it is looked up."""
        return self.text.phone.lookup

    def words(self) -> str:
        """The text without what names the record it is about."""
        return words_beside(self.text.body, self.kept.read_before, self.kept.read_from).strip()

    def read(self, script: Script, read_before: int = 0, read_from: int = 0) -> Reply:
        """What the text says beside what stands there, by the scale of that script; kept beside the text."""
        reply = parse(words_beside(self.text.body, read_before, read_from), script.scale)
        self.kept.read_before, self.kept.read_from = read_before, read_from
        self.kept.scale, self.kept.parser = script.scale, PARSER
        self.kept.action, self.kept.stars, self.kept.rule = reply.action, reply.stars, reply.rule
        return reply

    def masked(self, words: str | None) -> str | None:
        return None if words is None else mask_phones_in(words, self.policy.region)

    def script_of(self, asked: Invitation | Rating | None) -> Script:
        """The words, and the scale, that the citizen answers: those they were sent, else today's.

        A city may turn its scale round while texts with the old one are still waiting for their answers.
        """
        if asked is not None and asked.channel is Channel.SMS:
            return script_said(self.session, asked.script)
        return script_in_use(self.session, self.policy.sms.script)

    def common_script(self, invitations: Sequence[Invitation]) -> tuple[Script, bool]:
        """The script by which an answer to one of several is read, and whether all of them have its scale."""
        scripts = [self.script_of(invitation) for invitation in invitations]
        scales: set[Scale] = {script.scale for script in scripts}
        return (scripts[-1] if scripts else self.script_of(None)), len(scales) <= 1

    def language(self, asked: Invitation | ServiceRecord | None) -> str:
        """What this number chose, else that of what it is about, else of what it was asked last, else the city's."""
        language = (
            chosen_language(self.session, self.number, self.policy)
            or (asked.language if asked is not None else None)
            or self.last_language()
        )
        return self.policy.language_for(language)

    def last_language(self) -> str | None:
        """None if this number was never asked anything."""
        return self.session.scalar(
            select(Invitation.language)
            .join(Invitation.record)
            .where(ServiceRecord.phone_lookup == self.number)
            .order_by(Invitation.id.desc())
            .limit(1)
        )

    def say(self, script: Script, sentence: str, language: str, **facts: object) -> str:
        signature = self.policy.signature[language]
        return script.say(sentence, language, signature=signature, hotline=self.policy.hotline, **facts)

    def say_once(self, sentence: str, within: timedelta) -> str | None:
        """Say it, unless this number has been told so, in whatever language, within that time."""
        script = self.script_of(None)
        said = [self.say(script, sentence, language) for language in self.policy.languages]
        earlier = self.session.scalar(
            select(InboundText.id)
            .where(InboundText.phone_lookup == self.number, InboundText.received_at > self.now - within)
            .where(InboundText.answer.in_(said))
            .limit(1)
        )
        return self.say(script, sentence, self.language(None)) if earlier is None else None

    def last_answer_at(self) -> datetime | None:
        """When this number had its last answer from us."""
        return self.session.scalar(
            select(InboundText.received_at)
            .where(InboundText.phone_lookup == self.number, InboundText.answer.is_not(None))
            .order_by(InboundText.id.desc())
            .limit(1)
        )

    def when(self, script: Script, rating: Rating, language: str) -> str:
        """By when somebody will be in touch about a bad rating, as the sentence says it: the time of the first contact,
        while that is still to come."""
        of_record = (
            Case.record_id == rating.record_id,
            Case.contacted_at.is_(None),
            Case.first_contact_due_at > self.now,
        )
        due_at = self.session.scalar(select(Case.first_contact_due_at).where(*of_record))
        if due_at is None or self.policy.casework.first_contact.count == 0 or rating.round > 1:
            return script.say("when_at_once", language)
        return script.say("when_by", language, deadline=self._spoken(due_at, language))

    def _spoken(self, moment: datetime, language: str) -> str:
        local = moment.astimezone(self.policy.zone)
        if language.startswith("zh"):
            return f"{local.month}月{local.day}日{local:%H:%M}"
        return f"{local:%H:%M} on {local.day} {local:%b}"
