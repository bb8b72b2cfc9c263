// A list of messages that keeps what did not change: nodes are replaced only where their message differs.

import { h, icon } from "./dom.js";
import { messageNode } from "./message.js";
import { statusKey } from "./state.js";
import { dateOf, dayKey, dayLabel } from "./time.js";

const TOGETHER = 5 * 60; // seconds within which one author's messages stand together
const NEAR_END = 120; // pixels from the end within which new messages keep the end in view

/** A log of messages. `update(list, place)` draws {messages, ephemerals} of {channel, thread}. */
export function messageLog(state, names, { inThread, label, testid }) {
  const rows = h("div.rows", {});
  const scroller = h("div.log", { role: "log", "aria-label": label, "aria-live": "polite", tabIndex: 0, dataset: { testid }, onscroll }, rows);
  const jump = h("button.jump", { type: "button", hidden: true, dataset: { testid: `${testid}-jump` }, onclick: () => toEnd() }, "New messages", icon("chevron"));
  const host = h("div.log-frame", {}, scroller, jump);
  const drawn = new Map(); // key -> {signature, node}
  const values = new Map(); // key -> state of that message's inputs
  let editing = null;
  let shownPlace = "";
  let last = null;
  let shownCount = 0;
  let settled = false; // what was there when one came is not new

  let following = true; // the end is in view, and stays there when the pane changes its size
  new ResizeObserver(() => following && toEnd()).observe(scroller);

  function onscroll() {
    following = atEnd();
    if (following) jump.hidden = true;
  }

  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    jump.hidden = true;
  }

  /** An answer taller than the window is read from its beginning. */
  function showStartOfTall() {
    const newest = rows.lastElementChild;
    if (!newest || newest.offsetHeight <= scroller.clientHeight) return;
    newest.scrollIntoView({ block: "start" });
    following = false;
  }

  function update(list, place) {
    last = [list, place];
    const key = `${names.me}|${place.channel}|${place.thread ?? ""}`;
    const fresh = key !== shownPlace;
    if (fresh) reset(key);
    const follow = fresh || following || atEnd();
    const focus = focusedIn(rows);
    place.firstTs = [...list.messages.keys()].sort(byNumber)[0];
    reconcile(rows, layout(list, place));
    restoreFocus(rows, focus);
    const count = list.messages.size + list.ephemerals.size;
    const grown = !fresh && count > shownCount;
    if (follow) toEnd();
    if (grown && follow) showStartOfTall();
    else if (grown) jump.hidden = false;
    shownCount = count;
    settled = list.loaded;
  }

  function reset(key) {
    drawn.clear();
    values.clear();
    editing = null;
    settled = false;
    shownPlace = key;
  }

  function layout(list, place) {
    const items = [...list.messages.values(), ...list.ephemerals.values()].sort((a, b) => byNumber(a.ts, b.ts));
    const out = [];
    let before = null;
    for (const message of items) {
      const date = dateOf(message.ts);
      const newDay = !before || dayKey(dateOf(before.ts)) !== dayKey(date);
      if (newDay && !inThread) out.push(keep(`day ${dayKey(date)}`, dayLabel(date, names.now()), (label) => divider(label)));
      const compact = !newDay && follows(before, message) && !(inThread && before?.ts === place.firstTs);
      out.push(keepMessage(message, compact, place));
      if (inThread && message.ts === place.thread && list.messages.size > 1) out.push(replyDivider(list.messages.size - 1));
      before = message;
    }
    return out;
  }

  const replyDivider = (count) => keep("replies", `${count}`, () => h("div.reply-divider", {}, h("span", {}, `${count} ${count === 1 ? "reply" : "replies"}`)));

  function keepMessage(message, compact, place) {
    const key = message.id ?? message.ts;
    const open = inThread || state.place.thread === message.ts; // its status stands in the thread then
    const status = open ? null : (state.statuses.get(statusKey(place.channel, message.ts)) ?? null);
    const age = message.latest_reply ? Math.floor(names.now() / 60_000) : 0;
    const content = JSON.stringify(message);
    const today = /<!date\^|"type":"date"/.test(content) ? dayKey(names.now()) : null; // "tomorrow" does not stay so
    const signature = JSON.stringify([content, compact, editing === message.ts, status, age, today]);
    return keep(`message ${key}`, signature, () => {
      if (!values.has(key)) values.set(key, {});
      return messageNode(message, {
        state, names, channel: place.channel, compact, inThread, isNew: settled && !drawn.has(`message ${key}`), editing, status, values: values.get(key),
        startEdit: (ts) => edit(ts), endEdit: () => edit(null), dismiss: (id) => dismiss(id),
      });
    });
  }

  function keep(key, signature, make) {
    const known = drawn.get(key);
    if (known?.signature === signature) return known.node;
    const node = make(signature);
    drawn.set(key, { signature, node });
    return node;
  }

  function edit(ts) {
    editing = ts;
    if (last) update(...last);
  }

  function dismiss(id) {
    state.main.ephemerals.delete(id);
    state.thread.ephemerals.delete(id);
    state.changed("conversation", "thread");
  }

  function editLast() {
    const own = last && [...last[0].messages.values()].filter((message) => message.user === names.me && !message.bot_id).sort((a, b) => byNumber(a.ts, b.ts)).at(-1);
    if (own) edit(own.ts);
  }

  /** The reader has just said something: what comes of it is shown, wherever they were reading. */
  const follow = () => {
    following = true;
    toEnd();
  };

  return { host, scroller, update, editLast, follow };
}

const byNumber = (a, b) => Number(a) - Number(b);

function follows(before, message) {
  return before && before.user === message.user && before.bot_id === message.bot_id && !before.is_ephemeral && !message.is_ephemeral
    && !before.subtype && !message.subtype && !before.reply_count && Number(message.ts) - Number(before.ts) < TOGETHER;
}

const divider = (label) => h("div.day-divider", { role: "separator", dataset: { testid: "day-divider" } }, h("span", {}, label));

/** Makes the children of `host` exactly `nodes`, moving as little as possible. */
function reconcile(host, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...host.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (host.children[index] !== node) host.insertBefore(node, host.children[index] ?? null);
  });
}

/** Where the keyboard was, so that a redrawn message does not lose it. */
function focusedIn(host) {
  const element = document.activeElement;
  if (!host.contains(element)) return null;
  return { ts: element.closest("[data-ts]")?.dataset.ts, testid: element.dataset.testid };
}

function restoreFocus(host, focus) {
  if (!focus?.ts || host.contains(document.activeElement)) return;
  const message = host.querySelector(`[data-ts="${CSS.escape(focus.ts)}"]`);
  const same = focus.testid && message?.querySelector(`[data-testid="${CSS.escape(focus.testid)}"]`);
  (same || message)?.focus({ preventScroll: true });
}
