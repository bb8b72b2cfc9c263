// Links to messages, as `chat.getPermalink` makes them: clicked here, they stay in this page; opened in a tab of
// their own, they show that message to whom one was last, as Slack does.

import { goTo } from "./place.js";
import { toast } from "./toast.js";

const PERMALINK = /^\/archives\/([CDG]\w+)\/p(\d+)(\d{6})$/;

/** Catches clicks on message links anywhere in the page. */
export function followPermalinks(state) {
  document.addEventListener("click", (event) => {
    const url = linkIn(event);
    const place = placeOf(url);
    if (!place || url.origin !== location.origin) return;
    event.preventDefault();
    if (!state.channels.has(place.channel)) refuse();
    else goTo({ ...place, tab: null });
  });
}

/** If the page was opened by a message's link: its place, once; the address becomes an ordinary one. */
export function placeFromAddress() {
  const place = placeOf(new URL(location.href));
  if (place) history.replaceState(null, "", "/");
  return place;
}

export const refuse = () => toast("You are not in that conversation.", "error");

function placeOf(url) {
  const [, channel, seconds, micros] = PERMALINK.exec(url?.pathname ?? "") ?? [];
  return channel ? { channel, message: `${seconds}.${micros}`, thread: url.searchParams.get("thread_ts") } : null;
}

function linkIn(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const href = event.target.closest?.("a[href]")?.href;
  return href && URL.canParse(href) ? new URL(href) : null;
}

/** Brings a message into view and marks it for a moment; opens its thread if it has one. */
export function showMessage(state, ts) {
  const nodes = document.querySelectorAll(`.message[data-ts="${CSS.escape(ts)}"]`);
  for (const node of nodes) {
    node.scrollIntoView({ block: "center" });
    node.classList.add("is-found");
  }
  if (!nodes.length) toast("That message is gone.", "error");
  if (!state.place.thread && state.main.messages.get(ts)?.reply_count) goTo({ thread: ts }, { replace: true });
}
