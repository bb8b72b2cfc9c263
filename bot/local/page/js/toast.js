// Short notes at the edge of the window, read out by screen readers.

import { h, iconButton } from "./dom.js";

const SECONDS = 7;

export function toast(text, kind = "info") {
  const host = document.getElementById("toasts");
  const note = h("div.toast", { class: `is-${kind}`, dataset: { testid: "toast" } }, h("span", {}, text), iconButton("close", "Dismiss", { onclick: () => note.remove() }));
  host.append(note);
  setTimeout(() => note.remove(), SECONDS * 1000);
}

/** Runs something that may fail; says why where it does. Answers undefined then. */
export async function orToast(promise) {
  try {
    return await promise;
  } catch (error) {
    toast(error.message, "error");
    return undefined;
  }
}
