// App Home: the view that the assistant published for this person.

import { blockContext } from "./context.js";
import { fill, h } from "./dom.js";
import { renderBlocks } from "./render/blocks.js";

export function homePane(state, names) {
  const host = h("div.home", { dataset: { testid: "home" }, tabIndex: 0, role: "region", "aria-label": "Home" });
  let values = {};
  let shown = "";

  function draw() {
    const { home: view } = state;
    const signature = `${names.me}${JSON.stringify(view)}`;
    if (signature === shown) return;
    if (!shown.startsWith(names.me ?? "")) values = {};
    shown = signature;
    const scroll = host.scrollTop;
    if (view) fill(host, h("div.home-body", {}, renderBlocks(view.blocks, blockContext(names, { view: { id: view.id } }, values))));
    else fill(host, h("div.empty", {}, h("h2", {}, "Nothing here yet"), h("p", {}, `${state.boot.app.name} has not published a Home for you. It does so when it is connected.`)));
    host.scrollTop = scroll;
  }

  return { host, draw };
}
