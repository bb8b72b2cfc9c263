// Elements are made here, from values, never from markup: text can only ever become text.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("button.primary", {onclick, "aria-label": "Send"}, "Send")`. Falsy children are left out. */
export function h(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.classList.add(...value.split(" ").filter(Boolean));
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") Object.entries(value).forEach(([key, v]) => element.style.setProperty(key, v));
    else if (name in element && !name.includes("-") && name !== "list" && name !== "role") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
}

export function append(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    element.append(child);
  }
  return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return append(element, children);
}

/** Line icons, drawn on a 24 x 24 grid. */
const ICONS = {
  hash: "M5 9h14M5 15h14M10 4 8 20M16 4l-2 16",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19c.4-3.2 2.8-5 6-5s5.6 1.8 6 5M15.5 5.2a3 3 0 0 1 0 5.6M17.5 14.4c2 .6 3.2 2.2 3.5 4.6",
  home: "M4 11.5 12 5l8 6.5M6 10v9h12v-9M10 19v-5h4v5",
  chat: "M4 5h16v11H10l-4 3.5V16H4z",
  reply: "M9 7 4 12l5 5M4 12h10c3.5 0 6 2 6 6",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.5h.01M15 9.5h.01",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  pencil: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-4-6z",
  stop: "M7 7h10v10H7z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  chevron: "m7 10 5 5 5-5",
  check: "m5 12.5 4.5 4.5L19 7.5",
  thumbsup: "M7 11v9H4v-9zM7 11l4-8c1.8 0 2.6 1.2 2.3 2.8L12.7 9H19c1.2 0 2 1 1.8 2.2l-1.2 7c-.2 1-1 1.8-2 1.8H7",
  thumbsdown: "M7 13V4H4v9zM7 13l4 8c1.8 0 2.6-1.2 2.3-2.8l-.6-3.2H19c1.2 0 2-1 1.8-2.2l-1.2-7c-.2-1-1-1.8-2-1.8H7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
  warning: "M12 4 2.5 20h19zM12 10v5M12 17.5h.01",
  error: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6",
  menu: "M4 6h16M4 12h16M4 18h16",
  slash: "M8 20 16 4",
  at: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM16 8v5.5c0 3.5 5 3.5 5-1.5a9 9 0 1 0-3.5 7",
  link: "M10 14 20 4M14 4h6v6M18 14v6H4V6h6",
  spark: "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.5M15.5 15.5 18 18M18 6l-2.5 2.5M8.5 15.5 6 18",
  shared: "M8 8h8v8H8zM4 12V4h8M20 12v8h-8",
};

export function icon(name, className = "icon") {
  const path = svg("path", { d: ICONS[name] ?? ICONS.info });
  return svg("svg", { viewBox: "0 0 24 24", class: `${className} icon-${name}`, "aria-hidden": "true", focusable: "false" }, path);
}

/** A button that shows only an icon, with its name for screen readers and as a tooltip. */
export function iconButton(name, label, attributes = {}) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, ...attributes }, icon(name));
}

/** The parent in which a floating panel stays reachable: an open dialog makes all else inert. */
export function floatingRoot(anchor) {
  return anchor.closest("dialog") ?? document.body;
}

/** Places a fixed panel below its anchor, or above it where the window ends. Units: CSS pixels. */
export function placeNear(panel, anchor, { above = false, gap = 6 } = {}) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const fitsBelow = box.bottom + gap + height <= window.innerHeight - 8;
  const fitsAbove = box.top - gap - height >= 8;
  const top = (above ? fitsAbove : !fitsBelow && fitsAbove) ? box.top - gap - height : box.bottom + gap;
  const left = Math.max(8, Math.min(box.left, window.innerWidth - width - 8));
  panel.style.setProperty("top", `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`);
  panel.style.setProperty("left", `${left}px`);
}
