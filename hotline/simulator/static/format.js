// How numbers, times and states are written on the screen, in both languages.

export function phoneNumber(e164) {
  const china = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(e164) ?? /^\+86(10|2\d|[3-9]\d{2})(\d{4})(\d{3,4})$/.exec(e164);
  if (china) return `+86 ${china.slice(1).join(" ")}`;
  const america = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return america ? `+1 ${america.slice(1).join(" ")}` : e164 ?? "";
}

const HOUR_MINUTE = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const CLOCK = new Intl.DateTimeFormat("zh-CN", HOUR_MINUTE);
const SECONDS = new Intl.DateTimeFormat("zh-CN", { ...HOUR_MINUTE, second: "2-digit" });
const FULL = new Intl.DateTimeFormat("zh-CN", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export const clockTime = (when) => written(CLOCK, when);
export const secondsTime = (when) => written(SECONDS, when);
export const fullTime = (when) => written(FULL, when);

function written(style, when) {
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? "" : style.format(date);
}

export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const MESSAGE_STATUS = {
  accepted: ["已受理", "Accepted"],
  scheduled: ["已定时", "Scheduled"],
  queued: ["排队中", "Queued"],
  sending: ["发送中", "Sending"],
  sent: ["已发出", "Sent"],
  delivered: ["已送达", "Delivered"],
  undelivered: ["未送达", "Undelivered"],
  failed: ["发送失败", "Failed"],
  canceled: ["已取消", "Canceled"],
  received: ["应用已收到", "Received"],
};

const CALL_END = {
  completed: ["通话结束", "Call ended"],
  busy: ["占线", "Busy"],
  "no-answer": ["无人接听", "No answer"],
  failed: ["呼叫失败", "Call failed"],
  canceled: ["对方已取消", "Cancelled by caller"],
};

const DOING = {
  say: ["正在播报", "Speaking"],
  play: ["正在放音", "Playing"],
  pause: ["静默", "Silence"],
  gather: ["请按键", "Waiting for a key"],
  record: ["正在录音", "Recording"],
  dial: ["正在转接", "Connecting"],
  fetch: ["正在询问应用", "Asking the application"],
};

const REQUEST_KIND = {
  sms: ["短信到达", "Text arrived"],
  "sms-fallback": ["短信备用地址", "Text fallback"],
  "message-status": ["短信状态", "Text status"],
  voice: ["来电与通话", "Call"],
  "voice-fallback": ["语音备用地址", "Call fallback"],
  "call-status": ["通话状态", "Call status"],
  gather: ["按键", "Keys"],
  record: ["录音", "Recording"],
  "recording-status": ["录音状态", "Recording status"],
  dial: ["转接结果", "Dial result"],
  redirect: ["跳转", "Redirect"],
  media: ["取音频", "Audio"],
};

export const messageStatus = (status) => words(MESSAGE_STATUS, status);
export const callEnd = (status) => words(CALL_END, status);
export const requestKind = (kind) => words(REQUEST_KIND, kind);

export function doingNow({ verb, prompt }) {
  if (verb === "gather" && prompt) return { zh: "正在播报，可以按键", en: "Speaking; keys are heard" };
  return verb in DOING ? words(DOING, verb) : null;
}

function words(table, name) {
  const [zh, en] = table[name] ?? [name, ""];
  return { zh, en };
}
