// Small questions: confirm objects of Block Kit, and our own.

import { h } from "./dom.js";
import { textObject } from "./render/mrkdwn.js";

/** Asks with a Block Kit confirm object; promises whether it was confirmed. */
export function confirmDialog(confirm, names) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const button = (label, testid, answer, style) => h("button.button", { type: "button", class: style, dataset: { testid }, onclick: () => finish(answer) }, label);
    const dialog = h("dialog.confirm", { "aria-label": plain(confirm.title, "Are you sure?"), dataset: { testid: "confirm-dialog" } },
      h("h2", {}, textObject(confirm.title ?? "Are you sure?", names)),
      h("div.confirm-text", {}, textObject(confirm.text ?? "", names)),
      h("div.dialog-foot", {}, button(plain(confirm.deny, "Cancel"), "confirm-cancel", false, ""),
        button(plain(confirm.confirm, "Yes"), "confirm-ok", true, confirm.style === "danger" ? "is-danger" : "is-primary")));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const plain = (object, fallback) => (typeof object === "string" ? object : (object?.text ?? fallback));
