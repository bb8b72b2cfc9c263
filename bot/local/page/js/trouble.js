// Trouble on request: how often what goes wrong between Slack and the assistant, and how often it did.

import { api } from "./api.js";
import { fill, h, iconButton } from "./dom.js";
import { orToast, toast } from "./toast.js";

const SHARES = [
  ["drop", "Deliveries lost", "They come again, as Slack repeats what nobody acknowledged."],
  ["duplicate", "Events doubled", "They come again although they were acknowledged."],
  ["reorder", "Events out of order", "Later ones overtake them."],
  ["refuse", "Calls refused (429)", "They are not carried out, and asked to wait."],
  ["fail", "Calls broken (500)", "They are not carried out."],
  ["lose", "Answers to calls lost (500)", "They are carried out all the same."],
];
const STEP = 5; // per cent
const DELAYS = [[0, "At once"], [0.5, "Half a second late"], [2, "2 seconds late"], [10, "10 seconds late"]];

/** The button that opens the panel; it stands out while anything is made to go wrong. */
export function troubleButton(state) {
  const button = iconButton("warning", "Trouble on request", { class: "trouble-button", dataset: { testid: "trouble" }, onclick: () => open(state) });
  const draw = () => {
    const active = isActive(state.trouble?.faults);
    button.classList.toggle("is-active", active);
    button.setAttribute("aria-label", active ? "Trouble on request (on)" : "Trouble on request");
    button.title = button.getAttribute("aria-label");
  };
  state.subscribe(["trouble", "clock"], draw);
  draw();
  return button;
}

const isActive = (faults) => Boolean(faults) && (faults.delay_seconds > 0 || SHARES.some(([name]) => faults[name] > 0));

async function open(state) {
  const answer = await orToast(api.faults({}));
  if (!answer) return;
  const dialog = panel(state, answer);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

function panel(state, { faults, struck, removable }) {
  const rows = h("div.trouble-rows", {}, delayRow(state, faults), SHARES.map((one) => shareRow(state, one, faults, struck)));
  const end = async () => {
    const answer = await change(state, { reset: true });
    if (answer) fill(rows, delayRow(state, answer.faults), SHARES.map((one) => shareRow(state, one, answer.faults, answer.struck)));
  };
  const disconnect = async () => {
    const answer = await orToast(api.disconnect());
    if (answer) toast(answer.connections ? "The connection was ended; the assistant connects anew." : "No assistant is connected.");
  };
  const remove = async () => {
    const answer = await orToast(api.removeApp());
    if (answer) toast("The app was taken out. Its installation page brings it back.");
  };
  const dialog = h("dialog.trouble", { "aria-labelledby": "trouble-title", dataset: { testid: "trouble-panel" } },
    h("h2", { id: "trouble-title" }, "Trouble on request"),
    h("p.trouble-about", {}, "Slack is not always well. Make it unwell here and watch the assistant bear it: every question is still answered once."),
    rows,
    h("div.dialog-foot", {},
      removable ? h("button.button", { type: "button", dataset: { testid: "trouble-remove" }, onclick: remove }, "Take the app out") : null,
      h("button.button", { type: "button", dataset: { testid: "trouble-disconnect" }, onclick: disconnect }, "End the connection"),
      h("button.button", { type: "button", dataset: { testid: "trouble-end" }, onclick: end }, "End all trouble"),
      h("button.button.is-primary", { type: "button", dataset: { testid: "trouble-close" }, onclick: () => dialog.close() }, "Close")));
  return dialog;
}

function shareRow(state, [name, label, hint], faults, struck) {
  const percent = Math.round(faults[name] * 100);
  const shown = h("output.trouble-share", {}, `${percent} %`);
  const slider = h("input", {
    type: "range", min: 0, max: 100, step: STEP, id: `trouble-${name}`, "aria-describedby": `trouble-${name}-hint`, dataset: { testid: `fault-${name}` },
    oninput: () => (shown.textContent = `${slider.value} %`),
    onchange: () => change(state, { [name]: Number(slider.value) / 100 }),
  });
  slider.value = percent;
  const times = struck[name] ? ` Struck ${struck[name]} times so far.` : "";
  return h("div.trouble-row", {}, h("label", { for: `trouble-${name}` }, label), slider, shown,
    h("span.trouble-hint", { id: `trouble-${name}-hint` }, hint + times));
}

function delayRow(state, faults) {
  const choice = h("select.input", {
    id: "trouble-delay", dataset: { testid: "fault-delay_seconds" }, onchange: () => change(state, { delay_seconds: Number(choice.value) }),
  }, DELAYS.map(([seconds, label]) => h("option", { value: String(seconds) }, label)));
  choice.value = String(DELAYS.find(([seconds]) => seconds >= faults.delay_seconds)?.[0] ?? 10);
  return h("div.trouble-row.is-choice", {}, h("label", { for: "trouble-delay" }, "Deliveries arrive"), choice);
}

async function change(state, wanted) {
  const answer = await orToast(api.faults(wanted));
  if (!answer) return null;
  state.trouble = answer;
  state.changed("trouble");
  return answer;
}
