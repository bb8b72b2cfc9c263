// The sample company is made up, and so are its addresses (`.example` belongs to nobody): a press on a link to one
// says so instead of opening a page that is not there.

import { toast } from "./toast.js";

const isMadeUp = (link) => /^https?:$/.test(link.protocol) && /(^|\.)fernway\.example$/.test(link.hostname);

/** Watches every link of the page. */
export function sayWhatIsMadeUp() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || !isMadeUp(link)) return;
    event.preventDefault();
    toast(`${link.hostname} is as made up as the sample company: there is no page to open.`);
  }, { capture: true });
}
