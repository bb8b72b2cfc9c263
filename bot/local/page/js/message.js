// One message: who, when, what, and what one can do with it.

import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { blockContext } from "./context.js";
import { h, icon, iconButton } from "./dom.js";
import { goTo } from "./place.js";
import { attachments, files } from "./render/attachments.js";
import { renderBlocks } from "./render/blocks.js";
import { emojiOrName, QUICK_REACTIONS, searchEmoji } from "./render/emoji.js";
import { openMenu, openPanel } from "./render/menu.js";
import { mrkdwn } from "./render/mrkdwn.js";
import { ago, dateAndTime, dateOf, timeOfDay } from "./time.js";
import { orToast } from "./toast.js";
import { typedText } from "./wire.js";
import { confirmDialog } from "./dialog.js";

/**
 * A message as a node. `view`: {state, names, channel, compact, inThread, isNew, values, editing, startEdit, endEdit,
 * dismiss, status}.
 */
export function messageNode(message, view) {
  const author = authorOf(message, view.state);
  const date = dateOf(message.ts);
  const system = isSystem(message);
  const head = view.compact || system ? null : messageHead(author, message, date);
  const gutter = view.compact && !system
    ? h("time.gutter-time", { dateTime: date.toISOString(), title: dateAndTime(date) }, timeOfDay(date))
    : avatar(author);
  return h("article.message", {
    class: [view.isNew ? "is-new" : "", view.compact ? "is-compact" : "", message.is_ephemeral ? "is-ephemeral" : "", message.streaming ? "is-streaming" : "", system ? "is-system" : ""].join(" "),
    tabIndex: -1, "aria-label": `${author.shown}, ${timeOfDay(date)}`, "aria-busy": message.streaming ? "true" : undefined,
    dataset: { testid: message.is_ephemeral ? "ephemeral" : "message", ts: message.ts, user: message.user ?? "", streaming: String(Boolean(message.streaming)) },
  }, h("div.message-gutter", {}, gutter),
  h("div.message-main", {}, message.is_ephemeral ? ephemeralNote(message, view) : null, view.inThread ? null : broadcastNote(message), head,
    view.editing === message.ts ? editor(message, view) : body(message, view),
    reactions(message, view), message.streaming ? streamFoot(message, view) : null, view.inThread ? null : replies(message, view), statusLine(view)),
  message.is_ephemeral || system ? null : toolbar(message, view));
}

