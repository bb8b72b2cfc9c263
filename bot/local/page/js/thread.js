// The right pane: one thread and its own composer.

import { composer } from "./composer.js";
import { messageLog } from "./conversation.js";
import { fill, h, iconButton } from "./dom.js";
import { goTo } from "./place.js";
import { channelTitle, statusKey } from "./state.js";
import { statusBar } from "./status.js";

export function threadPane(host, state, names) {
  const log = messageLog(state, names, { inThread: true, label: "Thread", testid: "thread-log" });
  const place = () => ({ channel: state.place.channel, thread: state.place.thread });
  const box = composer(state, { testid: "thread-composer", place, onSend: () => log.follow(), onEditLast: () => log.editLast() });
  const title = h("div.pane-title", {});
  const status = statusBar(state, () => (state.place.thread ? statusKey(state.place.channel, state.place.thread) : null));
  host.dataset.testid = "thread-pane";
  fill(host, h("header.pane-head", {}, title, iconButton("close", "Close the thread", { dataset: { testid: "thread-close" }, onclick: close })), log.host, status, box.host);
  host.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });

  function close() {
    goTo({ thread: null, message: null });
    document.querySelector('[data-testid="composer"]')?.focus();
  }

  function draw() {
    const { channel: id, thread } = state.place;
    host.hidden = !thread;
    document.getElementById("app").classList.toggle("has-thread", Boolean(thread));
    if (!thread) return;
    const channel = state.channels.get(id);
    const where = channel ? `${channel.kind === "channel" ? "#" : ""}${channelTitle(state, channel)}` : "";
    fill(title, h("h2", {}, state.titles.get(statusKey(id, thread)) ?? "Thread"), h("span.pane-sub", {}, where));
    log.update(state.thread, { channel: id, thread });
    box.moveTo(`${state.me}|${id}|${thread}`, "Reply…");
  }

  state.subscribe(["place", "thread", "people", "clock"], draw);
  return { focus: box.focus };
}
