/* One case: the lease runs down in sight, a lost one stops all deeds, the note survives a reload. */
"use strict";

// The lease, counted from the seconds that the server gave, so that a wrong clock here does not matter.
let leaseEnds = 0;

function readLease() {
  const lease = document.getElementById("lease");
  if (!lease) return;
  if ("lost" in lease.dataset) stopDeeds();
  else leaseEnds = performance.now() + Number(lease.dataset.seconds) * 1000;
}

function showLease() {
  const left = document.querySelector("[data-left]");
  if (!left) return;
  const seconds = Math.max(0, Math.round((leaseEnds - performance.now()) / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds === 0) stopDeeds();
}

function stopDeeds() {
  for (const control of document.querySelectorAll("[data-needs-lease]")) control.disabled = true;
  const note = document.getElementById("note");
  if (note) note.readOnly = true;
}

document.addEventListener("htmx:afterSwap", () => {
  readLease();
  showLease();
});
addEventListener("DOMContentLoaded", () => {
  readLease();
  showLease();
  setInterval(showLease, 1000);
});

// A draft of what is written lives in this tab only, until it is sent or its writer logs out: a session that ran out,
// a refusal, or a page opened again does not cost it. A step that holds one is opened.
addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("[data-draft]")) {
    const key = (text) => `${form.dataset.draft}-${text.name}`;
    for (const text of form.querySelectorAll("textarea")) {
      const draft = sessionStorage.getItem(key(text));
      if (draft && !text.value) {
        text.value = draft;
        form.closest("details")?.setAttribute("open", "");
      }
      const keep = () => sessionStorage.setItem(key(text), text.value);
      text.addEventListener("input", keep);
      if (text.value) keep();
    }
  }
});

// What an agent has opened or shut once is so on the next case too.
addEventListener("DOMContentLoaded", () => {
  for (const details of document.querySelectorAll("[data-kept-open]")) {
    const kept = localStorage.getItem(details.dataset.keptOpen);
    if (kept !== null) details.open = kept === "open";
    details.addEventListener("toggle", () => localStorage.setItem(details.dataset.keptOpen, details.open ? "open" : "shut"));
  }
});
