// What mrkdwn, Markdown and rich text share inside a line: links, mentions, dates, emoji, Slack's three entities.

import { h } from "../dom.js";
import { slackDate } from "../time.js";
import { emojiFor } from "./emoji.js";

const LINK_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);
const IMAGE_SCHEMES = new Set(["http:", "https:"]);

/** Slack escapes exactly these three in text. */
export function decodeEntities(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

export function encodeEntities(text) {
  return text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]);
}

function safeUrl(url, schemes) {
  try {
    const parsed = new URL(url, location.origin);
    return schemes.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export const safeLinkUrl = (url) => safeUrl(url, LINK_SCHEMES);
export const safeImageUrl = (url) => (/^data:image\/(png|jpeg|gif|webp);/.test(url) ? url : safeUrl(url, IMAGE_SCHEMES));

/** Where an image element's picture is: a public address, or a file of the workspace. Null where it may not be shown. */
export function imageSource(image, names) {
  if (image.slack_file?.id) return `/local/api/file?${new URLSearchParams({ as: names.me, id: image.slack_file.id })}`;
  const url = image.image_url ?? image.slack_file?.url;
  return url ? safeImageUrl(url) : null;
}

/** A link that opens in a new tab; just its text where the address is none that may be opened. */
export function link(url, children, attributes = {}) {
  const href = safeLinkUrl(url);
  if (!href) return h("span", {}, children);
  return h("a.link", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, children);
}

export function userMention(id, names, label) {
  const user = names.user(id);
  const mine = id === names.me ? " mention-me" : "";
  return h("span.mention", { class: mine.trim(), title: user?.title ?? "", dataset: { user: id } }, `@${user?.shown ?? label ?? id}`);
}

export function channelMention(id, names, label) {
  return h("a.mention", { href: names.channelHref(id), dataset: { channel: id } }, `#${names.channel(id) ?? label ?? id}`);
}

/** The inside of a `<...>`: a mention, a date, a broadcast or a link. `before` is what the line says before it. */
export function slackToken(inner, names, before = "") {
  const [target, label] = splitOnce(inner, "|");
  const text = label === undefined ? undefined : decodeEntities(label);
  if (/^@[UWB]/.test(target)) return userMention(target.slice(1), names, text);
  if (/^#[CGD]/.test(target)) return channelMention(target.slice(1), names, text);
  if (target.startsWith("!date^")) return dateToken(target, text, names, before);
  if (target.startsWith("!subteam^")) return h("span.mention", {}, text ?? "@group");
  if (target.startsWith("!")) return h("span.mention.mention-me", {}, text ?? `@${target.slice(1)}`);
  const url = decodeEntities(target);
  return link(url, text ?? url.replace(/^mailto:/, ""));
}

function dateToken(target, fallback, names, before) {
  const [, seconds, template, url] = target.split("^");
  const moment = Number(seconds);
  if (!Number.isFinite(moment)) return document.createTextNode(fallback ?? "");
  const shown = slackDate(moment, decodeEntities(template ?? "{date}"), names.now(), /[\p{L},] $/u.test(before));
  const time = h("time", { dateTime: new Date(moment * 1000).toISOString(), title: fallback ?? "" }, shown);
  return url ? link(url, time) : time;
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

export function emoji(name) {
  const character = emojiFor(name);
  return character ? h("span.emoji", { role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, character) : null;
}

/**
 * Walks a line with rules: `[/regex/y, (match, recurse) => node, boundary?]`, the first that matches at a
 * position wins. `trigger` tells at which characters a rule can begin; the rest is plain text.
 */
export function scan(text, rules, trigger, plain = decodeEntities) {
  const nodes = [];
  let buffer = "";
  let at = 0;
  const flush = () => {
    if (buffer) nodes.push(document.createTextNode(plain(buffer)));
    buffer = "";
  };
  while (at < text.length) {
    const hit = trigger.test(text[at]) ? firstMatch(text, at, rules) : null;
    if (hit) {
      flush();
      nodes.push(...[hit.node].flat());
      at += hit.length;
    } else buffer += text[at++];
  }
  flush();
  return nodes;
}

function firstMatch(text, at, rules) {
  for (const [regex, make, wordBoundary] of rules) {
    if (wordBoundary && at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) continue;
    regex.lastIndex = at;
    const match = regex.exec(text);
    const node = match && make(match);
    if (node) return { node, length: match[0].length };
  }
  return null;
}

/** An address written bare; what ends a sentence is not part of it. */
export const BARE_URL = /https?:\/\/(?:\([^\s<>()]*\)|[^\s<>"'`|()])*(?:\([^\s<>()]*\)|[^\s<>"'`|.,;:!?()\]*_~])/y;
export const EMOJI_NAME = /:([a-z0-9_+-]{1,40}):(?::skin-tone-\d:)?/y;
