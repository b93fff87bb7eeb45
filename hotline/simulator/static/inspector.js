// The inspector: every webhook sent and REST call received, newest first, and the error list.

import { api } from "./api.js";
import { clone, element, keyed, part, parts, setAttribute, setBoth, setText, show } from "./dom.js";
import { fullTime, requestKind, secondsTime } from "./format.js";
import { blame, readRequest } from "./model.js";
import { requestDetail } from "./request.js";

const DICTIONARY = "https://www.twilio.com/docs/api/errors/";
const MOST_KEPT = 200;
const FILTERS = {
  all: () => true,
  webhook: (request) => request.outgoing,
  rest: (request) => !request.outgoing,
  faulty: (request) => request.faulty,
};

export function createInspector(root) {
  const rows = root.querySelector("#requests");
  const open = new Set();
  let known = new Map(); // requests by id, oldest first
  let errors = []; // newest first
  let filter = "all";

  root.querySelector(".filters").addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter]");
    if (button) choose(button.dataset.filter);
  });
  return { update, forget };

  function choose(name) {
    filter = name;
    for (const button of root.querySelectorAll("[data-filter]")) {
      setAttribute(button, "aria-pressed", button.dataset.filter === name);
    }
    show(root.querySelector("#requests-box"), name !== "errors");
    show(root.querySelector("#errors-box"), name === "errors");
    draw();
  }

  async function update(latestErrors) {
    errors = latestErrors;
    drawErrors();
    const asked = known;
    let { requests } = await api.requests({ limit: MOST_KEPT, ...since() });
    if (requests.length === MOST_KEPT) ({ requests } = await api.requests({ limit: MOST_KEPT })); // only the newest
    if (asked !== known) return; // forgotten meanwhile: this answer is of the past
    for (const record of requests) known.set(record.id, readRequest(record));
    for (const id of [...known.keys()].slice(0, -MOST_KEPT)) known.delete(id);
    draw();
  }

  // Only what is new, or was unfinished when last seen, is asked for again.
  function since() {
    const all = [...known.values()];
    const unfinished = all.find((request) => !request.settled);
    if (unfinished) return { after: unfinished.id - 1 };
    return all.length > 0 ? { after: all.at(-1).id } : {};
  }

  function forget() {
    known = new Map();
    open.clear();
  }

  function draw() {
    const shown = blame([...known.values()], errors).filter(FILTERS[filter] ?? FILTERS.all).reverse();
    keyed(rows, shown.flatMap(linesOf), (line) => line.key, createLine, drawLine);
    show(root.querySelector("#requests-empty"), shown.length === 0);
    show(root.querySelector(".requests"), shown.length > 0);
  }

  function linesOf(request) {
    const line = { key: request.id, request };
    return open.has(request.id) ? [line, { key: `${request.id}-detail`, request, detail: true }] : [line];
  }

  function createLine({ request, detail }) {
    if (detail) return element("tr", { class: "request-detail", id: detailId(request) }, element("td", { colspan: 5 }));
    const node = clone("request-row-template");
    part(node, "open").addEventListener("click", () => {
      if (!open.delete(request.id)) open.add(request.id);
      draw();
    });
    return node;
  }

  function drawLine(node, { request, detail }) {
    if (detail) drawDetail(node, request);
    else drawRow(node, request, open.has(request.id));
  }

  function drawErrors() {
    keyed(root.querySelector("#errors"), errors, (error) => error.id, errorItem, () => {});
    show(root.querySelector("#errors-empty"), errors.length === 0);
    const badge = root.querySelector("#error-count");
    setText(badge, errors.length);
    show(badge, errors.length > 0);
  }
}

function drawRow(node, request, isOpen) {
  const ui = parts(node, "time", "direction", "open", "kind", "target", "notes", "status", "ms");
  setText(ui.time, secondsTime(request.at));
  setAttribute(ui.time, "title", fullTime(request.at));
  setBoth(ui.direction, request.outgoing ? { zh: "→ 应用", en: "webhook" } : { zh: "← 应用", en: "REST" });
  setBoth(ui.kind, request.kind ? requestKind(request.kind) : { zh: "接口调用", en: "REST call" });
  setText(ui.target, request.target);
  setText(ui.notes, notesOn(request).join(" · "));
  setText(ui.status, request.status ?? (request.settled ? "—" : "…"));
  setText(ui.ms, request.ms == null ? "" : Math.round(request.ms));
  setAttribute(ui.open, "aria-expanded", isOpen);
  setAttribute(ui.open, "aria-controls", detailId(request));
  node.classList.toggle("faulty", request.faulty);
}

function notesOn({ attempt, copy, lost }) {
  const notes = [];
  if (attempt > 1) notes.push(`第 ${attempt} 次 Retry`);
  if (copy > 0) notes.push(`副本 ${copy} Copy`);
  if (lost) notes.push("已丢失 Lost");
  return notes;
}

// Rebuilt only when the request changed, so that what the reader unfolded or selected in it stays.
function drawDetail(node, request) {
  const stamp = `${request.settled}/${request.status}/${request.faults.length}`;
  if (node.dataset.stamp === stamp) return;
  node.dataset.stamp = stamp;
  node.firstElementChild.replaceChildren(requestDetail(request));
}

const detailId = (request) => `request-${request.id}`;

function errorItem(error) {
  const code = element("a", { href: DICTIONARY + error.code, rel: "noreferrer", target: "_blank" }, String(error.code));
  const about = element("p", { class: "error-about" });
  about.append(element("time", {}, secondsTime(error.at)), error.resource ? ` · ${error.resource}` : "");
  return element("li", { class: "error" }, code, element("p", {}, error.text), about);
}
