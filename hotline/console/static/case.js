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

// A draft of the note lives in this tab only, until the case is closed or its agent logs out: a session that ran out,
// or a page opened again, does not cost what was written.
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const note = form.querySelector("textarea");
  const keep = () => sessionStorage.setItem(form.dataset.draft, note.value);
  note.value ||= sessionStorage.getItem(form.dataset.draft) ?? "";
  note.addEventListener("input", keep);
  keep();
});

// What an agent has opened or shut once is so on the next case too.
addEventListener("DOMContentLoaded", () => {
  for (const details of document.querySelectorAll("[data-kept-open]")) {
    const kept = localStorage.getItem(details.dataset.keptOpen);
    if (kept !== null) details.open = kept === "open";
    details.addEventListener("toggle", () => localStorage.setItem(details.dataset.keptOpen, details.open ? "open" : "shut"));
  }
});
