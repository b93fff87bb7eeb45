"""What a text asks for instead of rating: out, back in, help, the rating withdrawn, the wrong person, a language."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from hotline.actions.conversation.matters import Matters
from hotline.actions.conversation.meaning import Meant
from hotline.actions.conversation.questions import await_score, close_question
from hotline.actions.conversation.rated import link, settle_about, which
from hotline.actions.conversation.talk import UNKNOWN_AGAIN_AFTER, Talk
from hotline.actions.conversation.unclear import leave
from hotline.actions.invite import invitation_words, render_again
from hotline.actions.languages import choose_language
from hotline.actions.opt_outs import is_opted_out, opt_in, opt_out
from hotline.actions.rate import withdraw
from hotline.actions.reviews import add_review, settle
from hotline.rules.replies import Action, parse
from hotline.rules.reply_requests import read_request
from hotline.rules.reply_text import fold, visible
from hotline.rules.scale import Scale
from hotline.rules.script import Channel, Script
from hotline.tables import InboundText, Invitation
from hotline.tables.contacts import Purpose
from hotline.tables.replies import Why
from hotline.tables.service import InvitationState, RatingState

REQUESTS = frozenset(Action) - {Action.RATE, Action.CLARIFY}


def do(talk: Talk, matters: Matters, meant: Meant, action: Action) -> str | None:
    """Do what the text asks, and say so; None for silence."""
    if meant.record_id is not None:
        link(talk, meant.record_id)
    about = meant.invitation or (meant.rating.record if meant.rating else None)
    script, language = talk.script_of(meant.asked), talk.language(about)
    match action:
        case Action.OPTOUT:
            _opt_out(talk, script.scale)
            return talk.say(script, "opted_out", language)
        case Action.OPTIN:
            opt_in(talk.session, talk.text.phone, Channel.SMS, talk.now)
            return talk.say(script, "opted_in", language)
        case Action.NOT_ME:
            if talk.last_language() is None:  # nothing was ever asked of them
                return talk.say_once("unknown_number", UNKNOWN_AGAIN_AFTER)
            closed = [meant.invitation] if meant.invitation else [] if meant.record_id else matters.asked
            if meant.gone is None:
                _not_them(talk, matters, closed)
            return talk.say(script, "not_me", language)
        case Action.WITHDRAW:
            return _withdraw(talk, matters, meant, script, language)
        case _:
            return talk.say(script, "help", language)


def _opt_out(talk: Talk, scale: Scale) -> None:
    """A rating that seems to stand beside it (5 退订) is for a person to see: of such a text only one thing is sure."""
    opt_out(talk.session, talk.text.phone, Channel.SMS, talk.now)
    settle(talk.session, _texts_of(talk), (Why.UNCLEAR,), talk.now)
    asked = read_request(fold(visible(talk.text.body)))
    if asked is not None and parse(asked.rest, scale).action is Action.RATE:
        add_review(talk.session, talk.kept, Why.ALSO_RATES, talk.now, talk.now)


def _texts_of(talk: Talk) -> Select[int]:
    return select(InboundText.id).where(InboundText.phone_lookup == talk.number)


def _not_them(talk: Talk, matters: Matters, invitations: Sequence[Invitation]) -> None:
    """The number belongs to somebody else: what was asked of it is closed, and is no rating; of one that has been given
    already a person decides."""
    close_question(talk.session, talk.number, talk.now)
    for invitation in invitations:
        invitation.state = InvitationState.NOT_THEM
        settle_about(talk, invitation.record_id, (Why.UNCLEAR,))
    rated = next((rating for rating in matters.earlier if rating.state is RatingState.ACTIVE), None)
    if not invitations and rated is not None:
        link(talk, rated.record_id)
        leave(talk)


def _withdraw(talk: Talk, matters: Matters, meant: Meant, script: Script, language: str) -> str:
    """Take back the rating that is meant, or the last one, and say which; the next score is of that."""
    last = next((r for r in matters.earlier if r.state is RatingState.ACTIVE), None)
    rating = meant.rating if meant.is_named else meant.rating or last
    if rating is None or not withdraw(talk.session, rating.record_id, talk.policy, talk.now):
        return talk.say(script, "nothing_to_withdraw", language)
    close_question(talk.session, talk.number, talk.now)
    link(talk, rating.record_id)
    settle_about(talk, rating.record_id, (Why.UNCLEAR,))
    await_score(talk, talk.kept.invitation_id)
    return talk.say(script, "withdrawn", language, **which(talk, rating.record, script, language))


def speak(talk: Talk, matters: Matters, language: str) -> str:
    """From now on this number is written to in that language; if one thing is asked, it is asked in it at once."""
    talk.kept.action = talk.kept.rule = "language"
    choose_language(talk.session, talk.text.phone, language, talk.now)
    for invitation in {one.id: one for one in [*matters.asked, *matters.queued]}.values():
        invitation.language = language
        render_again(talk.session, invitation, talk.policy)
    out = [one for one in matters.asked if one.state is not InvitationState.WAITING]
    if len(out) == 1 and out[0].channel is Channel.SMS and not is_opted_out(talk.session, talk.number):
        talk.kept.invitation_id = out[0].id
        return invitation_words(talk.session, out[0], Purpose.INVITE, talk.policy)
    return talk.say(talk.script_of(None), "language_set", language)
