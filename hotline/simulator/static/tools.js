// What surrounds the phones when the page is not embedded: header, dialogs, inspector and nasty panel.

import { api } from "./api.js";
import { setAttribute, setText, show } from "./dom.js";
import { fullTime } from "./format.js";
import { createInspector } from "./inspector.js";
import { createNasty } from "./nasty.js";

export function createTools({ act, speaker, bringOut }) {
  const inspector = createInspector(document.querySelector(".inspector"));
  const nasty = createNasty(document.querySelector(".nasty"), document.getElementById("nasty-banner"), act);
  const clock = document.getElementById("clock");

  document.getElementById("speak").addEventListener("change", (event) => speaker.turn(event.target.checked));
  clock.addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => api.advance(Number(clock.querySelector("input").value)));
  });
  openDialogs();
  onDialog("add-phone", async ({ number, ...phone }) => {
    await api.putPhone(number, phone);
    bringOut(number);
  });
  onDialog("add-number", ({ number, ...settings }) => api.putNumber(number, settings));
  onDialog("confirm-reset", () => api.reset());
  return { update, showStatus, forget: inspector.forget };

  async function update(state, { mode, now }) {
    showClock(mode, now);
    await Promise.all([inspector.update(state.errors), nasty.refresh()]);
  }

  function showClock(mode, now) {
    show(clock, mode === "manual");
    setText(document.getElementById("clock-now"), fullTime(now));
  }

  function showStatus(live) {
    setAttribute(document.getElementById("live"), "data-live", live ? "on" : "off");
  }

  function openDialogs() {
    for (const button of document.querySelectorAll("[data-opens]")) {
      button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
    }
  }

  function onDialog(id, work) {
    const dialog = document.getElementById(id);
    const form = dialog.querySelector("form");
    dialog.querySelector("[data-closes]").addEventListener("click", () => dialog.close());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const filled = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
      dialog.close();
      if (await act(() => work(filled))) form.reset();
    });
  }
}