const SYSTEM = new Set(["channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "bot_add", "tombstone"]);
const isSystem = (message) => SYSTEM.has(message.subtype);

function authorOf(message, state) {
  const known = state.users.get(message.user);
  if (known) return message.bot_id && !known.is_bot ? { ...known, is_bot: true } : known;
  return { id: message.user ?? message.bot_id, shown: message.username ?? state.boot.app.name, is_bot: Boolean(message.bot_id) };
}

function messageHead(author, message, date) {
  return h("div.message-head", {}, h("span.author", {}, author.shown), author.is_bot ? h("span.app-badge", {}, "APP") : null,
    author.title && !author.is_bot ? h("span.author-title", {}, author.title) : null,
    h("time.time", { dateTime: date.toISOString(), title: dateAndTime(date) }, timeOfDay(date)));
}

const broadcastNote = (message) => (message.thread_ts && message.thread_ts !== message.ts
  ? h("div.broadcast-note", {}, "replied to ", h("button.text-button", { type: "button", onclick: () => goTo({ thread: message.thread_ts }) }, "a thread")) : null);

const ephemeralNote = (message, view) => h("div.ephemeral-note", {}, icon("eye"), "Only visible to you",
  h("button.text-button", { type: "button", dataset: { testid: "ephemeral-dismiss" }, onclick: () => view.dismiss(message.id) }, "Dismiss"));

function body(message, view) {
  const target = message.is_ephemeral ? { ephemeral: { id: message.id } } : { message: { channel: view.channel, ts: message.ts } };
  const ctx = blockContext(view.names, target, view.values);
  const shown = message.blocks?.length && !isTyped(message) ? renderBlocks(message.blocks, ctx) : [h("div.text", {}, mrkdwn(message.text ?? "", view.names))];
  const main = h("div.message-body", {}, shown, attachments(message.attachments, ctx), files(message.files, view.names.me));
  if (message.edited) ([...main.querySelectorAll(":scope > .text, .rich-section, .section-text")].at(-1) ?? main).append(editedMark(message));
  return main;
}

/** Typed by a person: its rich_text says the same as its text, with the marks as typed. */
const isTyped = (message) => !message.bot_id && Boolean(message.text) && message.blocks.every((block) => block?.type === "rich_text");

const editedMark = (message) => h("span.edited", { title: message.edited.ts ? dateAndTime(dateOf(message.edited.ts)) : "" }, "(edited)");

/* ---- below the text ---- */

function reactions(message, view) {
  const all = message.reactions ?? [];
  if (!all.length) return null;
  return h("div.reactions", {}, all.map((reaction) => h("button.reaction", {
    type: "button", "aria-pressed": String((reaction.users ?? []).includes(view.names.me)), dataset: { testid: `reaction-${reaction.name}` },
    title: `${(reaction.users ?? []).map((id) => view.names.user(id)?.shown ?? id).join(", ")} reacted with :${reaction.name}:`,
    "aria-label": `${reaction.name.replaceAll("_", " ")}, ${reaction.count}`, onclick: () => react(message, view, reaction.name),
  }, h("span.emoji", {}, emojiOrName(reaction.name)), h("span", {}, String(reaction.count)))));
}

const react = (message, view, name) => orToast(api.react({ as: view.names.me, channel: view.channel, ts: message.ts, name }));

function replies(message, view) {
  if (!message.reply_count) return null;
  const people = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(view.names.user(id) ?? { id }, { size: "tiny" }));
  const last = message.latest_reply ? h("span.last-reply", {}, `Last reply ${ago(dateOf(message.latest_reply), view.names.now())}`) : null;
  return h("button.replies", { type: "button", dataset: { testid: "thread-open" }, onclick: () => goTo({ thread: message.ts }) },
    people, h("span.reply-count", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`), last);
}

const streamFoot = (message, view) => h("div.stream-foot", {}, h("span.typing", { "aria-hidden": "true" }, h("i"), h("i"), h("i")),
  h("button.small.stop", {
    type: "button", dataset: { testid: "stop-stream" },
    onclick: (event) => {
      event.currentTarget.disabled = true;
      orToast(api.stopStream({ as: view.names.me, channel: view.channel, ts: message.ts }));
    },
  }, icon("stop"), "Stop"));

function statusLine(view) {
  if (!view.status) return null;
  return h("div.status-line", { role: "status", dataset: { testid: "status-line" } }, h("span.spinner"), h("span", {}, `${view.state.boot.app.name} ${view.status.status}`));
}

/* ---- what one can do ---- */

function toolbar(message, view) {
  const mine = message.user === view.names.me && !message.bot_id;
  const shortcuts = (view.state.boot.shortcuts ?? []).filter((shortcut) => shortcut.type === "message");
  const items = [
    ...shortcuts.map((shortcut) => ({
      label: shortcut.name, description: shortcut.description, icon: "spark", testid: `shortcut-${shortcut.callback_id}`,
      onpick: () => orToast(api.shortcut({ as: view.names.me, callback_id: shortcut.callback_id, channel: view.channel, ts: message.ts })),
    })),
    { label: "Copy link", icon: "link", testid: "copy-link", onpick: () => copyLink(message, view) },
    ...(mine ? [
      { label: "Edit message", icon: "pencil", testid: "edit", onpick: () => view.startEdit(message.ts) },
      { label: "Delete message", icon: "trash", danger: true, testid: "delete", onpick: () => remove(message, view) },
    ] : []),
  ];
  return h("div.message-tools", { dataset: { testid: "message-tools" } },
    ["+1", "white_check_mark"].map((name) => h("button.icon-button", { type: "button", "aria-label": `React with ${name === "+1" ? "thumbs up" : "check mark"}`, title: `:${name}:`, dataset: { testid: `quick-${name}` }, onclick: () => react(message, view, name) }, h("span.emoji", {}, emojiOrName(name)))),
    iconButton("smile", "Add a reaction", { dataset: { testid: "message-react" }, "aria-haspopup": "true", onclick: (event) => reactionPanel(event.currentTarget, message, view) }),
    view.inThread ? null : iconButton("reply", "Reply in a thread", { dataset: { testid: "message-reply" }, onclick: () => goTo({ thread: message.thread_ts ?? message.ts }) }),
    iconButton("more", "More actions", { dataset: { testid: "message-actions" }, "aria-haspopup": "menu", onclick: (event) => openMenu(event.currentTarget, items, "Message actions") }));
}

function copyLink(message, view) {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : message.reply_count ? message.ts : undefined;
  const values = { as: view.names.me, channel: view.channel, ...(thread ? { thread } : {}), message: message.ts };
  return orToast(navigator.clipboard?.writeText(`${location.origin}/#${new URLSearchParams(values)}`) ?? Promise.resolve());
}

async function remove(message, view) {
  const sure = await confirmDialog({ title: "Delete this message?", text: "It cannot be brought back.", confirm: "Delete", deny: "Cancel", style: "danger" }, view.names);
  if (sure) await orToast(api.remove({ as: view.names.me, channel: view.channel, ts: message.ts }));
}

function reactionPanel(anchor, message, view) {
  const choose = (name) => {
    openPanel.close?.();
    react(message, view, name);
  };
  const grid = h("div.emoji-grid", { role: "group", "aria-label": "Reactions" });
  const show = (names) => grid.replaceChildren(...names.map((name) => h("button", { type: "button", title: `:${name}:`, "aria-label": name.replaceAll("_", " "), dataset: { testid: `emoji-${name}` }, onclick: () => choose(name) }, emojiOrName(name))));
  const filter = h("input.options-filter", { type: "text", placeholder: "Find an emoji", "aria-label": "Find an emoji", oninput: () => show(filter.value ? searchEmoji(filter.value.toLowerCase(), 24).map((one) => one.name) : QUICK_REACTIONS) });
  show(QUICK_REACTIONS);
  openPanel(anchor, h("div.emoji-panel", {}, filter, grid));
}

/* ---- editing one's own ---- */

function editor(message, view) {
  const area = h("textarea.input", { rows: 3, "aria-label": "Edit message", dataset: { testid: "edit-text" }, onkeydown: keys });
  area.value = typedText(message.text ?? "", view.names);
  const save = async () => {
    const text = area.value.trim();
    if (text && (await orToast(api.edit({ as: view.names.me, channel: view.channel, ts: message.ts, text })))) view.endEdit();
  };
  function keys(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      view.endEdit();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  }
  queueMicrotask(() => area.focus());
  return h("div.editor", {}, area, h("div.editor-foot", {},
    h("button.button", { type: "button", onclick: () => view.endEdit() }, "Cancel"),
    h("button.button.is-primary", { type: "button", dataset: { testid: "edit-save" }, onclick: save }, "Save")));
}
