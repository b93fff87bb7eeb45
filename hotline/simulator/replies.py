"""What the application answers to a text: the webhook, its fallback, and the TwiML executed afterwards.
Every <Message> becomes a text to a phone; <Redirect> asks again elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from . import parameters
from .faults import Fault
from .messaging import Draft, Messaging
from .model import Direction, Message, Number
from .phone_numbers import is_dialable
from .twiml import Document, Node, TwimlError, read_messaging
from .webhooks import Answer, Sender, Webhook
from .world import World

MOST_DOCUMENTS = 20
LONGEST_BODY = 1600


@dataclass(slots=True)
class Conversation:
    """One inbound text being answered. `answer` is the first webhook's, kept for whoever sent the text."""

    message: Message
    number: Number
    params: Mapping[str, str]
    documents: int = 0
    answer: Answer | None = None
    over: bool = False


class Replies:
    def __init__(self, world: World, sender: Sender, messaging: Messaging) -> None:
        self.world = world
        self.sender = sender
        self.messaging = messaging

    def text(self, from_: str, number: Number, body: str) -> Conversation:
        """A phone texts one of our numbers; the application is told at once."""
        message, keyword = self.messaging.receive(from_, number, body)
        params = parameters.inbound_message(message, self.world.config.account_sid, keyword or "")
        conversation = Conversation(message, number, params)
        if number.sms_url:
            self._ask(conversation, number.sms_url, "POST", params)
        else:
            conversation.over = True
        return conversation

    def _ask(
        self, conversation: Conversation, url: str, method: str, params: Mapping[str, str], fallback: bool = False
    ) -> None:
        conversation.documents += 1
        if conversation.documents > MOST_DOCUMENTS:
            self._fail(conversation, Fault(14106, f"{MOST_DOCUMENTS} documents were fetched for one text"), url)
            return
        webhook = Webhook("sms-fallback" if fallback else "sms", url, params, method, conversation.message.sid)
        self.sender.send(webhook, lambda answer: self._answered(conversation, answer, fallback))

    def _answered(self, conversation: Conversation, answer: Answer, fallback: bool) -> None:
        if conversation.answer is None:
            conversation.answer = answer
        try:
            document = read_messaging(answer)
        except TwimlError as error:
            number = conversation.number
            self.world.report(error.fault, conversation.message.sid, answer.url)
            if number.sms_fallback_url and not fallback:
                params = parameters.fallback(conversation.params, error.fault, answer.url)
                self._ask(conversation, number.sms_fallback_url, "POST", params, fallback=True)
            else:
                self._end(conversation)
            return
        self._execute(conversation, document)

    def _execute(self, conversation: Conversation, document: Document) -> None:
        for warning in document.warnings:
            self.world.report(warning, conversation.message.sid, document.url)
        for verb in document.verbs:
            if verb.tag == "Redirect":
                url = urljoin(document.url, verb.text.strip())
                self._ask(conversation, url, method_of(verb), conversation.params)
                return
            sent = self._send(conversation, document, verb)
            if sent is not None and "action" in verb.attributes:
                params = {**conversation.params, **parameters.message_status(sent, self.world.config.account_sid)}
                self._ask(conversation, urljoin(document.url, verb.attributes["action"]), method_of(verb), params)
                return
        self._end(conversation)

    def _send(self, conversation: Conversation, document: Document, verb: Node) -> Message | None:
        """Sends one <Message>; what is wrong with it goes to the debugger list."""
        inbound = conversation.message
        to = verb.attributes.get("to", inbound.from_)
        from_ = verb.attributes.get("from", inbound.to)
        body = body_of(verb)
        media = [child for child in verb.children if child.tag == "Media"]
        fault = self._check(to, from_, body, bool(media))
        if fault is not None:
            self.world.report(fault, inbound.sid, document.url)
            return None
        callback = verb.attributes.get("statusCallback", "")
        draft = Draft(
            to=to,
            from_=from_,
            body=body,
            direction=Direction.OUTBOUND_REPLY,
            status_callback=urljoin(document.url, callback) if callback else "",
            num_media=len(media),
        )
        message = self.messaging.accept(draft)
        self.messaging.start(message)
        return message

    def _check(self, to: str, from_: str, body: str, has_media: bool) -> Fault | None:
        if not is_dialable(to):
            return Fault(14101, to)
        if not self.world.is_ours(from_):
            return Fault(14102, from_)
        if len(body) > LONGEST_BODY or (not body and not has_media):
            return Fault(14103, f"{len(body)} characters; 1 to {LONGEST_BODY} are allowed")
        if self.world.is_opted_out(self.world.numbers[from_], to):
            return Fault(21610, to)
        return None

    def _fail(self, conversation: Conversation, fault: Fault, url: str) -> None:
        self.world.report(fault, conversation.message.sid, url)
        self._end(conversation)

    def _end(self, conversation: Conversation) -> None:
        conversation.over = True
        self.world.announce("message", conversation.message.sid)


def method_of(verb: Node) -> str:
    return "GET" if verb.attributes.get("method", "POST").upper() == "GET" else "POST"


def body_of(verb: Node) -> str:
    """The <Body> children, or the text of <Message> itself."""
    bodies = [child.text for child in verb.children if child.tag == "Body"]
    if bodies:
        return "".join(bodies).strip()
    return "" if verb.children else verb.text.strip()
