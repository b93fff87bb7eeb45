// Bodies made readable: TwiML indented and coloured, JSON indented, anything else as it came.

import { element } from "./dom.js";

const INDENT = "  ";

export function prettyBody(body, contentType = "") {
  const box = element("pre", { class: "markup", tabindex: 0 });
  const trimmed = body.trim();
  if (trimmed.startsWith("<")) {
    const document = new DOMParser().parseFromString(trimmed, "application/xml");
    if (!document.querySelector("parsererror")) {
      writeElement(box, document.documentElement, "");
      return box;
    }
  }
  box.append(contentType.includes("json") || /^[[{]/.test(trimmed) ? prettyJson(body) : body);
  return box;
}

function prettyJson(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function writeElement(box, node, indent) {
  box.append(indent, mark("punctuation", "<"), mark("tag", node.nodeName));
  for (const { name, value } of node.attributes) {
    box.append(" ", mark("attribute", name), mark("punctuation", "="), mark("value", `"${value}"`));
  }
  const children = [...node.childNodes].filter((child) => isElement(child) || child.textContent.trim());
  if (children.length === 0) {
    box.append(mark("punctuation", "/>"), "\n");
  } else if (!children.some(isElement)) {
    box.append(mark("punctuation", ">"), node.textContent.trim(), closing(node), "\n");
  } else {
    box.append(mark("punctuation", ">"), "\n");
    for (const child of children) writeChild(box, child, indent + INDENT);
    box.append(indent, closing(node), "\n");
  }
}

function writeChild(box, child, indent) {
  if (isElement(child)) writeElement(box, child, indent);
  else if (child.nodeType === Node.COMMENT_NODE) box.append(indent, mark("comment", `<!--${child.data}-->`), "\n");
  else box.append(indent, child.textContent.trim(), "\n");
}

function isElement(node) {
  return node.nodeType === Node.ELEMENT_NODE;
}

function closing(node) {
  const span = mark("punctuation", "</");
  span.append(mark("tag", node.nodeName), ">");
  return span;
}

function mark(kind, text) {
  return element("span", { class: kind }, text);
}
