// The `rich_text` block: text that was typed in Slack's own editor, as a tree.

import { h } from "../dom.js";
import { channelMention, emoji, link, userMention } from "./inline.js";
import { slackDate } from "../time.js";

/** A rich_text block as nodes. */
export function richText(block, names) {
  return (block?.elements ?? []).map((element) => SECTIONS[element.type]?.(element, names) ?? h("div", {}, parts(element, names)));
}

const parts = (element, names) => (element.elements ?? []).map((part) => styled(part, PARTS[part.type]?.(part, names) ?? part.text ?? ""));

const SECTIONS = {
  rich_text_section: (element, names) => h("div.rich-section", {}, parts(element, names)),
  rich_text_quote: (element, names) => h("blockquote", {}, parts(element, names)),
  rich_text_preformatted: (element, names) => h("pre.code-block", { tabIndex: 0 }, h("code", {}, parts(element, names))),
  rich_text_list: (element, names) => {
    const list = h(element.style === "ordered" ? "ol" : "ul", { start: element.offset ? element.offset + 1 : undefined });
    list.style.setProperty("--level", element.indent ?? 0);
    list.classList.add("rich-list");
    for (const item of element.elements ?? []) list.append(h("li", {}, parts(item, names)));
    return list;
  },
};

const PARTS = {
  text: (part) => lines(part.text),
  link: (part) => link(part.url, part.text || part.url),
  user: (part, names) => userMention(part.user_id, names),
  channel: (part, names) => channelMention(part.channel_id, names),
  usergroup: () => h("span.mention", {}, "@group"),
  broadcast: (part) => h("span.mention.mention-me", {}, `@${part.range}`),
  emoji: (part) => emoji(part.name) ?? `:${part.name}:`,
  date: (part, names) => h("time", {}, slackDate(Number(part.timestamp), part.format ?? "{date}", names.now())),
  color: (part) => h("code", {}, part.value),
};

function lines(text = "") {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

function styled(part, node) {
  const style = part.style ?? {};
  const tags = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];
  return tags.reduce((inner, [key, tag]) => (style[key] ? h(tag, {}, inner) : inner), node);
}
