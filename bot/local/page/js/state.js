// All that the page knows, in one place. Views read it and subscribe to topics; only `events.js` and `main.js` write.

import { useZone } from "./time.js";

/** Topics: connection, people, channels, conversation, thread, status, prompts, views, home, clock, trouble. */
export function createState() {
  const listeners = [];
  const state = {
    place: {}, boot: null, me: null, users: new Map(), channels: new Map(), personas: [],
    main: emptyList(), thread: emptyList(), statuses: new Map(), prompts: new Map(), titles: new Map(),
    views: [], home: null, clock: { base: Date.now(), at: performance.now(), offset: 0 }, connection: "open", trouble: null,
  };
  state.subscribe = (topics, listener) => listeners.push([topics, listener]);
  state.changed = (...topics) => {
    for (const [wanted, listener] of listeners) if (topics.some((topic) => wanted.includes(topic))) listener(topics);
  };
  return state;
}

export const emptyList = () => ({ messages: new Map(), ephemerals: new Map(), loaded: false });

/** Takes in what `bootstrap` answered. */
export function adoptBootstrap(state, boot) {
  state.boot = boot;
  state.me = boot.me;
  state.personas = boot.personas ?? [];
  state.users = new Map(boot.users.map((user) => [user.id, shownUser(user)]));
  useZone(state.users.get(state.me)?.tz);
  state.channels = new Map(boot.channels.map((channel) => [channel.id, channel]));
  state.statuses = new Map();
  state.titles = new Map();
  state.prompts = new Map([["", { title: boot.prompts_title, prompts: boot.suggested_prompts ?? [] }]]);
  state.views = [];
  state.home = null;
  state.trouble = boot.trouble ?? null;
  setClock(state, boot.clock);
}

export const shownUser = (user) => ({ ...user, shown: user.real_name || user.name });

export function setClock(state, { now_iso: iso, offset_seconds: offset }) {
  state.clock = { base: Date.parse(iso), at: performance.now(), offset };
}

/** The workspace's time. */
export const workspaceNow = (state) => new Date(state.clock.base + (performance.now() - state.clock.at));

export const appChannel = (state) => [...state.channels.values()].find((channel) => channel.kind === "app");

/** What a conversation is called: "#general", a person's name, or the assistant's. */
export function channelTitle(state, channel) {
  if (channel.kind === "app") return state.boot.app.name;
  if (channel.kind !== "im") return channel.name;
  const others = (channel.members ?? []).filter((id) => id !== state.me);
  return others.map((id) => state.users.get(id)?.shown ?? id).join(", ") || channel.name;
}

/** What renderers may ask about people, places and the time. */
export function namesOf(state) {
  return {
    get me() {
      return state.me;
    },
    now: () => workspaceNow(state),
    user: (id) => state.users.get(id) ?? null,
    channel: (id) => state.channels.get(id)?.name ?? null,
    channelHref: (id) => `#${new URLSearchParams({ as: state.me, channel: id })}`,
    people: () => [...state.users.values()].sort((a, b) => Number(Boolean(a.is_bot)) - Number(Boolean(b.is_bot)) || a.shown.localeCompare(b.shown)),
    places: () => [...state.channels.values()].map((channel) => ({ id: channel.id, shown: `${channel.kind === "channel" ? "#" : ""}${channelTitle(state, channel)}` })),
  };
}

export const statusKey = (channel, thread) => `${channel}|${thread ?? ""}`;
