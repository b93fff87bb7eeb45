// The message thread of a mobile phone, and the line to write in.

import { api } from "./api.js";
import { element, fillOptions, keyed, parts, setBoth, setText, show, stickToEnd } from "./dom.js";
import { clockTime, fullTime, messageStatus } from "./format.js";

const MOST_SHOWN = 200;
const FAILED = new Set(["undelivered", "failed", "canceled"]);

export function createThread(root, number, { act }) {
  const ui = parts(
    root,
    ...["thread", "thread-empty", "composer", "composer-to"],
    ...["to-label", "text-to", "no-text-numbers", "text-body"],
  );
  ui.textTo.id = `text-to-${number}`;
  ui.toLabel.htmlFor = ui.textTo.id;
  let lastSender = null;

  listen();
  stickToEnd(ui.thread);
  return { update };

  function listen() {
    ui.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    ui.textBody.addEventListener("keydown", (event) => {
      // While an input method is composing, Enter chooses a candidate; it must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      ui.composer.requestSubmit();
    });
  }

  // The field is free at once for the next text; what could not be sent comes back to it.
  async function send() {
    const body = ui.textBody.value;
    if (!body.trim()) return;
    ui.textBody.value = "";
    ui.textBody.focus({ preventScroll: true });
    const sent = await act(() => api.text(number, ui.textTo.value, body));
    if (!sent && ui.textBody.value === "") ui.textBody.value = body;
  }

  function update(messages, world) {
    show(ui.threadEmpty, messages.length === 0);
    show(ui.thread, messages.length > 0);
    keyed(ui.thread, messages.slice(-MOST_SHOWN), (item) => item.sid, bubble, (node, item) => draw(node, item, world));
    fillOptions(ui.textTo, world.numbers.map((item) => ({ value: item.number, text: world.nameOf(item.number) })));
    show(ui.composerTo, world.numbers.length > 0);
    show(ui.noTextNumbers, world.numbers.length === 0);
    answerTheLastSender(messages);
  }

  // A reply goes to whoever wrote last, unless the reader is choosing someone else.
  function answerTheLastSender(messages) {
    const sender = messages.findLast((item) => !item.mine)?.other;
    if (!sender || sender === lastSender || document.activeElement === ui.textTo) return;
    lastSender = sender;
    if ([...ui.textTo.options].some((option) => option.value === sender)) ui.textTo.value = sender;
  }
}

function bubble() {
  return element(
    "div", { class: "message" },
    element("p", { class: "message-from" }),
    element("p", { class: "message-body", dir: "auto" }),
    element("p", { class: "message-error" }),
    element(
      "p", { class: "message-meta" },
      element("time"),
      element("span", { class: "segments" }),
      element("span", { class: "status" }),
    ),
  );
}

function draw(node, message, world) {
  const [from, body, error, meta] = node.children;
  const [time, segments, status] = meta.children;
  const failed = FAILED.has(message.status);
  node.classList.toggle("mine", message.mine);
  node.classList.toggle("lost", failed);
  setText(from, world.nameOf(message.other));
  show(from, !message.mine);
  setText(body, message.body);
  show(error, Boolean(message.error));
  setText(error, message.error ?? "");
  setText(time, clockTime(message.at));
  time.title = fullTime(message.at);
  setText(segments, message.segments ? `${message.segments} 条 · ${message.encoding}` : "");
  setBoth(status, messageStatus(message.status));
}
