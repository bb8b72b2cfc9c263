// A small menu that opens from a button: overflow menus, message actions, reactions.

import { floatingRoot, h, icon, placeNear } from "../dom.js";

/** Opens a menu near `anchor`. Items: {label, description?, icon?, danger?, testid?, onpick}. */
export function openMenu(anchor, items, label) {
  const buttons = items.map((item) => h("button.menu-item", {
    type: "button", role: "menuitem", class: item.danger ? "is-danger" : "", dataset: { testid: item.testid ?? "menu-item" },
    onclick: () => {
      close();
      item.onpick();
    },
  }, item.icon ? icon(item.icon) : null, h("span", {}, item.label, item.description ? h("small", {}, item.description) : null)));
  return openPanel(anchor, h("div.menu", { role: "menu", "aria-label": label }, buttons));

  function close() {
    openPanel.close?.();
  }
}

/** Opens any content as a panel near `anchor`; Esc or a click elsewhere closes it, arrows move. */
export function openPanel(anchor, content) {
  openPanel.close?.();
  const panel = h("div.popover", { popover: "manual" }, content);
  const close = () => {
    panel.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    openPanel.close = null;
    if (anchor.isConnected) anchor.focus();
  };
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) close();
  };
  panel.addEventListener("keydown", (event) => moveFocus(event, panel, close));
  document.addEventListener("pointerdown", outside, true);
  floatingRoot(anchor).append(panel);
  panel.showPopover?.();
  anchor.setAttribute("aria-expanded", "true");
  placeNear(panel, anchor);
  panel.querySelector("button, input")?.focus();
  openPanel.close = close;
  return close;
}

function moveFocus(event, panel, close) {
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close();
    return;
  }
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...panel.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
