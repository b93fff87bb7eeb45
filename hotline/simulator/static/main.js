// The page's start: fetches the state, draws the phones, and keeps them true as events arrive.

import { api } from "./api.js";
import { element, show } from "./dom.js";
import { follow } from "./live.js";
import { readState } from "./model.js";
import { createPhones } from "./phones.js";
import { createSpeaker } from "./speech.js";
import { createTools } from "./tools.js";

const TICK_MS = 500;
const NOTICE_MS = 8000;
const STATE_LIMIT = 200;

const speaker = createSpeaker();
const phones = createPhones(document.getElementById("phones"), { act, onKey: speaker.hush });
const embedded = document.body.classList.contains("embedded");
const tools = embedded ? null : createTools({ act, speaker, bringOut: phones.bringOut });
const refreshSoon = follow({ refresh, onStatus: showStatus, onAnew: () => tools?.forget() });
setInterval(() => phones.tick(), TICK_MS);

async function refresh() {
  try {
    const [answer, clock] = await Promise.all([api.state(STATE_LIMIT), api.clock()]);
    const threads = await longThreads(phones.choose(answer.phones), answer.messages);
    const state = readState(answer, clock.mode === "manual" ? 0 : clock.speed, threads);
    phones.update(state);
    speaker.follow(phones.calls());
    await tools?.update(state, clock);
  } catch (error) {
    // Without an answer the live line is down as well, and its return brings the next refresh.
    if (error.status !== 0) notice(error.message);
  }
}

// A busy world has more messages than one answer holds: then the phones set out are asked one by one.
async function longThreads(shown, messages) {
  if (messages.length < STATE_LIMIT) return new Map();
  return new Map(await Promise.all(shown.map(async (number) => [number, (await api.phone(number)).thread])));
}

// Runs what the reader asked for, shows its failure, and has the page refreshed; true when it went well.
async function act(work) {
  try {
    await work();
    return true;
  } catch (error) {
    notice(error.message);
    return false;
  } finally {
    refreshSoon();
  }
}

function notice(message) {
  const box = document.getElementById("notices");
  const line = element("p", { class: "notice" }, message);
  box.replaceChildren(line);
  setTimeout(() => line.remove(), NOTICE_MS);
}

function showStatus(live) {
  show(document.getElementById("offline"), !live);
  tools?.showStatus(live);
}
