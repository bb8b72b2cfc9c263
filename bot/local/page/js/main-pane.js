// The middle pane: a conversation, or the assistant with its two tabs.

import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { composer } from "./composer.js";
import { messageLog } from "./conversation.js";
import { fill, h, icon } from "./dom.js";
import { homePane } from "./home.js";
import { goTo } from "./place.js";
import { mrkdwn } from "./render/mrkdwn.js";
import { channelTitle, statusKey } from "./state.js";
import { statusBar } from "./status.js";
import { orToast } from "./toast.js";

export function mainPane(host, state, names, { onSent }) {
  const head = h("header.pane-head", {});
  const intro = h("div.intro", {});
  const log = messageLog(state, names, { inThread: false, label: "Messages", testid: "message-log" });
  log.scroller.prepend(intro);
  const prompts = h("div.prompts", { role: "group", "aria-label": "Suggested prompts" });
  const place = () => ({ channel: state.place.channel });
  const box = composer(state, { testid: "composer", place, onSend: () => log.follow(), onSent, onEditLast: () => log.editLast() });
  const status = statusBar(state, () => statusKey(state.place.channel, ""));
  const messages = h("div.pane-body", {}, log.host, prompts, status, box.host);
  const home = homePane(state, names);
  fill(host, head, messages, home.host);

  function draw() {
    const channel = state.channels.get(state.place.channel);
    if (!channel) return fill(head, h("div.pane-title", {}, h("h2", {}, "Nothing to show")));
    const title = channelTitle(state, channel);
    const atHome = channel.kind === "app" && state.place.tab === "home";
    document.title = `${channel.kind === "channel" ? "#" : ""}${title} · ${state.boot.team.name}`;
    drawHead(head, channel, title, state, names);
    messages.hidden = atHome;
    home.host.hidden = !atHome;
    if (atHome) return home.draw();
    drawIntro(intro, channel, title, state, names);
    log.update(state.main, { channel: channel.id });
    drawPrompts(prompts, channel, state, onSent);
    return box.moveTo(`${state.me}|${channel.id}`, channel.kind === "app" ? `Ask ${title} anything` : `Message ${channel.kind === "channel" ? "#" : ""}${title}`);
  }

  state.subscribe(["place", "conversation", "people", "channels", "status", "prompts", "home", "clock"], draw);
  return { focus: box.focus };
}

function drawHead(head, channel, title, state, names) {
  const members = (channel.members ?? []).length;
  const mark = channel.kind === "channel" ? icon("hash") : avatar(channel.kind === "app" ? { is_bot: true } : (names.user((channel.members ?? []).find((id) => id !== state.me)) ?? { shown: title }), { size: "small" });
  fill(head, h("div.pane-title", {}, mark, h("h1", { dataset: { testid: "pane-title" } }, title),
    channel.kind === "app" ? h("span.app-badge", {}, "APP") : null,
    channel.is_ext_shared ? h("span.pill", { title: "People of another company are in this channel" }, icon("shared"), "Shared with a customer") : null,
    channel.topic ? h("span.topic", {}, mrkdwn(channel.topic, names)) : null),
  channel.kind === "app" ? (state.boot.app.has_home === false ? null : tabs(state)) : channel.kind === "channel" && members ? memberCount(channel, names) : null);
}

function memberCount(channel, names) {
  const people = channel.members.map((id) => names.user(id)?.shown ?? id);
  return h("span.members", { title: people.join(", "), "aria-label": `${people.length} members: ${people.join(", ")}` }, icon("people"), String(people.length));
}

function tabs(state) {
  const atHome = state.place.tab === "home";
  const tab = (name, label, iconName, selected) => h("button.tab", {
    type: "button", role: "tab", "aria-selected": String(selected), dataset: { testid: `tab-${name}` }, onclick: () => goTo({ tab: name === "home" ? "home" : null, thread: null }),
  }, icon(iconName), label);
  return h("div.tabs", { role: "tablist", "aria-label": state.boot.app.name }, tab("home", "Home", "home", atHome), tab("messages", "Messages", "chat", !atHome));
}

function drawIntro(intro, channel, title, state, names) {
  intro.hidden = !state.main.loaded;
  const empty = state.main.messages.size === 0;
  const words = {
    app: [`Ask ${title}`, `Answers come from the help centre, each with its sources. Ask in your own words${promptsOf(channel, state).length ? ", or start with one of these" : ""}.`],
    im: [title, `This is the beginning of your conversation with ${title}.`],
    channel: [`#${title}`, `This is the beginning of #${title}. ${channel.is_ext_shared ? "People of the customer read along." : ""} Mention @${state.boot.app.name} to ask something.`],
  }[channel.kind] ?? [title, ""];
  const mark = channel.kind === "app" ? avatar({ is_bot: true }, { size: "large" }) : channel.kind === "im" ? avatar(names.user((channel.members ?? []).find((id) => id !== state.me)), { size: "large" }) : h("span.intro-hash", {}, icon("hash"));
  fill(intro, mark, h("div", {}, h("h2", {}, words[0]), h("p", {}, words[1])));
  intro.classList.toggle("is-empty", empty);
}

function drawPrompts(host, channel, state, onSent) {
  const list = channel.kind === "app" ? promptsOf(channel, state) : [];
  host.hidden = list.length === 0;
  const chips = list.map((prompt) => h("button.chip", {
    type: "button", title: prompt.message, dataset: { testid: "prompt-chip" },
    onclick: async () => {
      const sent = await orToast(api.post({ as: state.me, channel: channel.id, text: prompt.message }));
      if (sent?.ts) onSent(sent.ts);
    },
  }, icon("spark"), prompt.title));
  const { title } = promptSet(channel, state);
  fill(host, title ? h("span.prompts-title", {}, title) : null, chips);
}

const promptSet = (channel, state) => state.prompts.get(channel.id) ?? state.prompts.get("") ?? {};
const promptsOf = (channel, state) => promptSet(channel, state).prompts ?? [];
