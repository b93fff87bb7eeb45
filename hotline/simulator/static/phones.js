// The row of phones: which are set out, which stay in the drawer, and the switcher on a narrow screen.

import { api } from "./api.js";
import { element, fillOptions, keyed, setAttribute, setBoth, show } from "./dom.js";
import { createPhone } from "./phone.js";

const SET_OUT_AT_FIRST = 6;
const EXAMPLES = [
  ["+8613800138000", { label: "市民手机", kind: "mobile" }],
  ["+8643262012345", { label: "市民座机", kind: "landline" }],
  ["+8643262012300", { label: "坐席话机", kind: "landline" }],
];
const ATTENTION = {
  ringing: { zh: "来电", en: "Ringing" },
  talking: { zh: "通话中", en: "In call" },
  unread: { zh: "新短信", en: "New text" },
  "": { zh: "", en: "" },
};

export function createPhones(root, { act, onKey }) {
  const list = root.querySelector("#phone-list");
  const switcher = root.querySelector("#phone-switcher");
  const others = root.querySelector("#others");
  const otherPhone = root.querySelector("#other-phone");
  const cards = new Map();
  const setOut = new Set();
  const away = new Set();
  let selected = null;
  let state = null;

  root.querySelector("#show-other").addEventListener("click", () => {
    bringOut(otherPhone.value);
    draw();
  });
  root.querySelector("#examples").addEventListener("click", () => act(setExamples));
  switcher.addEventListener("click", (event) => {
    const number = event.target.closest("[data-item]")?.dataset.item;
    if (number) select(number);
  });
  return { choose, update, tick, calls, bringOut };

  // Decides which of these phones are set out, those put there on purpose first; returns their numbers.
  function choose(known) {
    for (const { number } of [...known].sort((one, other) => other.placed - one.placed)) {
      if (setOut.size + away.size < SET_OUT_AT_FIRST && !away.has(number)) setOut.add(number);
    }
    return known.map((phone) => phone.number).filter((number) => setOut.has(number));
  }

  function update(latest) {
    state = latest;
    draw();
  }

  function draw() {
    const shown = state.phones.filter((phone) => setOut.has(phone.number));
    if (!shown.some((phone) => phone.number === selected)) selected = shown[0]?.number ?? null;
    keyed(list, shown, cardKey, createCard, drawCard);
    for (const number of cards.keys()) if (!setOut.has(number)) cards.delete(number);
    show(root.querySelector("#phones-empty"), state.phones.length === 0);
    drawSwitcher(shown);
    drawOthers();
  }

  // A phone whose kind changed is another case, so it is built anew.
  function cardKey(phone) {
    return `${phone.number}/${phone.kind}`;
  }

  function createCard(phone) {
    const card = createPhone(phone, { act, onKey, putAway });
    cards.set(phone.number, card);
    return card.node;
  }

  function drawCard(node, phone) {
    node.classList.toggle("selected", phone.number === selected); // first: what is seen counts as read
    cards.get(phone.number).update(phone, state);
  }

  function drawSwitcher(shown) {
    show(switcher, shown.length > 1);
    keyed(switcher, shown, (phone) => phone.number, switchButton, drawSwitchButton);
  }

  function drawSwitchButton(button, phone) {
    const [name, attention] = button.children;
    const wants = cards.get(phone.number).attention();
    setBoth(name, { zh: phone.label || phone.number });
    setBoth(attention, ATTENTION[wants]);
    setAttribute(button, "data-attention", wants);
    setAttribute(button, "aria-pressed", phone.number === selected);
  }

  function drawOthers() {
    const hidden = state.phones.filter((phone) => !setOut.has(phone.number));
    fillOptions(otherPhone, hidden.map((phone) => ({ value: phone.number, text: state.nameOf(phone.number) })));
    show(others, hidden.length > 0);
  }

  function select(number) {
    selected = number;
    draw();
  }

  function bringOut(number) {
    away.delete(number);
    setOut.add(number);
    selected = number;
  }

  function putAway(number) {
    setOut.delete(number);
    away.add(number);
    draw();
    root.focus({ preventScroll: true });
  }

  async function setExamples() {
    for (const [number, phone] of EXAMPLES) await api.putPhone(number, phone);
  }

  function calls() {
    return state.phones.filter((phone) => setOut.has(phone.number) && phone.call).map((phone) => phone.call);
  }

  function tick() {
    if (state) for (const card of cards.values()) card.tick(state.now());
  }
}

function switchButton() {
  return element("button", { type: "button", class: "switch-phone" }, element("span", {}), element("small", {}));
}
