// One simulated phone on the page: its case, its tabs, and what wants attention.

import { createCallPanel } from "./call.js";
import { clone, part, parts, setAttribute, setBoth, setText, show } from "./dom.js";
import { clockTime, phoneNumber } from "./format.js";
import { createThread } from "./thread.js";

const KIND = { mobile: { zh: "手机", en: "Mobile" }, landline: { zh: "座机", en: "Landline" } };

export function createPhone(phone, actions) {
  const node = clone(`${phone.kind}-template`);
  const ui = parts(node, "label", "number", "put-away", "calling");
  const panel = createCallPanel(ui.calling, phone.number, actions);
  const mobile = phone.kind === "mobile" ? createMobile(node, phone, actions, panel) : null;
  let current = phone;

  ui.label.id = `phone-${phone.number}`;
  node.setAttribute("aria-labelledby", ui.label.id);
  node.dataset.phone = phone.number;
  ui.putAway.addEventListener("click", () => actions.putAway(phone.number));
  return { node, update, tick: panel.tick, attention, kind: phone.kind };

  function update(latest, world) {
    current = latest;
    if (latest.label) setBoth(ui.label, { zh: latest.label });
    else setBoth(ui.label, KIND[latest.kind]);
    const automatic = latest.automatic ? "自动 Automatic" : "";
    setText(ui.number, [phoneNumber(latest.number), latest.owner, automatic].filter(Boolean).join(" · "));
    panel.update(latest.call, world);
    if (mobile) mobile.update(latest, world);
    else drawRefused(latest);
  }

  function drawRefused({ messages, call }) {
    const refused = messages.filter((message) => !message.mine && message.error);
    const line = part(node, "refused-texts");
    show(line, refused.length > 0 && (!call || call.phase === "ended"));
    setBoth(line, {
      zh: `座机不能收短信，已退回 ${refused.length} 条。`,
      en: `Cannot take texts: ${refused.length} refused, 30006.`,
    });
  }

  function attention() {
    if (current.call?.phase === "incoming") return "ringing";
    if (current.call?.phase === "active") return "talking";
    return mobile?.unread() ? "unread" : "";
  }
}

function createMobile(node, phone, actions, panel) {
  const ui = parts(
    node,
    ...["clock", "messages", "calling", "tab-messages", "tab-calling", "unread"],
    ...["call-banner", "call-banner-text", "text-body"],
  );
  const thread = createThread(ui.messages, phone.number, actions);
  let received = 0;
  let seen = null;
  let callSid = null;

  ui.tabMessages.addEventListener("click", () => turnTo("messages"));
  ui.tabCalling.addEventListener("click", () => turnTo("calling"));
  ui.callBanner.addEventListener("click", () => turnTo("calling"));
  turnTo("messages");
  return { update, unread: () => received - (seen ?? received) };

  function turnTo(view) {
    for (const name of ["messages", "calling"]) show(ui[name], name === view);
    setAttribute(ui.tabMessages, "aria-pressed", view === "messages");
    setAttribute(ui.tabCalling, "aria-pressed", view === "calling");
    countUnread();
  }

  function update(latest, world) {
    setText(ui.clock, clockTime(world.now()));
    thread.update(latest.messages, world);
    received = latest.messages.filter((message) => message.status === "delivered").length;
    seen ??= received;
    showCall(latest.call, world);
    countUnread();
  }

  // A new call takes the screen, as on a real phone, but never from someone who is writing.
  function showCall(call, world) {
    const open = call && call.phase !== "ended";
    if (open && call.sid !== callSid) {
      callSid = call.sid;
      if (document.activeElement !== ui.textBody && ui.textBody.value === "") turnTo("calling");
    }
    show(ui.callBanner, Boolean(open));
    if (open) {
      const words = call.phase === "incoming" ? { zh: "来电", en: "Incoming" } : { zh: "通话中", en: "In call" };
      setBoth(ui.callBannerText, { zh: `${words.zh} · ${world.nameOf(call.other)}`, en: words.en });
    }
  }

  function countUnread() {
    const visible = !ui.messages.hidden && node.offsetParent !== null;
    if (visible) seen = received;
    const count = received - (seen ?? received);
    show(ui.unread, count > 0);
    setText(ui.unread, count > 0 ? count : "");
  }
}
