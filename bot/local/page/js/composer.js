// Where one writes: Enter sends, Shift+Enter is a new line, with completion above it.

import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { suggest } from "./completion.js";
import { fill, h, iconButton } from "./dom.js";
import { openMenu } from "./render/menu.js";
import { orToast } from "./toast.js";
import { wireText } from "./wire.js";

const TALLEST = 240; // pixels

let serial = 0;

/**
 * A composer. `place()` tells {channel, thread}; `onSend()` hears that something goes out, `onSent(ts)` of a
 * posted message, `onEditLast()` of ArrowUp in an empty box. Drafts are kept per place while the page is open.
 */
export function composer(state, { testid, place, onSend, onSent, onEditLast }) {
  const id = `suggestions-${(serial += 1)}`;
  const list = h("ul.suggestions", { id, role: "listbox", "aria-label": "Suggestions", hidden: true, dataset: { testid: `${testid}-completion` } });
  const area = h("textarea.composer-text", {
    rows: 1, "aria-autocomplete": "list", "aria-controls": id, "aria-label": "Message", dataset: { testid },
    oninput: refresh, onkeydown: onKey, onclick: refresh, onblur: () => setTimeout(hide, 150),
  });
  const send = iconButton("send", "Send", { class: "send", disabled: true, dataset: { testid: `${testid}-send` }, onclick: submit });
  const shortcuts = iconButton("spark", "Shortcuts", { "aria-haspopup": "menu", hidden: true, dataset: { testid: `${testid}-shortcuts` }, onclick: () => openMenu(shortcuts, shortcutItems(state), "Shortcuts") });
  const tools = h("div.composer-tools", {}, tool("at", "Mention somebody", "@"), tool("slash", "Use a command", "/"), shortcuts,
    h("span.composer-hint", { "aria-hidden": "true" }, h("kbd", {}, "Enter"), " sends · ", h("kbd", {}, "Shift"), "+", h("kbd", {}, "Enter"), " new line"), send);
  const host = h("div.composer", {}, list, h("div.composer-box", {}, area, tools));
  const drafts = new Map();
  const mentions = new Map(); // "@Name" that was picked -> user id
  let current = "";
  let offer = null;
  let active = 0;
  let moved = false;

  function refresh() {
    grow();
    send.disabled = !area.value.trim();
    drafts.set(current, area.value);
    const before = area.value.slice(0, area.selectionStart);
    offer = suggest(before, { users: [...state.users.values()].filter((user) => user.id !== state.me), commands: state.boot?.commands ?? [] });
    active = 0;
    moved = false;
    drawOffer();
  }

  function grow() {
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${Math.min(area.scrollHeight, TALLEST)}px`);
  }

  function drawOffer() {
    list.hidden = !offer;
    fill(list);
    if (!offer) return area.removeAttribute("aria-activedescendant");
    fill(list, offer.items.map((item, index) => suggestion(item, index)));
    area.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  const suggestion = (item, index) => h("li.suggestion", {
    role: "option", id: `${id}-${index}`, "aria-selected": String(index === active), dataset: { testid: "completion-option", insert: item.insert },
    onmousedown: (event) => {
      event.preventDefault();
      accept(item);
    },
  }, item.user ? avatar(item.user, { size: "tiny" }) : null, item.character ? h("span.emoji", {}, item.character) : null,
  h("span.suggestion-label", {}, item.label, item.hint ? h("span.suggestion-hint", {}, ` ${item.hint}`) : null), h("span.suggestion-description", {}, item.description ?? ""));

  function hide() {
    offer = null;
    drawOffer();
  }

  function accept(item) {
    const caret = area.selectionStart;
    area.setRangeText(item.insert, offer.from, caret, "end");
    if (item.id) mentions.set(item.insert.trim(), item.id);
    refresh();
    area.focus();
  }

  function onKey(event) {
    if (event.isComposing) return;
    const action = (offer && OFFER_KEYS[event.key]?.(event)) || KEYS[event.key]?.(event);
    if (!action) return;
    event.preventDefault();
    action();
  }

  const move = (step) => () => {
    active = (active + step + offer.items.length) % offer.items.length;
    moved = true;
    drawOffer();
  };
  const OFFER_KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Tab: () => () => accept(offer.items[active]),
    Enter: (event) => !event.shiftKey && (moved || offer.eager) && (() => accept(offer.items[active])),
    Escape: (event) => {
      event.stopPropagation();
      return hide;
    },
  };
  const KEYS = {
    Enter: (event) => !event.shiftKey && submit,
    ArrowUp: () => !area.value && onEditLast,
  };

  async function submit() {
    const text = wireText(area.value.trim(), mentions, [...state.users.values()]);
    if (!text) return;
    const { channel, thread } = place();
    const typed = area.value;
    setText("");
    onSend?.();
    const sent = await orToast(deliver(state, channel, thread, text));
    if (sent === undefined && !area.value) setText(typed);
    else if (sent?.ts) onSent?.(sent.ts);
  }

  function setText(text) {
    area.value = text;
    refresh();
  }

  /** Adds at the caret, with a space before it where one is missing. */
  function insert(text) {
    const needsSpace = text === "@" && area.selectionStart > 0 && !/\s$/.test(area.value.slice(0, area.selectionStart));
    area.setRangeText(`${needsSpace ? " " : ""}${text}`, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    refresh();
  }

  function tool(name, label, text) {
    return iconButton(name, label, { onclick: () => (text === "/" ? area.value || insert("/") : insert(text)) });
  }

  /** Shows the draft of a place: called when the reader goes elsewhere. */
  function moveTo(key, label) {
    shortcuts.hidden = !globalShortcuts(state).length;
    area.placeholder = label;
    area.setAttribute("aria-label", label);
    if (key === current) return;
    current = key;
    setText(drafts.get(key) ?? "");
    hide();
  }

  return { host, moveTo, setText, focus: () => area.focus() };
}

/** Posts, or runs a known slash command. */
async function deliver(state, channel, thread, text) {
  const [, command, rest = ""] = /^(\/\S+)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  if (!command) return api.post({ as: state.me, channel, text, thread_ts: thread });
  return api.command({ as: state.me, channel, thread_ts: thread, command, text: rest });
}

const globalShortcuts = (state) => (state.boot?.shortcuts ?? []).filter((shortcut) => shortcut.type === "global");

const shortcutItems = (state) => globalShortcuts(state).map((shortcut) => ({
  label: shortcut.name, description: shortcut.description, icon: "spark", testid: `shortcut-${shortcut.callback_id}`,
  onpick: () => orToast(api.shortcut({ as: state.me, callback_id: shortcut.callback_id })),
}));
