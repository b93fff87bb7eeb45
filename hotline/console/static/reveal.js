/* A whole number leaves the page with whoever looked at it: nothing of it is there when a browser goes back. */
"use strict";

addEventListener("pagehide", () => document.getElementById("revealed")?.replaceChildren());
