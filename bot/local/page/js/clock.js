// The clock bar: what time it is in the workspace, and the buttons that move it forward.

import { api } from "./api.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { workspaceNow } from "./state.js";
import { fullDate, spanOf, timeOfDay } from "./time.js";
import { orToast } from "./toast.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const STEPS = [["1h", "+1 hour", HOUR], ["1d", "+1 day", DAY], ["1w", "+1 week", 7 * DAY]];
const RUN_DAYS = 30;
const PAUSE = 450; // milliseconds between two days, so that one can watch
const MOVED = 30; // seconds of offset from which the time counts as moved

/** Draws the bar into `host` and keeps it right. */
export function clockBar(host, state, { onMenu }) {
  const now = h("span.clock-now", { dataset: { testid: "clock-now" } });
  const moved = h("span.clock-moved", { dataset: { testid: "clock-moved" }, hidden: true });
  const running = h("span.clock-running", { dataset: { testid: "clock-running" }, role: "status", hidden: true });
  const run = { active: false, stop: false };
  const buttons = STEPS.map(([id, label, seconds]) => stepButton(id, label, `Move the workspace's time forward: ${label.slice(1)}`, () => advance(seconds)));
  const month = stepButton("30d", "+30 days", "Move forward 30 days, one day at a time", () => (run.active ? (run.stop = true) : stepThrough()));
  fill(host, iconButton("menu", "Show the sidebar", { class: "menu-button", onclick: onMenu }),
    h("div.clock-face", {}, icon("clock"), now, moved, running),
    h("div.clock-steps", { role: "group", "aria-label": "Move time forward" }, h("span.clock-label", {}, "Move time"), buttons, month));

  async function advance(seconds) {
    const answer = await orToast(api.advance(seconds));
    if (!answer) return false;
    state.clock = { base: Date.parse(answer.now_iso), at: performance.now(), offset: answer.offset_seconds };
    state.changed("clock");
    return true;
  }

  async function stepThrough() {
    Object.assign(run, { active: true, stop: false });
    month.textContent = "Stop";
    for (let day = 1; day <= RUN_DAYS && !run.stop; day += 1) {
      running.textContent = `day ${day} of ${RUN_DAYS}`;
      running.hidden = false;
      if (!(await advance(DAY))) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    Object.assign(run, { active: false, stop: false });
    running.hidden = true;
    month.textContent = "+30 days";
  }

  function draw() {
    const date = workspaceNow(state);
    now.textContent = `${fullDate(date)} · ${timeOfDay(date)}`;
    moved.hidden = state.clock.offset < MOVED;
    moved.textContent = `moved ${spanOf(state.clock.offset) || "a little"} ahead`;
    moved.title = "Time in this workspace was moved forward; it stays so after a restart.";
  }

  state.subscribe(["clock"], draw);
  setInterval(draw, 5000);
  draw();
}

const stepButton = (id, label, title, onclick) => h("button.small", { type: "button", title, dataset: { testid: `clock-plus-${id}` }, onclick }, label);
