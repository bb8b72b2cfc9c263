// Secondary attachments and shared files below a message.

import { h, icon } from "../dom.js";
import { renderBlocks } from "./blocks.js";
import { link, safeImageUrl } from "./inline.js";
import { mrkdwn, plainText } from "./mrkdwn.js";

export function attachments(list, ctx) {
  return (list ?? []).map((attachment) => {
    const picture = attachment.image_url && safeImageUrl(attachment.image_url);
    const fields = (attachment.fields ?? []).map((field) => h("div.field", {}, h("strong", {}, plainText(field.title ?? "")), h("div", {}, mrkdwn(field.value ?? "", ctx.names))));
    const empty = !attachment.blocks && !attachment.text && !attachment.title && !attachment.pretext;
    const box = h("div.attachment", {},
      attachment.author_name ? h("div.attachment-author", {}, attachment.author_name) : null,
      attachment.title ? h("div.attachment-title", {}, attachment.title_link ? link(attachment.title_link, attachment.title) : plainText(attachment.title)) : null,
      attachment.text ? h("div", {}, mrkdwn(attachment.text, ctx.names)) : null,
      renderBlocks(attachment.blocks, ctx), fields.length ? h("div.fields", {}, fields) : null,
      picture ? h("img", { src: picture, alt: attachment.fallback ?? "", loading: "lazy" }) : null,
      empty ? plainText(attachment.fallback ?? "") : null, attachment.footer ? h("small", {}, attachment.footer) : null);
    if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")) box.style.setProperty("--bar", `#${attachment.color.replace("#", "")}`);
    return [attachment.pretext ? h("div", {}, mrkdwn(attachment.pretext, ctx.names)) : null, box];
  });
}

export function files(list, me) {
  return (list ?? []).map((file) => {
    const source = `/local/api/file?${new URLSearchParams({ as: me, id: file.id })}`;
    const name = file.title || file.name || "file";
    if (/^image\/(png|jpe?g|gif|webp)$/.test(file.mimetype ?? "")) {
      return h("figure.image-block", {}, h("figcaption", {}, name), h("img", { src: source, alt: file.alt_txt ?? name, loading: "lazy" }));
    }
    return h("a.file", { href: source, download: file.name ?? name, dataset: { testid: "file" } }, icon("link"), h("span", {}, name, file.size ? h("small", {}, sizeOf(file.size)) : null));
  });
}

const sizeOf = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1_048_576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`);
