// Modals: a stack of views in one dialog, with their inputs' values, their errors, their buttons.

import { api } from "./api.js";
import { blockContext } from "./context.js";
import { fill, h, iconButton } from "./dom.js";
import { renderBlocks } from "./render/blocks.js";
import { bareText, textObject } from "./render/mrkdwn.js";
import { fieldErrors } from "./validation.js";
import { orToast } from "./toast.js";

export function modalHost(state, names) {
  const values = new Map(); // view id -> state.values
  let dialog = null;
  let returnTo = null;
  let shown = "";

  function draw() {
    const view = state.views.at(-1);
    if (!view) return hide();
    const signature = JSON.stringify(view);
    if (signature === shown && dialog) return undefined;
    if (!dialog) show();
    const same = dialog.dataset.viewId === view.id;
    shown = signature;
    if (!values.has(view.id)) values.set(view.id, {});
    dialog.dataset.viewId = view.id;
    const scroll = same ? (dialog.querySelector(".modal-body")?.scrollTop ?? 0) : 0;
    const focused = same ? document.activeElement?.dataset?.testid : null;
    fill(dialog, form(view));
    dialog.querySelector(".modal-body").scrollTop = scroll;
    focusIn(focused);
    return undefined;
  }

  function focusIn(testid) {
    const again = testid && dialog.querySelector(`[data-testid="${CSS.escape(testid)}"]`);
    const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body button.picker");
    (again || first || dialog.querySelector("[data-testid=modal-submit], [data-testid=modal-close]"))?.focus();
  }

  function show() {
    returnTo = document.activeElement;
    dialog = h("dialog.modal", { "aria-labelledby": "modal-title", dataset: { testid: "modal" } });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (event.target === dialog) close();
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  function hide() {
    if (!dialog) return;
    dialog.close();
    dialog.remove();
    dialog = null;
    shown = "";
    values.clear();
    if (returnTo?.isConnected) returnTo.focus();
  }

  function form(view) {
    const ctx = blockContext(names, { view: { id: view.id } }, values.get(view.id));
    const body = h("div.modal-body", {}, renderBlocks(view.blocks, ctx));
    const submit = view.submit ? h("button.button.is-primary", { type: "submit", dataset: { testid: "modal-submit" } }, textObject(view.submit, names)) : null;
    const onsubmit = (event) => {
      event.preventDefault();
      send(view, body, submit);
    };
    return h("form.modal-form", { noValidate: true, onsubmit },
      h("header.modal-head", {}, h("h2", { id: "modal-title", dataset: { testid: "modal-title" } }, textObject(view.title, names)), iconButton("close", "Close", { onclick: close })),
      h("p.modal-error", { role: "alert", hidden: true, dataset: { testid: "modal-error" } }), body,
      h("footer.dialog-foot", {}, h("button.button", { type: "button", dataset: { testid: "modal-close" }, onclick: close }, bareText(view.close) || (state.views.length > 1 ? "Back" : "Cancel")), submit));
  }

  async function send(view, body, button) {
    const current = valuesOf(view, values.get(view.id));
    const errors = fieldErrors(view.blocks, current);
    showErrors(body, errors);
    if (Object.keys(errors).length || !button || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      adopt(view, body, await api.submitView({ as: state.me, view_id: view.id, values: current }));
    } catch (error) {
      if (dialog) Object.assign(dialog.querySelector(".modal-error"), { textContent: error.message, hidden: false });
    }
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }

  function adopt(view, body, answer) {
    if (answer.errors) return showErrors(body, answer.errors);
    if (answer.clear) state.views = [];
    else if (answer.view) state.views = state.views.some((one) => one.id === answer.view.id) ? state.views.map((one) => (one.id === answer.view.id ? answer.view : one)) : [...state.views, answer.view];
    else state.views = state.views.filter((one) => one.id !== view.id);
    return state.changed("views");
  }

  async function close() {
    const view = state.views.at(-1);
    state.views = state.views.slice(0, -1);
    state.changed("views");
    if (view) await orToast(api.closeView({ as: state.me, view_id: view.id }));
  }

  state.subscribe(["views"], draw);
}

/** Only what the view still holds: an update may have taken blocks away. */
function valuesOf(view, values) {
  const ids = new Set((view.blocks ?? []).map((block) => block.block_id));
  return Object.fromEntries(Object.entries(values).filter(([id]) => ids.has(id)));
}

function showErrors(body, errors) {
  for (const field of body.querySelectorAll("[data-field]")) {
    const text = errors[field.dataset.field];
    const note = field.querySelector(".field-error");
    note.textContent = text ?? "";
    note.hidden = !text;
    field.classList.toggle("is-wrong", Boolean(text));
    const control = field.querySelector("input, textarea, button.picker");
    if (text) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
  body.querySelector("[aria-invalid]")?.focus();
}
