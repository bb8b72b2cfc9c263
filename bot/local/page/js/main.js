// Starts the page: reads the place, loads what is there, listens, and lets the views draw.

import { api } from "./api.js";
import { clockBar } from "./clock.js";
import { applyEvent } from "./events.js";
import { sayWhatIsMadeUp } from "./made-up.js";
import { mainPane } from "./main-pane.js";
import { modalHost } from "./modal.js";
import { followPermalinks, placeFromAddress, refuse, showMessage } from "./permalink.js";
import { goTo, readPlace } from "./place.js";
import { sidebar } from "./sidebar.js";
import { adoptBootstrap, appChannel, createState, emptyList, namesOf, statusKey } from "./state.js";
import { threadPane } from "./thread.js";
import { orToast, toast } from "./toast.js";
import { listen } from "./ws.js";

const state = createState();
const names = namesOf(state);
const app = document.getElementById("app");
const asked = new Set(); // "channel|ts" of what was posted here: its thread opens by itself when the assistant starts on it
const stirred = new Set(); // "channel|ts" of threads in which the assistant did something; may be heard before the post returns
let stopListening = null;

const toggleSidebar = () => app.classList.toggle("shows-sidebar");
clockBar(document.getElementById("clock"), state, { onMenu: toggleSidebar });
sidebar(document.getElementById("sidebar"), state);
const pane = mainPane(document.getElementById("main"), state, names, { onSent });
threadPane(document.getElementById("thread"), state, names);
modalHost(state, names);
followPermalinks(state);

/* ---- going somewhere ---- */

/** Whom one was last, in whatever tab of this browser. */
const LAST = "guidepost-persona";

async function becomePersona(as, channel) {
  const boot = await orToast(api.bootstrap(as ?? "", channel));
  if (!boot) {
    setTimeout(arrive, 2000);
    return false;
  }
  adoptBootstrap(state, boot);
  localStorage.setItem(LAST, boot.me);
  state.place = {};
  state.main = emptyList();
  state.thread = emptyList();
  stopListening?.();
  stopListening = listen(boot.me, onEvent, onConnection);
  state.changed("people", "channels", "views", "clock", "connection");
  return true;
}

/** The first arrival; by a message's link it is as whom one was last, else as somebody who is in that conversation. */
async function start() {
  const linked = placeFromAddress();
  if (!linked) return arrive();
  if (!(await becomePersona(localStorage.getItem(LAST), linked.channel))) return null;
  if (!state.channels.has(linked.channel)) refuse();
  return goTo({ as: state.me, ...(state.channels.has(linked.channel) ? linked : {}) }, { replace: true });
}

/** Follows the address: loads what changed, then draws. */
async function arrive() {
  const wanted = readPlace();
  if (!state.boot || (wanted.as && wanted.as !== state.me)) {
    if (!(await becomePersona(wanted.as))) return;
  }
  const channel = state.channels.has(wanted.channel) ? wanted.channel : (appChannel(state) ?? state.channels.values().next().value)?.id;
  if (wanted.as !== state.me || channel !== wanted.channel) {
    goTo({ as: state.me, channel, ...(channel === wanted.channel ? {} : { thread: null, message: null }) }, { replace: true });
    return;
  }
  const before = state.place;
  state.place = { ...wanted };
  app.classList.remove("shows-sidebar");
  await Promise.all([
    before.channel !== channel || before.as !== wanted.as ? loadChannel(true) : null,
    wanted.thread && (before.thread !== wanted.thread || before.channel !== channel) ? loadThread(true) : null,
    openedAssistant(before),
  ]);
  state.changed("place", "channels", "conversation", "thread", "status");
  if (wanted.message && before.message !== wanted.message) showMessage(state, wanted.message);
  if (before.channel !== channel && !wanted.thread && !document.querySelector("dialog[open]")) pane.focus();
  if (wanted.thread && before.thread !== wanted.thread) document.querySelector('[data-testid="thread-composer"]')?.focus();
}

const loadChannel = (fresh) => load("main", undefined, fresh);
const loadThread = (fresh) => load("thread", state.place.thread, fresh);

async function load(which, thread, fresh) {
  const { channel } = state.place;
  if (fresh) state[which] = emptyList();
  const before = new Map(state[which].messages);
  const answer = await orToast(api.messages(state.me, channel, thread));
  if (!answer || state.place.channel !== channel || (thread && state.place.thread !== thread)) return;
  const pushed = [...state[which].messages].filter(([ts, message]) => before.get(ts) !== message); // newer than the answer
  state[which] = {
    messages: new Map([...answer.messages.map((message) => [message.ts, message]), ...pushed]),
    ephemerals: new Map((answer.ephemerals ?? []).map((message) => [message.id, message])),
    loaded: true,
  };
  for (const [at, status] of Object.entries(answer.status ?? {})) adoptStatus(channel, at, status);
  const known = state.channels.get(channel);
  if (known) state.channels.set(channel, { ...known, unread: 0 });
}

function adoptStatus(channel, thread, status) {
  const value = typeof status === "string" ? { status, loading: [] } : { status: status.status, loading: status.loading_messages ?? [] };
  if (value.status) state.statuses.set(statusKey(channel, thread), value);
}

/** Slack tells an app whenever somebody opens it; so does this page. */
async function openedAssistant(before) {
  const { channel, tab } = state.place;
  if (state.channels.get(channel)?.kind !== "app") return;
  if (before.channel === channel && (before.tab ?? null) === (tab ?? null)) return;
  const answer = await orToast(api.open({ as: state.me, tab: tab === "home" ? "home" : "messages" }));
  if (answer && answer.home !== undefined) state.home = answer.home ?? state.home;
}

/* ---- listening ---- */

function onEvent(event) {
  if (event.type === "toast") return toast(event.text);
  applyEvent(state, event);
  return noteStir(event);
}

function onSent(ts) {
  const key = `${state.place.channel}|${ts}`;
  asked.add(key);
  openAsked(key);
}

/** Opens the thread of a question that was just asked here, so that one sees the answer stream in. */
function noteStir(event) {
  const thread = event.type === "status" && event.status ? event.thread_ts : event.type === "message" ? event.message.thread_ts : null;
  if (!thread || event.message?.user === state.me) return;
  const key = `${event.channel}|${thread}`;
  stirred.add(key);
  openAsked(key);
}

function openAsked(key) {
  if (!asked.has(key) || !stirred.has(key)) return;
  asked.delete(key);
  const [channel, thread] = key.split("|");
  if (channel === state.place.channel && !state.place.thread) goTo({ thread });
}

async function onConnection(connection, again) {
  state.connection = connection;
  state.changed("connection");
  if (!again) return;
  const boot = await orToast(api.bootstrap(state.me));
  if (!boot) return;
  const { views, home } = state;
  adoptBootstrap(state, boot);
  Object.assign(state, { views, home });
  await Promise.all([loadChannel(false), state.place.thread ? loadThread(false) : null, openedAssistant({})]);
  state.changed("people", "channels", "place", "conversation", "thread", "status", "clock", "prompts");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (app.classList.contains("shows-sidebar")) toggleSidebar();
  else if (state.place.thread) goTo({ thread: null });
});
addEventListener("hashchange", arrive);
sayWhatIsMadeUp();
start();
