// Slack's own markup: *bold*, _italic_, ~struck~, `code`, fences, > quotes, <links|with labels>, <@U1> mentions.

import { h } from "../dom.js";
import { BARE_URL, decodeEntities, EMOJI_NAME, emoji, link, scan, slackToken } from "./inline.js";

const TRIGGER = /[`<*_~:h]/;

/** mrkdwn as nodes. `names` knows people, channels and the time. */
export function mrkdwn(text, names) {
  return String(text ?? "")
    .split(/(```[\s\S]*?```)/)
    .flatMap((part) => (/^```[\s\S]*```$/.test(part) && part.length >= 6 ? fence(part) : paragraphs(part, names)));
}

/** Text that is only text; emoji names become emoji where Slack asks for it. */
export function plainText(text, withEmoji = true) {
  const decoded = decodeEntities(String(text ?? ""));
  return withEmoji ? scan(decoded, [[EMOJI_NAME, (match) => emoji(match[1])]], /:/, (part) => part) : [document.createTextNode(decoded)];
}

/** A Block Kit text object, or the bare text that some blocks allow. */
export function textObject(object, names) {
  if (object === undefined || object === null) return [];
  if (typeof object === "string") return plainText(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text, names) : plainText(object.text, object.emoji !== false);
}

/** A text object as one bare string, for labels. */
export const bareText = (object) => decodeEntities(typeof object === "string" ? object : (object?.text ?? ""));

function fence(part) {
  const code = part.slice(3, -3).replace(/^\n/, "").replace(/\n$/, "");
  return h("pre.code-block", { tabIndex: 0 }, h("code", {}, decodeEntities(code)));
}

function paragraphs(part, names) {
  const lines = part.replace(/^\n+|\n+$/g, part.trim() ? "" : "$&").split("\n");
  const nodes = [];
  let quoted = null;
  lines.forEach((line, index) => {
    const match = /^(?:&gt;|>)(?:&gt;&gt;|>>)? ?(.*)$/.exec(line);
    if (match) {
      if (quoted) quoted.append(h("br"));
      else nodes.push((quoted = h("blockquote")));
      quoted.append(...inline(match[1], names));
      return;
    }
    if (index > 0 && !quoted && !isBullet(line) && !isBullet(lines[index - 1])) nodes.push(h("br"));
    quoted = null;
    nodes.push(...(isBullet(line) ? [bullet(line, names)] : inline(line, names)));
  });
  return nodes;
}

const isBullet = (line) => /^\s*[•◦▪]\s/.test(line);

function bullet(line, names) {
  const [, indent, mark, rest] = /^(\s*)([•◦▪])\s+(.*)$/.exec(line) ?? [line, "", "•", ""];
  const level = Math.min(4, Math.floor(indent.length / 2));
  return h("div.bullet", { style: { "--level": level } }, h("span.bullet-mark", { "aria-hidden": "true" }, mark), h("span", {}, inline(rest, names)));
}

function inline(text, names) {
  const within = (tag) => (match) => h(tag, {}, inline(match[1], names));
  const rules = [
    [/`([^`\n]+)`/y, (match) => h("code", {}, decodeEntities(match[1]))],
    [/<([^<>\n]+)>/y, (match) => slackToken(match[1], names, text.slice(0, match.index))],
    [/\*(\S(?:[^*\n]*[^\s*])?)\*(?![\p{L}\p{N}*])/uy, within("strong"), true],
    [/_((?:<[^<>\n]+>|[^\s_<])(?:(?:<[^<>\n]+>|[^_<\n])*(?:<[^<>\n]+>|[^\s_<]))?)_(?![\p{L}\p{N}_])/uy, within("em"), true],
    [/~(\S(?:[^~\n]*[^\s~])?)~(?![\p{L}\p{N}~])/uy, within("s"), true],
    [EMOJI_NAME, (match) => emoji(match[1])],
    [BARE_URL, (match) => link(decodeEntities(match[0]), decodeEntities(match[0])), true],
  ];
  return scan(text, rules, TRIGGER);
}
