/* Choices by keyboard: digits pick one wherever nothing is being typed, Ctrl+Enter sends what is being written. */
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea") && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.form?.requestSubmit();
    return;
  }
  if (event.target.matches("textarea, select, input:not([type=radio])") || event.ctrlKey || event.metaKey || event.altKey) return;
  const choice = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!choice || choice.matches(":disabled")) return;
  choice.checked = true;
  choice.focus();
});
