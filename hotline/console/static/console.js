/* What every page does by itself: tells work from mere polling, rests while hidden, shows a lost connection,
   sends a form once, and forgets drafts when they are done with. */
"use strict";

let somebodyIsHere = true;
for (const sign of ["keydown", "pointerdown", "wheel"]) {
  addEventListener(sign, () => { somebodyIsHere = true; }, { passive: true });
}

document.addEventListener("htmx:configRequest", (event) => {
  if (document.hidden && "whileVisible" in event.target.dataset) {
    event.preventDefault();
    return;
  }
  if (!somebodyIsHere) event.detail.headers["X-Background"] = "1";
  somebodyIsHere = false;
});

const offline = () => document.getElementById("offline");
document.addEventListener("htmx:sendError", () => { offline().hidden = false; });
document.addEventListener("htmx:timeout", () => { offline().hidden = false; });
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) offline().hidden = true;
});

// A second press before the answer is in would ask for the same thing twice; but whoever stopped waiting for a slow
// answer may press again.
const PATIENCE_MS = 15_000;
let sentAt = -PATIENCE_MS;
document.addEventListener("submit", (event) => {
  if (event.timeStamp - sentAt < PATIENCE_MS) event.preventDefault();
  else if (!("download" in event.target.dataset)) sentAt = event.timeStamp;  // a file leaves the page as it is
  if ("logout" in event.target.dataset) sessionStorage.clear();
});
addEventListener("pageshow", () => { sentAt = -PATIENCE_MS; });

for (const message of document.querySelectorAll("[data-ends-draft]")) {
  for (const key of Object.keys(sessionStorage)) {
    if (key === message.dataset.endsDraft || key.startsWith(`${message.dataset.endsDraft}-`)) sessionStorage.removeItem(key);
  }
}
