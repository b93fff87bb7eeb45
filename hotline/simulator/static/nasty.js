// The nasty panel: what the switches say is sent at once, and what the simulator says is shown.

import { api } from "./api.js";
import { part, setText, show } from "./dom.js";

const number = (input) => (input.value === "" ? null : Number(input.value));

// How each mode reads from and is written to its row; a mode that is off has its resting value.
const PLAIN_VALUE = {
  inputs: ["value"],
  read: ({ value }) => number(value) ?? 0,
  write: ({ value }, wanted) => (value.value = wanted),
};
const LIMITED = (field) => ({
  inputs: ["code", "times"],
  rest: null,
  read: ({ code, times }) => ({ [field]: Number(code.value), times: number(times) }),
  write: ({ code, times }, wanted) => {
    if (![...code.options].some((option) => option.value === String(wanted[field]))) {
      code.add(new Option(wanted[field], wanted[field]));
    }
    code.value = wanted[field];
    times.value = wanted.times ?? "";
  },
});
const SWITCH = { inputs: [], rest: false, read: () => true, write: () => {} };

const MODES = {
  repeat: { ...PLAIN_VALUE, rest: 0 },
  delay: { ...PLAIN_VALUE, rest: 0 },
  reorder: SWITCH,
  lose: {
    inputs: ["how", "value"],
    rest: 0,
    read: ({ how, value }) => (how.value === "share" ? (number(value) ?? 0) / 100 : Math.round(number(value) ?? 0)),
    write: ({ how, value }, wanted) => {
      how.value = Number.isInteger(wanted) ? "next" : "share";
      value.value = Number.isInteger(wanted) ? wanted : Math.round(wanted * 100);
    },
  },
  refuse_send: LIMITED("code"),
  swallow_send: { ...PLAIN_VALUE, rest: 0 },
  slow_api: { ...PLAIN_VALUE, rest: 0 },
  recording_late: { ...PLAIN_VALUE, rest: 0 },
  api_error: LIMITED("status"),
  hang_up_after_key: SWITCH,
  wrong_signature: SWITCH,
};

export function createNasty(root, banner, act) {
  const form = root.querySelector("#nasty");
  const seed = root.querySelector("#seed");
  const rows = Object.entries(MODES).map(([name, mode]) => {
    const row = form.querySelector(`[data-mode="${name}"]`);
    const inputs = Object.fromEntries(mode.inputs.map((input) => [input, part(row, input)]));
    return { name, mode, row, on: part(row, "on"), inputs };
  });

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => save(event.target));
  banner.querySelector("#nasty-off").addEventListener("click", () => act(api.calm));
  return { refresh };

  async function refresh() {
    draw(await api.nasty());
  }

  function save(changed) {
    if (!changed.reportValidity()) return null;
    if (changed === seed) return act(() => api.setNasty({ seed: number(seed) }));
    const row = rows.find((item) => item.row.contains(changed));
    return act(() => api.setNasty({ [row.name]: row.on.checked ? row.mode.read(row.inputs) : row.mode.rest }));
  }

  function draw(modes) {
    const active = [];
    for (const { name, mode, row, on, inputs } of rows) {
      const wanted = modes[name];
      const isOn = Boolean(wanted);
      if (isOn) active.push(row.querySelector(".switch [lang='zh-CN']").textContent);
      if (on.checked !== isOn) on.checked = isOn;
      row.classList.toggle("on", isOn);
      if (isOn && !row.contains(document.activeElement)) mode.write(inputs, wanted);
    }
    if (document.activeElement !== seed) seed.value = modes.seed ?? "";
    show(banner, active.length > 0);
    setText(banner.querySelector("#nasty-summary"), active.join("、"));
  }
}
