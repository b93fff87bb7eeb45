// The stage's movement: sending without leaving the page, parts that keep themselves true, copying the account.

import { morph } from "./morph.js";

const LOOK_MS = 1500;
const LOOK_LATER_MS = 6000; // while nobody answers
const ANSWER_MS = 20000;
const FRESH_MS = 8000;
const COPIED_MS = 2500;
const PARTS = { trouble: "trouble", tour: "tour", chart: "live-chart", ratings: "live-ratings", cases: "live-cases", codes: "live-codes" };

const fresh = new Set(); // keys of the ratings that came in a moment ago
const watch = createWatch();
for (const form of document.querySelectorAll("form[data-sends]")) form.addEventListener("submit", send);
for (const button of document.querySelectorAll("[data-copies]")) button.addEventListener("click", copy);
watch.lookNow();

// Asks for the live parts every so often, one question at a time, and not while the page is hidden.
function createWatch() {
  let seen = "";
  let timer = 0;
  let asking = null;
  document.addEventListener("visibilitychange", lookNow);
  return { lookNow };

  function lookNow() {
    clearTimeout(timer);
    if (document.hidden) return;
    asking ??= look().then(() => {
      asking = null;
    });
  }

  async function look() {
    const wait = (await ask()) ? LOOK_MS : LOOK_LATER_MS;
    if (!document.hidden) timer = setTimeout(lookNow, wait);
  }

  async function ask() {
    const address = new URL(document.body.dataset.liveUrl, location.href);
    address.searchParams.set("seen", seen);
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (!answer.ok) return false;
      if (answer.status === 204) return true;
      const news = await answer.json();
      seen = news.seen;
      show(news.parts);
      return true;
    } catch {
      return false; // the demo was stopped, or starts again: look later
    }
  }
}

function show(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const box = document.getElementById(PARTS[name]);
    if (name === "ratings" && box.childElementCount > 0) noteFresh(box, html);
    morph(box, html);
  }
  markFresh();
}

function noteFresh(box, html) {
  const known = keysIn(box);
  const news = document.createElement("template");
  news.innerHTML = html;
  for (const key of keysIn(news.content)) {
    if (known.has(key)) continue;
    fresh.add(key);
    setTimeout(() => {
      fresh.delete(key);
      markFresh();
    }, FRESH_MS);
  }
}

function keysIn(box) {
  return new Set([...box.querySelectorAll(".rating")].map((row) => row.dataset.key));
}

function markFresh() {
  for (const row of document.querySelectorAll(".rating")) row.classList.toggle("fresh", fresh.has(row.dataset.key));
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  if (form.getAttribute("aria-disabled") === "true") return;
  form.setAttribute("aria-disabled", "true");
  const body = new FormData(form, event.submitter);
  const box = document.getElementById("answer");
  try {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status === 500) throw new Error("the stage failed");
    box.innerHTML = await answer.text();
  } catch {
    box.replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  } finally {
    form.removeAttribute("aria-disabled");
  }
  box.scrollIntoView({ block: "nearest" });
  watch.lookNow();
}

async function copy(event) {
  const button = event.currentTarget;
  const source = document.getElementById(button.dataset.copies);
  getSelection().selectAllChildren(source);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    return; // not allowed: it stands selected, to be copied by hand
  }
  say(button, true);
  setTimeout(() => say(button, false), COPIED_MS);
}

function say(button, copied) {
  button.querySelector("[data-copied]").hidden = !copied;
  button.querySelector("[data-copy]").hidden = copied;
}
