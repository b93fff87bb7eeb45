// One phone's call: dialler, ringing, keypad and live captions. The same panel serves mobile and landline.

import { api } from "./api.js";
import { element, fillOptions, keyed, parts, setAttribute, setBoth, setText, show, stickToEnd } from "./dom.js";
import { callEnd, doingNow, minutes } from "./format.js";
import { speechLanguage } from "./speech.js";

const STATE = {
  incoming: { zh: "来电", en: "Incoming call" },
  outgoing: { zh: "正在呼叫", en: "Calling" },
  active: { zh: "通话中", en: "In call" },
  idle: { zh: "待机", en: "Ready" },
};

export function createCallPanel(root, number, { act, onKey }) {
  const ui = parts(
    root,
    ...["state", "party", "party-name", "party-number", "timer", "captions", "doing"],
    ...["dialler", "dial-label", "dial-to", "no-numbers", "keypad"],
    ...["answer", "decline", "record", "hangup", "done"],
  );
  ui.dialTo.id = `dial-${number}`;
  ui.dialLabel.htmlFor = ui.dialTo.id;
  let world = null; // the state as last fetched
  let call = null; // what is on the screen: the open call, or the one just ended until it is put away
  let sending = Promise.resolve();

  listen();
  stickToEnd(ui.captions);
  return { update, tick };

  function listen() {
    ui.dialler.addEventListener("submit", (event) => {
      event.preventDefault();
      act(() => api.ring(number, ui.dialTo.value));
    });
    ui.answer.addEventListener("click", () => act(() => api.answer(call.sid)));
    ui.decline.addEventListener("click", () => act(() => api.reject(call.sid)));
    ui.hangup.addEventListener("click", () => act(() => api.hangUp(call.sid)));
    ui.record.addEventListener("click", () => act(() => api.speak(call.sid, 3)));
    ui.done.addEventListener("click", () => redraw(null));
    ui.keypad.addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.dataset.key;
      if (key) press(key);
    });
    root.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
      event.preventDefault();
      press(event.key);
    });
  }

  // Keys leave one after another: two requests at once could overtake each other.
  function press(key) {
    if (call?.phase !== "active") return;
    const { sid } = call;
    onKey(sid);
    flash(ui.keypad.querySelector(`[data-key="${CSS.escape(key)}"]`));
    sending = sending.then(() => act(() => api.press(sid, key)));
  }

  function update(latest, latestWorld) {
    world = latestWorld;
    const wanted = latest && (latest.phase !== "ended" || latest.sid === call?.sid);
    fillOptions(ui.dialTo, world.numbers.map((item) => ({ value: item.number, text: world.nameOf(item.number) })));
    show(ui.noNumbers, world.numbers.length === 0);
    ui.dialler.querySelector("button").disabled = world.numbers.length === 0;
    redraw(wanted ? latest : null);
  }

  function redraw(latest) {
    const hadFocus = root.contains(document.activeElement);
    const changed = call?.sid !== latest?.sid || call?.phase !== latest?.phase;
    call = latest;
    const phase = call?.phase ?? "idle";
    setAttribute(root, "data-phase", phase);
    setBoth(ui.state, phase === "ended" ? callEnd(call.status) : STATE[phase]);
    if (call) drawParty(world.whoIs(call.other));
    show(ui.party, Boolean(call));
    drawControls(phase);
    drawSpeech();
    tick(world.now());
    if (changed && hadFocus) keepFocus(phase);
  }

  function drawParty({ label, number: written }) {
    setText(ui.partyName, label || written);
    setText(ui.partyNumber, label ? written : "");
  }

  function drawControls(phase) {
    show(ui.dialler, phase === "idle");
    show(ui.answer, phase === "incoming");
    show(ui.decline, phase === "incoming");
    show(ui.hangup, phase === "outgoing" || phase === "active");
    show(ui.record, phase === "active" && call.doing?.verb === "record");
    show(ui.done, phase === "ended");
    for (const key of ui.keypad.children) key.disabled = phase !== "active";
  }

  function drawSpeech() {
    keyed(ui.captions, call?.lines ?? [], (line) => `${call.sid}/${line.id}`, caption, drawCaption);
    const words = call?.phase === "active" ? nowWords() : null;
    show(ui.doing, Boolean(words));
    if (words) setBoth(ui.doing, words);
  }

  function nowWords() {
    if (!call.bridgedTo) return doingNow(call.doing);
    const { label, number: written } = world.whoIs(call.bridgedTo);
    return { zh: `已接通 ${label || written}`, en: "Connected" };
  }

  function tick(now) {
    show(ui.timer, call?.answeredAt != null);
    if (call?.answeredAt != null) setText(ui.timer, minutes(((call.endedAt ?? now) - call.answeredAt) / 1000));
  }

  // A control that had the focus may just have gone: hand the focus to what comes next.
  function keepFocus(phase) {
    if (root.contains(document.activeElement) && !document.activeElement.closest("[hidden], :disabled")) return;
    const next = {
      incoming: ui.answer,
      outgoing: ui.hangup,
      active: ui.keypad.firstElementChild,
      ended: ui.done,
      idle: ui.dialTo,
    };
    next[phase].focus({ preventScroll: true });
  }
}

function caption(line) {
  return element("p", { class: `caption ${line.kind}` });
}

function drawCaption(node, line) {
  setText(node, line.text);
  if (line.language) setAttribute(node, "lang", speechLanguage(line.language));
  node.classList.toggle("interrupted", Boolean(line.interrupted));
}

function flash(key) {
  key.classList.add("pressed");
  setTimeout(() => key.classList.remove("pressed"), 160);
}
