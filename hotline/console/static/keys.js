/* The keyboard: a key that something on the page carries (`data-key`) does it wherever nothing is being typed; ? tells
   which keys there are, Ctrl+Enter sends the form that one is in. */
"use strict";

const TYPED_IN = "textarea, select, input:not([type=radio])";

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (event.target.matches("textarea, select, input")) event.target.form?.requestSubmit();
    return;
  }
  if (event.key === "Escape" && event.target.matches(TYPED_IN)) event.target.blur();
  if (event.target.matches(TYPED_IN) || event.ctrlKey || event.metaKey || event.altKey) return;
  const help = document.getElementById("keys");
  if (help?.open) return;
  if (event.key === "?") help?.showModal();
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted || wanted.matches(":disabled")) return;
  event.preventDefault();
  press(wanted);
});

function press(wanted) {
  if (wanted.matches("a, button")) {
    wanted.click();
    return;
  }
  if (wanted.type === "radio") wanted.checked = true;
  (document.getElementById(wanted.dataset.then) ?? wanted).focus();
}

for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}
