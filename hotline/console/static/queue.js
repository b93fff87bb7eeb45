/* The queue by keyboard: n presses 受理下一件, unless something is being typed. */
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key !== "n" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  document.getElementById("next")?.click();
});
