"""A text from a citizen: kept once, matched to its invitation, understood, acted on, answered."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions.invite import open_invitations
from hotline.actions.opt_outs import opt_in, opt_out
from hotline.actions.rate import Given, changeable_ratings, rate, withdraw
from hotline.messages import ReceivedText
from hotline.rules.matching import Coded, code_of, named
from hotline.rules.phones import mask_phones_in
from hotline.rules.policy import Policy
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.scale import is_bad
from hotline.rules.script import Channel
from hotline.scripts import load_script
from hotline.tables import Case, InboundText, Invitation, Rating, ServiceRecord
from hotline.tables.service import InvitationState, RatingState

_KNOWN_AGAIN_AFTER = timedelta(days=1)
_MOST_LISTED = 5  # of several open invitations, in one text


def receive_text(session: Session, text: ReceivedText, policy: Policy, now: datetime) -> str | None:
    """Act on a text once, whatever the carrier repeats; returns the answer for the citizen, or None for silence."""
    kept = InboundText(
        carrier=text.carrier,
        external_id=text.external_id,
        phone=text.phone,
        body=mask_phones_in(text.body, policy.region),
        body_box=text.body_box,
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(kept)
    except IntegrityError:
        return session.scalars(
            select(InboundText.answer).where(
                InboundText.carrier == text.carrier, InboundText.external_id == text.external_id
            )
        ).one()
    answer = _Conversation(session, text, kept, policy, now).answer()
    kept.answer = answer if text.taken_as is None else None
    return kept.answer


class _Conversation:
    """One text, and all that is known when it comes in."""

    def __init__(self, session: Session, text: ReceivedText, kept: InboundText, policy: Policy, now: datetime) -> None:
        self.session, self.text, self.kept, self.policy, self.now = session, text, kept, policy, now
        waiting = open_invitations(text.phone.lookup, now)
        records = waiting.with_only_columns(ServiceRecord.id).order_by(None).order_by(ServiceRecord.id)
        session.execute(records.with_for_update(of=ServiceRecord, key_share=True))  # what is open is read in turn
        self.invitations = session.scalars(waiting).all()
        self.earlier = changeable_ratings(session, text.phone.lookup, policy, now)
        self.invitation, self.corrected, self.words = self._what_is_meant()
        self.script = load_script(self._script_they_read())

    def _script_they_read(self) -> str:
        """The name of the script whose scale the citizen answers: of the text they got, else today's.

        A city may turn its scale round while texts with the old one are still waiting for their answers.
        """
        if self.invitation is not None and self.invitation.channel is Channel.SMS:
            return self.invitation.script.partition("@")[0]
        rating = self.corrected or (None if self.invitations else next(iter(self.earlier), None))
        if rating is not None and rating.channel is Channel.SMS:
            return rating.script.partition("@")[0]
        return self.policy.sms.script

    def _what_is_meant(self) -> tuple[Invitation | None, Rating | None, str]:
        """The open invitation, or else the earlier rating, that the text is about; and its words without the code."""
        opened = {invitation.id: invitation for invitation in self.invitations}
        if (meant := named(self.text.body, [_coded(i.id, i.record) for i in self.invitations])) is not None:
            return opened[meant.id], None, meant.text
        rated = {rating.record_id: rating for rating in reversed(self.earlier)}
        if (meant := named(self.text.body, [_coded(r.record_id, r.record) for r in rated.values()])) is not None:
            return None, rated[meant.id], meant.text
        return (self.invitations[0] if len(self.invitations) == 1 else None), None, self.text.body

    def answer(self) -> str | None:
        """Do what the text asks, and say so."""
        reply = parse(self.words, self.script.scale)
        if self.text.taken_as is not None:
            reply = Reply(self.text.taken_as, None, None, "carrier")
        self.kept.action, self.kept.rule = reply.action, reply.rule
        self.kept.invitation_id = self.invitation.id if self.invitation else None
        match reply.action:
            case Action.RATE:
                return self._rated(reply)
            case Action.OPTOUT:
                opt_out(self.session, self.text.phone, Channel.SMS, self.now)
                return self._say("opted_out")
            case Action.OPTIN:
                opt_in(self.session, self.text.phone, Channel.SMS, self.now)
                return self._say("opted_in")
            case Action.HELP:
                return self._say("help")
            case Action.NOT_ME:
                return self._not_them()
            case Action.WITHDRAW:
                return self._withdrawn()
            case Action.CLARIFY:
                return self._unclear()

    def _rated(self, reply: Reply) -> str | None:
        assert reply.stars is not None
        if self.invitation is not None:
            return self._record(self.invitation.record, reply, reply.stars)
        if self.corrected is None and self.invitations:
            return self._which_one()
        earlier = self.corrected or next(iter(self.earlier), None)
        if earlier is not None:
            return self._record(earlier.record, reply, reply.stars)
        return self._say("late") if self._was_ever_asked() else self._once("unknown_number")

    def _record(self, record: ServiceRecord, reply: Reply, stars: int) -> str:
        given = Given(
            stars=stars,
            channel=Channel.SMS,
            raw=self.kept.body,
            scale=self.script.scale,
            script=self.script.id,
            rule=reply.rule,
            comment=None if reply.comment is None else mask_phones_in(reply.comment, self.policy.region),
        )
        rating = rate(self.session, record.id, given, self.policy, self.now)
        return self._thanks(rating)

    def _thanks(self, rating: Rating) -> str:
        language = rating.record.language
        facts = {"label": self.script.label(rating.stars, language), "stars": rating.stars}
        if not is_bad(rating.stars):
            hours = self.policy.invitation.correct_hours
            return self._say("thanks_good", language, hours=hours, **facts)
        if self.policy.casework.first_contact.count == 0:
            return self._say("thanks_bad_at_once", language, **facts)
        due_at = self.session.scalars(select(Case.first_contact_due_at).where(Case.record_id == rating.record_id)).one()
        return self._say("thanks_bad", language, deadline=_spoken(due_at, self.policy, language), **facts)

    def _which_one(self) -> str | None:
        """Several are open and the text names none: ask which, showing codes that tell them apart."""
        asked = self.invitations
        for invitation in asked:
            invitation.clarified = True
        language = asked[0].language
        no_item = self.script.words[language]["no_item"]
        coded = [_coded(i.id, i.record) for i in asked]
        codes = [code_of(one, coded) for one in coded[:_MOST_LISTED]]
        listed = "；".join(f"{code} {i.record.item_name or no_item}" for code, i in zip(codes, asked, strict=False))
        more = "……" if len(asked) > _MOST_LISTED else ""
        return self._say("which_one", language, count=len(asked), code=codes[0], list=listed + more)

    def _not_them(self) -> str:
        """The number belongs to somebody else: what was asked of it is closed, and is no rating."""
        for invitation in [self.invitation] if self.invitation else self.invitations:
            invitation.state = InvitationState.NOT_THEM
        return self._say("not_me")

    def _withdrawn(self) -> str:
        rating = self.corrected or next((r for r in self.earlier if r.state is RatingState.ACTIVE), None)
        if rating is None or not withdraw(self.session, rating.record_id, self.now):
            return self._say("nothing_to_withdraw")
        return self._say("withdrawn", rating.record.language)

    def _unclear(self) -> str | None:
        """Ask once what was meant; after that, silence, and the text stays for a person to read."""
        if self.invitation is None:
            if self.invitations and self.corrected is None:
                asked_before = all(invitation.clarified for invitation in self.invitations)
                return None if asked_before else self._which_one()
            return None if self._was_ever_asked() else self._once("unknown_number")
        if self.invitation.clarified:
            return None
        self.invitation.clarified = True
        return self._say("clarify", self.invitation.language)

    def _once(self, sentence: str) -> str | None:
        """Say it, unless this number has written within a day already."""
        earlier = self.session.scalar(
            select(InboundText.id)
            .where(InboundText.phone_lookup == self.text.phone.lookup, InboundText.id != self.kept.id)
            .where(InboundText.received_at > self.now - _KNOWN_AGAIN_AFTER)
            .limit(1)
        )
        return None if earlier is not None else self._say(sentence)

    def _was_ever_asked(self) -> bool:
        return self._last_language() is not None

    def _last_language(self) -> str | None:
        return self.session.scalar(
            select(Invitation.language)
            .join(Invitation.record)
            .where(ServiceRecord.phone_lookup == self.text.phone.lookup)
            .order_by(Invitation.id.desc())
            .limit(1)
        )

    def _say(self, sentence: str, language: str | None = None, **facts: object) -> str:
        language = language or self._last_language() or self.policy.languages[0]
        return self.script.say(
            sentence, language, signature=self.policy.signature[language], hotline=self.policy.hotline, **facts
        )


def _coded(identity: int, record: ServiceRecord) -> Coded:
    return Coded(identity, record.number, record.service_count)


def _spoken(moment: datetime, policy: Policy, language: str) -> str:
    local = moment.astimezone(policy.zone)
    if language.startswith("zh"):
        return f"{local.month}月{local.day}日{local:%H:%M}"
    return f"{local:%H:%M} on {local.day} {local:%b}"
