// "Guidepost is searching…": the line above a composer while the assistant works.

import { fill, h } from "./dom.js";

const TURN = 2500; // milliseconds that each of several loading messages is shown

/** A line that shows the status under `key()`, or nothing. */
export function statusBar(state, key) {
  const host = h("div.status-bar", { role: "status", "aria-live": "polite", hidden: true });
  let turn = 0;
  let shown = "";

  function draw() {
    const at = key();
    const status = at ? state.statuses.get(at) : null;
    host.hidden = !status;
    if (status) host.dataset.testid = "status-line";
    else delete host.dataset.testid;
    const text = status ? line(status) : "";
    if (text !== shown) fill(host, text ? [h("span.spinner"), h("span", {}, text)] : []);
    shown = text;
  }

  const line = ({ status, loading }) => (loading.length ? loading[turn % loading.length] : `${state.boot.app.name} ${status}`);
  setInterval(() => {
    turn += 1;
    draw();
  }, TURN);
  state.subscribe(["status", "place"], draw);
  return host;
}
