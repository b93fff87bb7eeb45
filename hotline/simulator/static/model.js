// What the simulator's control API says, turned into what the page draws. The only file that knows its shapes.

import { phoneNumber } from "./format.js";

const NOT_YET = new Set(["queued", "initiated"]); // asked for, but the phone does not ring yet
const ENDED = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);

// `speed` is how fast the simulator's clock runs by itself: 0 when it is moved by hand. `threads` are the
// messages of single phones, by number, for those whose thread is longer than what the state holds.
export function readState(answer, speed, threads) {
  const fetchedAt = performance.now();
  const serverNow = Date.parse(answer.now);
  const labels = new Map([...answer.numbers, ...answer.phones].map((item) => [item.number, item.label]));
  const whoIs = (number) => ({ label: labels.get(number) ?? "", number: phoneNumber(number) });
  return {
    numbers: answer.numbers,
    phones: answer.phones.map((phone) => readPhone(phone, answer, threads.get(phone.number))),
    errors: answer.errors.map(readError).reverse(),
    now: () => serverNow + (performance.now() - fetchedAt) * speed,
    whoIs,
    nameOf: (number) => Object.values(whoIs(number)).filter(Boolean).join(" · "),
  };
}

function readPhone({ number, label, kind, owner, auto, placed }, { messages, calls }, thread) {
  const its = calls.filter((call) => call.phone === number && !NOT_YET.has(call.status));
  const texts = thread ?? messages.filter((one) => one.from === number || one.to === number);
  const call = its.findLast((one) => !ENDED.has(one.status)) ?? its.at(-1);
  return {
    number,
    label,
    kind,
    owner,
    placed,
    automatic: auto !== null,
    messages: texts.map((one) => readMessage(one, number)),
    call: call ? readCall(call, calls) : null,
  };
}

function readMessage(message, number) {
  const mine = message.from === number;
  const { error } = message;
  return {
    sid: message.sid,
    mine,
    other: mine ? message.to : message.from,
    body: message.body,
    at: message.created,
    status: message.status,
    segments: message.segments,
    encoding: message.encoding,
    error: error ? `${error.code} ${error.detail || error.message}` : null,
  };
}

function readCall(call, calls) {
  const inbound = call.direction === "inbound";
  return {
    sid: call.sid,
    status: call.status,
    phase: phaseOf(call, inbound),
    other: inbound ? call.to : call.from,
    answeredAt: moment(call.answered),
    endedAt: moment(call.ended),
    doing: call.doing,
    bridgedTo: calls.find((one) => one.sid === call.bridged_with)?.phone ?? null,
    lines: readLines(call),
  };
}

function moment(when) {
  return when === null ? null : Date.parse(when);
}

function phaseOf(call, inbound) {
  if (ENDED.has(call.status)) return "ended";
  if (call.status === "in-progress") return "active";
  return inbound ? "outgoing" : "incoming";
}

// What was said and what was pressed, in the order it happened.
function readLines(call) {
  const said = call.said.map((one, index) => ({ ...one, id: `said-${index}`, kind: "said" }));
  const keys = call.keys.map((one, index) => ({ id: `key-${index}`, kind: "pressed", text: one.key, at: one.at }));
  return [...said, ...keys].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function readError({ id, at, code, message, detail, resource, url }) {
  return { id, at, code, text: [message, detail].filter(Boolean).join(" — "), resource, url };
}

export function readRequest(record) {
  // Every REST path starts with the same version and account: what differs comes after.
  const path = new URL(record.url, document.baseURI).pathname.replace(/^\/2010-04-01\/Accounts\/\w+\//, "");
  return {
    id: record.id,
    at: record.at,
    outgoing: record.direction === "webhook",
    kind: record.direction === "webhook" ? record.kind : null,
    target: `${record.method} ${path}`,
    method: record.method,
    url: record.url,
    resource: record.resource,
    params: record.params,
    headers: record.headers,
    signature: record.signature,
    signed: record.signed,
    attempt: record.attempt,
    copy: record.copy,
    lost: record.lost,
    failure: record.error,
    status: record.status,
    answerHeaders: record.response_headers,
    contentType: header(record.response_headers, "content-type"),
    body: record.response_body,
    ms: record.duration_ms,
    faults: record.faults.map(readError),
    faulty: record.faults.length > 0 || record.error !== null || record.lost || record.status >= 400,
    settled: record.lost || record.duration_ms !== null,
  };
}

// A document's errors are found after its request was noted: each is put to the request that brought it.
export function blame(requests, errors) {
  const found = new Map();
  for (const error of errors) {
    const request = requests.findLast((one) => brought(one, error));
    if (request) found.set(request.id, [...(found.get(request.id) ?? []), error]);
  }
  return requests.map((one) => (found.has(one.id) ? { ...one, faulty: true, faults: found.get(one.id) } : one));
}

function brought(request, error) {
  const same = request.outgoing && request.url === error.url && request.resource === error.resource;
  return same && request.copy === 0 && request.at <= error.at;
}

function header(headers, wanted) {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
