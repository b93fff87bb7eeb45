/* Writing texts: facts are put where the cursor is, a fault's link opens its language, and what is written survives. */
"use strict";

const form = document.querySelector("form[data-draft]");

form.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const field = document.getElementById(chip.dataset.into);
  field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

// The draft lives in this tab only, until it is saved or its writer logs out.
const kept = new Map(JSON.parse(sessionStorage.getItem(form.dataset.draft) ?? "[]"));

form.addEventListener("input", ({ target }) => {
  if (target.name === "language") return;
  kept.set(target.name, target.value);
  sessionStorage.setItem(form.dataset.draft, JSON.stringify([...kept]));
});

addEventListener("DOMContentLoaded", () => {
  for (const [name, written] of [...kept]) {
    const field = form.elements[name];
    if (!field || field.value === written) continue;
    field.value = written;
    const changed = field instanceof RadioNodeList ? [...field].find((choice) => choice.checked) : field;
    changed?.dispatchEvent(new Event(changed === field ? "input" : "change", { bubbles: true }));
    document.getElementById("restored").hidden = false;
  }
});

document.getElementById("discard").addEventListener("click", () => {
  sessionStorage.removeItem(form.dataset.draft);
  location.reload();
});
