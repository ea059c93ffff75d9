// Small helpers. Texts only ever enter the document as text, never as markup.

export const byId = (id) => document.getElementById(id);

/** make("p", "hint", "text", child): an element with a class and its children. */
export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children.map((child) => child ?? ""));
  return element;
}

/** Presses the one button of a group whose data-`name` is `value`. */
export function choose(group, name, value) {
  for (const button of group.querySelectorAll(`[data-${name}]`)) {
    button.setAttribute("aria-pressed", button.dataset[name] === value);
  }
}

/** 123456 -> "¥1,234.56"; amounts are whole fen, and anything else shows as a dash. */
export function yuan(fen) {
  if (!Number.isSafeInteger(fen)) return "—";
  const absolute = Math.abs(fen);
  const whole = Math.trunc(absolute / 100).toLocaleString("en-US");
  return `${fen < 0 ? "−" : ""}¥${whole}.${String(absolute % 100).padStart(2, "0")}`;
}

/**
 * Fills a list, keeping the nodes of items that are still there, so that only news is animated.
 * `key(item)` tells items apart, `build(item)` makes a node.
 */
export function fill(list, items, key, build) {
  const old = new Map(Array.from(list.children, (node) => [node.dataset.key, node]));
  const first = old.size === 0;
  list.replaceChildren(...items.map((item) => {
    const name = key(item);
    const kept = old.get(name);
    if (kept && old.delete(name)) return kept;
    const node = build(item);
    node.dataset.key = name;
    node.classList.toggle("new", !first);
    return node;
  }));
}
