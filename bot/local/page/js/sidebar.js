// The left pane: the workspace, who one is, and where one can go.

import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { fill, h, icon } from "./dom.js";
import { goTo } from "./place.js";
import { openPanel } from "./render/menu.js";
import { appChannel, channelTitle } from "./state.js";

export function sidebar(host, state) {
  const draw = () => {
    if (!state.boot) return;
    const focused = document.activeElement?.dataset?.channel;
    fill(host, head(state), personaSwitcher(state), h("div.places", {}, assistantPlace(state),
      group("Channels", placesOf(state, "channel"), state), group("Direct messages", placesOf(state, "im"), state)), foot(state));
    if (focused && host.contains(document.activeElement) === false) host.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  };
  state.subscribe(["people", "channels", "place", "connection"], draw);
}

const head = (state) => h("div.workspace", {}, h("img.workspace-mark", { src: "/page/icon.svg", alt: "" }),
  h("div", {}, h("div.workspace-name", { dataset: { testid: "workspace-name" } }, state.boot.team.name), h("div.workspace-kind", {}, "Local workspace")));

const foot = (state) => h("div.sidebar-foot", { role: "status", dataset: { testid: "connection" } },
  h("span.presence", { class: state.connection === "open" ? "" : "is-lost" }), state.connection === "open" ? "Connected" : "Connection lost, trying again…");

/* ---- who one is ---- */

function personaSwitcher(state) {
  const me = state.users.get(state.me);
  const button = h("button.persona", {
    type: "button", "aria-haspopup": "menu", "aria-expanded": "false", dataset: { testid: "persona-switcher", user: state.me },
    "aria-description": "Whom you look as. Switch person", onclick: () => openPersonas(button, state),
  }, avatar(me), personaText(me), icon("chevron"));
  const role = me?.role_hint ? h("span.persona-role", { dataset: { testid: "persona-role" } }, me.role_hint) : null;
  return h("div.persona-box", {}, h("div.persona-caption", {}, "You are", role), button);
}

const personaText = (user, role) => h("span.persona-text", {}, h("span.persona-name", {}, user?.shown ?? ""),
  role ? h("span.persona-title.persona-role", {}, role) : null, h("span.persona-title", {}, user?.title ?? ""));

function openPersonas(anchor, state) {
  const items = state.personas.map((id) => {
    const user = state.users.get(id);
    const unread = h("span.badge", { hidden: true });
    if (id !== state.me) showUnread(unread, id);
    return h("button.persona.menu-item", {
      type: "button", role: "menuitemradio", "aria-checked": String(id === state.me), dataset: { testid: `persona-${id}`, role: user?.role_hint ?? "", user: id },
      onclick: () => {
        openPanel.close?.();
        goTo({ as: id });
      },
    }, avatar(user), personaText(user, user?.role_hint), unread, id === state.me ? icon("check") : null);
  });
  openPanel(anchor, h("div.menu.persona-menu", { role: "menu", "aria-label": "Look at the workspace as" }, h("div.menu-caption", {}, "Look at the workspace as"), items));
}

/** What waits for somebody else, so that one knows whom to become next. */
async function showUnread(badge, id) {
  const boot = await api.bootstrap(id).catch(() => null);
  const count = (boot?.channels ?? []).reduce((sum, channel) => sum + (channel.unread ?? 0), 0);
  badge.hidden = !count;
  badge.textContent = String(count);
}

/* ---- where one can go ---- */

const placesOf = (state, kind) => [...state.channels.values()].filter((channel) => channel.kind === kind)
  .sort((a, b) => channelTitle(state, a).localeCompare(channelTitle(state, b)));

function group(title, channels, state) {
  if (!channels.length) return null;
  return h("section.group", { "aria-label": title }, h("h2.group-title", {}, title), h("ul", {}, channels.map((channel) => h("li", {}, placeLink(channel, state)))));
}

function assistantPlace(state) {
  const channel = appChannel(state);
  return channel ? h("section.group", { "aria-label": "Assistant" }, h("h2.group-title", {}, "Assistant"), h("ul", {}, h("li", {}, placeLink(channel, state)))) : null;
}

function placeLink(channel, state) {
  const current = channel.id === state.place.channel;
  const title = channelTitle(state, channel);
  const unread = channel.unread && !current ? channel.unread : 0;
  const testid = channel.kind === "app" ? "app-entry" : `channel-${channel.kind === "im" ? title.toLowerCase().replaceAll(/\s+/g, "-") : channel.name}`;
  return h("a.place", {
    href: `#${new URLSearchParams({ as: state.me, channel: channel.id })}`, class: unread ? "has-unread" : "", "aria-current": current ? "page" : undefined,
    dataset: { testid, channel: channel.id }, "aria-description": unread ? `${unread} unread` : undefined,
  }, placeMark(channel, state), h("span.place-name", {}, title), channel.is_ext_shared ? h("span.shared", { title: "Shared with a customer" }, icon("shared")) : null,
  unread ? h("span.badge", {}, String(unread)) : null);
}

function placeMark(channel, state) {
  if (channel.kind === "app") return avatar({ is_bot: true }, { size: "tiny" });
  if (channel.kind === "im") return avatar(state.users.get((channel.members ?? []).find((id) => id !== state.me)), { size: "tiny" });
  return icon("hash");
}
