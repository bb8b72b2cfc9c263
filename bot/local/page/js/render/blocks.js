// Block Kit's blocks. A table from type to renderer; what is not in it is said, not shown as a hole.

import { h, icon } from "../dom.js";
import { chartBlock } from "./charts.js";
import { contextText, renderElement } from "./elements.js";
import { imageSource, link } from "./inline.js";
import { markdown } from "./markdown.js";
import { bareText, plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTableBlock, tableBlock } from "./tables.js";
import { plan, taskCard } from "./tasks.js";

/**
 * Blocks as nodes. `ctx` is what they need of the page: names (people, channels, time), values (state of inputs),
 * fire(block, payload), options(block, element, query), confirm(object), remember/remembered(key).
 */
export function renderBlocks(blocks, ctx) {
  return (blocks ?? []).map((block) => renderBlock(block, ctx));
}

function renderBlock(block, ctx) {
  const render = BLOCKS[block?.type] ?? unsupported;
  let content;
  try {
    content = render(block, ctx);
  } catch (error) {
    console.error("A block could not be drawn", block, error);
    content = unsupported(block);
  }
  return h("div.block", { class: `block-${block?.type}`, dataset: { testid: `block-${block?.type}`, blockId: block?.block_id ?? "" } }, content);
}

const BLOCKS = {
  section,
  header: (block, ctx) => h("h2.header-text", {}, textObject(block.text, ctx.names)),
  divider: () => h("hr"),
  context: (block, ctx) => h("div.context", {}, (block.elements ?? []).map((element) =>
    element.type === "image" ? renderElement(element, block, ctx) : h("span.context-text", {}, contextText(element, ctx)))),
  context_actions: (block, ctx) => h("div.context-actions", {}, elements(block.elements, block, ctx)),
  actions: (block, ctx) => h("div.actions", {}, elements(block.elements, block, ctx)),
  image: imageBlock,
  markdown: (block, ctx) => h("div.markdown", {}, markdown(block.text, ctx.names)),
  rich_text: (block, ctx) => h("div.rich-text", {}, richText(block, ctx.names)),
  table: tableBlock,
  data_table: dataTableBlock,
  data_visualization: chartBlock,
  plan,
  task_card: taskCard,
  alert,
  card,
  carousel: (block, ctx) => h("div.carousel", { tabIndex: 0, role: "group", "aria-label": "Cards" }, (block.elements ?? []).map((element) => card(element, ctx))),
  container,
  input,
  file: (block) => h("div.unsupported", {}, `File ${block.external_id ?? ""}`),
  video: (block) => h("div.video", {}, link(block.title_url ?? block.video_url ?? "", plainText(bareText(block.title)) ), h("small", {}, block.alt_text ?? "")),
};

function elements(list, block, ctx) {
  return (list ?? []).map((element) => renderElement(element, block, ctx) ?? unsupported(element));
}

function section(block, ctx) {
  const fields = (block.fields ?? []).map((field) => h("div.field", {}, textObject(field, ctx.names)));
  const accessory = block.accessory ? elements([block.accessory], block, ctx) : null;
  return h("div.section", {},
    h("div.section-body", {}, block.text ? h("div.section-text", {}, textObject(block.text, ctx.names)) : null, fields.length ? h("div.fields", {}, fields) : null),
    accessory ? h("div.accessory", {}, accessory) : null);
}

function imageBlock(block, ctx) {
  const source = imageSource(block, ctx.names);
  const picture = source
    ? h("img", { src: source, alt: block.alt_text ?? "", loading: "lazy" })
    : h("div.image-fallback", {}, block.alt_text || "An image that cannot be shown here");
  return h("figure.image-block", {}, block.title ? h("figcaption", {}, textObject(block.title, ctx.names)) : null, picture);
}

const ALERT_ICONS = { warning: "warning", error: "error", success: "check" };

function alert(block, ctx) {
  const level = block.level ?? "default";
  return h("div.alert", { class: `alert-${level}`, role: level === "error" ? "alert" : "note" }, icon(ALERT_ICONS[level] ?? "info"), h("div", {}, textObject(block.text, ctx.names)));
}

function card(block, ctx) {
  const picture = (image, className) => (image ? h(`div.${className}`, {}, renderElement({ type: "image", ...image }, block, ctx)) : null);
  return h("div.card", {},
    picture(block.hero_image, "card-hero"),
    h("div.card-head", {}, picture(block.icon, "card-icon"),
      h("div", {}, h("div.card-title", {}, textObject(block.title, ctx.names)), block.subtitle ? h("div.card-subtitle", {}, textObject(block.subtitle, ctx.names)) : null)),
    block.body ? h("div.card-body", {}, textObject(block.body, ctx.names)) : null,
    block.actions?.length ? h("div.actions", {}, elements(block.actions, block, ctx)) : null);
}

function container(block, ctx) {
  const title = h("span.container-title", {}, block.rich_text_title ? richText(block.rich_text_title, ctx.names) : textObject(block.title, ctx.names),
    block.subtitle ? h("small", {}, textObject(block.subtitle, ctx.names)) : null);
  const children = h("div.container-body", {}, renderBlocks(block.child_blocks, ctx));
  if (!block.is_collapsible) return h("div.container", {}, h("div.container-head", {}, title), children);
  return h("details.container", { open: !block.default_collapsed }, h("summary", {}, title), children);
}

let inputs = 0;

function input(block, ctx) {
  const id = `field-${(inputs += 1)}`;
  const control = renderElement(block.element, block, ctx) ?? unsupported(block.element);
  const hint = block.hint ? h("p.hint", { id: `${id}-hint` }, textObject(block.hint, ctx.names)) : null;
  const error = h("p.field-error", { id: `${id}-error`, dataset: { testid: `error-${block.block_id}` }, hidden: true });
  const labelled = control.matches("input, textarea, select");
  if (labelled) control.id = id;
  control.setAttribute("aria-describedby", [hint ? `${id}-hint` : "", `${id}-error`].filter(Boolean).join(" "));
  const optional = block.optional ? h("span.optional", {}, " (optional)") : null;
  const label = h(labelled ? "label.label" : "div.label", labelled ? { htmlFor: id } : {}, textObject(block.label, ctx.names), optional);
  return h("div.field-block", { dataset: { testid: `field-${block.block_id}`, field: block.block_id ?? "" } }, label, control, error, hint);
}

/** What the page cannot draw: its name and whatever words it carries. */
function unsupported(block) {
  const words = block?.alt_text ?? block?.fallback ?? bareText(block?.text) ?? "";
  const title = bareText(block?.title);
  return h("div.unsupported", { dataset: { testid: "unsupported" } },
    h("span", {}, `Unsupported block: ${block?.type ?? "unknown"}`), [title, words].filter((text) => typeof text === "string" && text).map((text) => h("div", {}, text)));
}
