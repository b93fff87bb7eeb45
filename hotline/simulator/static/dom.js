// Small helpers over the DOM: clone a template, fill its parts, and touch only what changed,
// so that nothing flickers and no focus, selection or typed text is lost.

const END_IS_NEAR_PX = 48;

export function clone(templateId) {
  return document.getElementById(templateId).content.firstElementChild.cloneNode(true);
}

export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

export function parts(root, ...names) {
  return Object.fromEntries(names.map((name) => [camel(name), part(root, name)]));
}

function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Two languages side by side; each span says its language for screen readers and fonts.
export function both({ zh, en }) {
  const fragment = document.createDocumentFragment();
  if (zh) fragment.append(element("span", { lang: "zh-CN" }, zh));
  if (zh && en) fragment.append(" ");
  if (en) fragment.append(element("span", { lang: "en", class: "en" }, en));
  return fragment;
}

export function setBoth(node, words) {
  const stamp = `${words.zh ?? ""}\u0000${words.en ?? ""}`;
  if (node.dataset.words === stamp) return;
  node.dataset.words = stamp;
  node.replaceChildren(both(words));
}

export function setText(node, text) {
  const wanted = String(text ?? "");
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

// Makes parent's children those of items, in order, reusing the node that already stands for an item.
export function keyed(parent, items, keyOf, create, update) {
  const keys = new Set(items.map((item) => String(keyOf(item))));
  const standing = new Map();
  for (const node of [...parent.children]) {
    if (keys.has(node.dataset.item)) standing.set(node.dataset.item, node);
    else node.remove();
  }
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = standing.get(key);
    if (!node) {
      node = create(item);
      node.dataset.item = key;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
    update(node, item);
  }
}

export function fillOptions(select, options) {
  const stamp = JSON.stringify(options);
  if (select.dataset.options === stamp) return;
  select.dataset.options = stamp;
  const chosen = select.value;
  select.replaceChildren(...options.map(({ value, text }) => element("option", { value }, text)));
  if (options.some(({ value }) => value === chosen)) select.value = chosen;
}

// Keeps the end of a growing box in view, until the reader scrolls up, and again once they come back down.
export function stickToEnd(box) {
  let atEnd = true;
  const pin = () => {
    if (atEnd) box.scrollTop = box.scrollHeight;
  };
  box.addEventListener("scroll", () => {
    atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END_IS_NEAR_PX;
  });
  new ResizeObserver(pin).observe(box);
  new MutationObserver(pin).observe(box, { childList: true, subtree: true, characterData: true });
}
