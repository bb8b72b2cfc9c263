// One list to choose from, for every select: opens from a button, filters as one types, arrows, Enter, Esc.

import { fill, floatingRoot, h, icon, placeNear } from "../dom.js";

let serial = 0;

/**
 * A select. `choices(query)` gives (or promises) [{key, label, description?, group?}]; `chosen` is a Map key -> choice.
 * `many` keeps the list open and toggles. `onPick(chosen)` gets all that are chosen, in order.
 */
export function picker({ label, placeholder, choices, chosen, many = false, max = Infinity, remote = false, minimum = 0, onPick, testid }) {
  const face = h("span.picker-face");
  const button = h("button.picker", {
    type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": label, dataset: { testid },
    onclick: () => open(),
    onkeydown: (event) => {
      if (["ArrowDown", "ArrowUp"].includes(event.key)) {
        event.preventDefault();
        open();
      }
    },
  }, face, icon("chevron"));

  function showChosen() {
    const labels = [...chosen.values()].map((choice) => choice.label);
    button.classList.toggle("is-empty", labels.length === 0);
    if (many && labels.length) fill(face, labels.map((text) => h("span.token", {}, text)));
    else fill(face, labels[0] ?? placeholder ?? "Select an option");
    button.setAttribute("aria-label", `${label}: ${labels.join(", ") || "nothing chosen"}`);
  }

  function pick(choice) {
    if (!many) chosen.clear();
    if (many && chosen.has(choice.key)) chosen.delete(choice.key);
    else if (chosen.size < max) chosen.set(choice.key, choice);
    showChosen();
    onPick([...chosen.values()]);
  }

  function open() {
    if (button.getAttribute("aria-expanded") === "true") return;
    openList({ button, choices, chosen, many, pick, remote, minimum, label });
  }

  showChosen();
  return button;
}

function openList({ button, choices, chosen, many, pick, remote, minimum, label }) {
  const id = `list-${(serial += 1)}`;
  const list = h("ul.options", { id, role: "listbox", "aria-label": label, "aria-multiselectable": many ? "true" : undefined });
  const input = h("input.options-filter", {
    type: "text", role: "combobox", "aria-controls": id, "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off",
    "aria-label": `Filter ${label}`, placeholder: remote ? "Type to search" : "Filter", dataset: { testid: "picker-filter" },
  });
  const panel = h("div.popover.options-panel", { popover: "manual", dataset: { testid: "picker-list" } }, input, list);
  let shown = [];
  let active = 0;
  let turn = 0;

  async function refresh() {
    const query = input.value.trim();
    const mine = (turn += 1);
    if (remote && query.length < minimum) return drawNote(`Type ${minimum} or more characters.`);
    if (remote) drawNote("Searching…");
    const found = await Promise.resolve(choices(query)).catch((error) => error);
    if (mine !== turn) return undefined;
    if (found instanceof Error) return drawNote(found.message);
    const words = query.toLowerCase();
    shown = remote ? found : found.filter((choice) => `${choice.label} ${choice.description ?? ""}`.toLowerCase().includes(words));
    active = Math.max(0, shown.findIndex((choice) => chosen.has(choice.key)));
    return draw();
  }

  function drawNote(text) {
    shown = [];
    fill(list, h("li.options-note", { role: "presentation" }, text));
    placeNear(panel, button);
  }

  function draw() {
    if (!shown.length) return drawNote("Nothing matches.");
    let group;
    fill(list, shown.flatMap((choice, index) => {
      const head = choice.group && choice.group !== group ? [h("li.options-group", { role: "presentation" }, choice.group)] : [];
      group = choice.group;
      return [...head, optionItem(choice, index)];
    }));
    input.setAttribute("aria-activedescendant", `${id}-${active}`);
    placeNear(panel, button);
    list.querySelector(".is-active")?.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  const optionItem = (choice, index) => h("li.option", {
    role: "option", id: `${id}-${index}`, class: index === active ? "is-active" : "", "aria-selected": String(chosen.has(choice.key)),
    dataset: { testid: "option", value: choice.key }, onmousedown: (event) => event.preventDefault(), onclick: () => take(choice),
  }, h("span.option-label", {}, choice.label), choice.description ? h("span.option-description", {}, choice.description) : null, chosen.has(choice.key) ? icon("check") : null);

  function take(choice) {
    pick(choice);
    if (many) draw();
    else close();
  }

  function close() {
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    panel.remove();
    button.focus();
  }

  const outside = (event) => {
    if (!panel.contains(event.target) && !button.contains(event.target)) close();
  };

  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: enter,
    Escape: close,
    Tab: close,
  };

  function move(step) {
    active = shown.length ? (active + step + shown.length) % shown.length : 0;
    draw();
  }

  let typing = null;
  let filtered = Promise.resolve();

  function filter() {
    typing = null;
    filtered = refresh();
  }

  /** Takes what fits the words as they stand, also when one types faster than the list follows. */
  async function enter() {
    if (typing !== null) {
      clearTimeout(typing);
      filter();
    }
    await filtered;
    if (shown[active]) take(shown[active]);
  }

  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(filter, remote ? 200 : 0);
  });
  panel.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  });
  button.setAttribute("aria-expanded", "true");
  floatingRoot(button).append(panel);
  panel.showPopover?.();
  document.addEventListener("pointerdown", outside, true);
  filter();
  input.focus();
}
