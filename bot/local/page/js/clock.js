// The clock bar: what time it is in the workspace, and the buttons that move it forward.
//
// Days pass in hops of eight hours, with a breath between them: the assistant keeps office hours in each person's
// time zone, so a jump that always lands at three at night would never find anybody at work.

import { api } from "./api.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { setClock, workspaceNow } from "./state.js";
import { fullDate, isWeekend, spanOf, timeOfDay, zoneName } from "./time.js";
import { orToast } from "./toast.js";
import { troubleButton } from "./trouble.js";

const HOUR = 3600; // seconds
const DAY = 24 * HOUR;
const HOP = 8 * HOUR;
const BREATH = 850; // milliseconds between two hops, so that what became due can happen and be watched
const STEPS = [["1h", "+1 hour", HOUR], ["1d", "+1 day", DAY], ["1w", "+1 week", 7 * DAY], ["30d", "+30 days", 30 * DAY]];
const MOVED = 30; // seconds of offset from which the time counts as moved

/** Draws the bar into `host` and keeps it right. */
export function clockBar(host, state, { onMenu }) {
  const now = h("span.clock-now", { dataset: { testid: "clock-now" } });
  const moved = h("span.clock-moved", { dataset: { testid: "clock-moved" }, hidden: true, title: "Time in this workspace was moved forward; it stays so after a restart." });
  const progress = h("span.clock-running", { dataset: { testid: "clock-running" }, role: "status", hidden: true });
  const stop = h("button.small", { type: "button", hidden: true, dataset: { testid: "clock-stop" }, onclick: () => (stopped = true) }, "Stop");
  const buttons = STEPS.map(([id, label, seconds]) => h("button.small", {
    type: "button", title: `Move the workspace's time forward by ${label.slice(1)}`, dataset: { testid: `clock-plus-${id}` }, onclick: (event) => travel(seconds, event.currentTarget),
  }, label));
  let stopped = false;
  fill(host, iconButton("menu", "Show the sidebar", { class: "menu-button", onclick: onMenu }),
    h("div.clock-face", {}, icon("clock"), now, moved, progress),
    h("div.clock-steps", { role: "group", "aria-label": "Move time forward" }, h("span.clock-label", {}, "Move time"), buttons, stop), troubleButton(state));

  async function travel(seconds, button) {
    stopped = false;
    showTravelling(true);
    for (let gone = 0; gone < seconds && !stopped;) {
      const hop = Math.min(seconds - gone, hopFrom(workspaceNow(state)));
      if (!(await advance(hop))) break;
      gone += hop;
      progress.textContent = `day ${Math.ceil(gone / DAY)} of ${Math.ceil(seconds / DAY)}`;
      progress.hidden = seconds <= DAY;
      if (gone < seconds) await new Promise((resolve) => setTimeout(resolve, BREATH));
    }
    showTravelling(false);
    if (document.activeElement === document.body) button.focus();
  }

  function showTravelling(active) {
    for (const button of buttons) button.disabled = active;
    buttons.at(-1).hidden = active;
    stop.hidden = !active;
    progress.hidden = true;
  }

  async function advance(seconds) {
    const answer = await orToast(api.advance(seconds));
    if (!answer) return false;
    setClock(state, answer);
    state.changed("clock");
    return true;
  }

  function draw() {
    const date = workspaceNow(state);
    now.textContent = `${fullDate(date)} · ${timeOfDay(date)} ${zoneName(date)}`;
    now.title = `The workspace's time, as ${state.users.get(state.me)?.shown ?? "you"} would read it`;
    moved.hidden = state.clock.offset < MOVED;
    moved.textContent = `moved ${spanOf(state.clock.offset) || "a little"} ahead`;
  }

  state.subscribe(["clock", "people"], draw);
  setInterval(draw, 5000);
  draw();
}

/** Seconds to the next stop: a weekend day, when nobody is written to, passes in one. */
const hopFrom = (date) => (isWeekend(date) ? DAY : HOP);
