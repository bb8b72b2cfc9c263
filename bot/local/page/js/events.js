// What the server pushes, applied to the state. Each handler returns the topics that changed.

import { setClock, shownUser, statusKey } from "./state.js";

/** Applies one pushed event. Unknown types change nothing. */
export function applyEvent(state, event) {
  const topics = HANDLERS[event.type]?.(state, event) ?? [];
  if (topics.length) state.changed(...topics);
}

const HANDLERS = {
  message: onMessage,
  message_changed: (state, event) => onChanged(state, event.channel, event.message),
  message_deleted: onDeleted,
  reaction: onReaction,
  ephemeral: onEphemeral,
  ephemeral_changed: onEphemeral,
  ephemeral_deleted: (state, { id }) => {
    state.main.ephemerals.delete(id);
    state.thread.ephemerals.delete(id);
    return ["conversation", "thread"];
  },
  view_open: (state, { view }) => {
    state.views = [...state.views.filter((one) => one.id !== view.id), view];
    return ["views"];
  },
  view_update: (state, { view }) => {
    state.views = state.views.map((one) => (one.id === view.id ? view : one));
    return ["views"];
  },
  view_close: (state, event) => {
    state.views = event.view_id ? state.views.filter((one) => one.id !== event.view_id) : [];
    return ["views"];
  },
  home: (state, { view }) => {
    state.home = view;
    return ["home"];
  },
  status: (state, event) => {
    const key = statusKey(event.channel, event.thread_ts);
    if (event.status) state.statuses.set(key, { status: event.status, loading: event.loading_messages ?? [] });
    else state.statuses.delete(key);
    return ["status"];
  },
  prompts: (state, event) => {
    state.prompts.set(event.channel ?? "", { title: event.title, prompts: event.prompts });
    return ["prompts"];
  },
  title: (state, event) => {
    state.titles.set(statusKey(event.channel, event.thread_ts), event.title);
    return ["thread"];
  },
  clock: (state, event) => {
    setClock(state, event);
    return ["clock"];
  },
  channel: (state, { channel }) => {
    state.channels.set(channel.id, { ...state.channels.get(channel.id), ...channel });
    return ["channels"];
  },
  faults: (state, { faults, struck }) => {
    state.trouble = { faults, struck };
    return ["trouble"];
  },
  user: (state, { user }) => {
    state.users.set(user.id, shownUser(user));
    return ["people"];
  },
};

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;
const inMain = (message) => !isReply(message) || message.subtype === "thread_broadcast" || message.reply_broadcast === true;

const inThread = (state, message) => Boolean(state.place.thread) && (message.thread_ts ?? message.ts) === state.place.thread;

function onMessage(state, { channel, message }) {
  const here = channel === state.place.channel;
  if (here && inMain(message)) state.main.messages.set(message.ts, message);
  if (here && message.thread_ts && message.thread_ts === state.place.thread) state.thread.messages.set(message.ts, message);
  noteActivity(state, channel, message, here);
  return ["conversation", "thread", "channels"];
}

function noteActivity(state, id, message, here) {
  const channel = state.channels.get(id);
  if (!channel) return;
  const unread = here || message.user === state.me ? (channel.unread ?? 0) : (channel.unread ?? 0) + 1;
  state.channels.set(id, { ...channel, last_ts: message.ts, unread: here ? 0 : unread });
}

function onChanged(state, channel, message) {
  if (channel !== state.place.channel) return [];
  if (state.main.messages.has(message.ts) || (!state.main.loaded && inMain(message))) state.main.messages.set(message.ts, message);
  if (state.thread.messages.has(message.ts) || (!state.thread.loaded && inThread(state, message))) state.thread.messages.set(message.ts, message);
  return ["conversation", "thread"];
}

function onDeleted(state, { channel, ts }) {
  if (channel !== state.place.channel) return [];
  state.main.messages.delete(ts);
  state.thread.messages.delete(ts);
  return ["conversation", "thread"];
}

function onReaction(state, { channel, ts, reactions }) {
  const known = state.main.messages.get(ts) ?? state.thread.messages.get(ts);
  return known ? onChanged(state, channel, { ...known, reactions }) : [];
}

function onEphemeral(state, { channel, message }) {
  if (channel !== state.place.channel) return [];
  const list = message.thread_ts && message.thread_ts === state.place.thread ? state.thread : state.main;
  list.ephemerals.set(message.id, message);
  return ["conversation", "thread"];
}
