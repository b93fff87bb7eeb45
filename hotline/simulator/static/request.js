// What an opened inspector row shows: address, parameters, signature, answer and faults.

import { both, element } from "./dom.js";
import { prettyBody } from "./pretty.js";

export function requestDetail(request) {
  const box = element("div", { class: "detail" });
  box.append(
    side(
      section({ zh: "地址", en: "URL" }, code(`${request.method} ${request.url}`)),
      ...pairs({ zh: "参数", en: "Parameters" }, request.params),
      ...headers({ zh: "请求头", en: "Request headers" }, request.headers),
    ),
    side(
      ...faults(request.faults),
      ...answer(request),
      ...text({ zh: "签名", en: "Signature" }, request.signature),
      ...text({ zh: "被签名的字符串", en: "Signed string" }, request.signed),
      ...headers({ zh: "应答头", en: "Response headers" }, request.answerHeaders),
    ),
  );
  return box;
}

function side(...content) {
  return element("div", { class: "detail-side" }, ...content);
}

function faults(list) {
  if (!list.length) return [];
  const items = list.map((fault) => element("li", {}, element("strong", {}, String(fault.code)), ` ${fault.text}`));
  return [section({ zh: "毛病", en: "Faults" }, element("ul", { class: "faults" }, ...items))];
}

function answer(request) {
  if (request.failure && request.status == null) return text({ zh: "没有应答", en: "No answer" }, request.failure);
  if (request.status == null) return [];
  const words = { zh: `应答 ${request.status}`, en: "Response" };
  return [section(words, request.body ? prettyBody(request.body, request.contentType) : nothing())];
}

function nothing() {
  return element("p", { class: "hint" }, both({ zh: "（空）", en: "(empty)" }));
}

// Twilio sends many parameters empty: their names alone are enough, on one line.
function pairs(words, params) {
  const entries = Object.entries(params).filter(([, value]) => value !== "");
  const empty = Object.keys(params).filter((name) => params[name] === "");
  if (empty.length) entries.push(["（空 empty）", empty.join(", ")]);
  return entries.length ? [section(words, definitions(entries))] : [];
}

function headers(words, values) {
  const entries = Object.entries(values);
  if (!entries.length) return [];
  const summary = element("summary", {});
  summary.append(both(words));
  return [element("details", {}, summary, definitions(entries))];
}

function text(words, value) {
  return value ? [section(words, code(value))] : [];
}

function section(words, content) {
  const heading = element("h3", {});
  heading.append(both(words));
  return element("section", {}, heading, content);
}

function code(value) {
  return element("pre", { tabindex: 0 }, value);
}

function definitions(entries) {
  const list = element("dl", {});
  for (const [name, value] of entries) {
    list.append(element("dt", {}, name), element("dd", {}, String(value)));
  }
  return list;
}
