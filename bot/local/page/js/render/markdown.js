// Standard Markdown, as the `markdown` block and streamed text use it. Nodes only; HTML in it stays text.

import { h } from "../dom.js";
import { BARE_URL, decodeEntities, EMOJI_NAME, emoji, link, scan, slackToken } from "./inline.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])\s*(?:\1\s*){2,}$/;
const QUOTE = /^ {0,3}(?:>|&gt;) ?/;
const ITEM = /^(\s*)(?:([-*+•])|(\d{1,9})[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const TRIGGER = /[\\`<![*_~:h\n]/;

/** Markdown as nodes. `names` knows people, channels and the time. */
export function markdown(text, names) {
  return blocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n"), names);
}

const READERS = [
  [(line) => FENCE.test(line), readFence],
  [(line) => HEADING.test(line), readHeading],
  [(line) => RULE.test(line), (lines, at) => [h("hr"), at + 1]],
  [(line) => QUOTE.test(line), readQuote],
  [(line, next) => line.includes("|") && TABLE_RULE.test(next ?? "") && (next ?? "").includes("-"), readTable],
  [(line) => ITEM.test(line), readList],
];

function blocks(lines, names) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const [node, next] = readerFor(lines, at)(lines, at, names);
    nodes.push(node);
    at = next;
  }
  return nodes;
}

function readerFor(lines, at) {
  return READERS.find(([starts]) => starts(lines[at], lines[at + 1]))?.[1] ?? readParagraph;
}

function readParagraph(lines, at, names) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && readerFor(lines, end) === readParagraph) end += 1;
  return [h("p", {}, inline(lines.slice(at, end).join("\n"), names)), end];
}

function readFence(lines, at) {
  const [, mark, language] = FENCE.exec(lines[at]);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  const code = decodeEntities(lines.slice(at + 1, end).join("\n"));
  return [h("pre.code-block", { tabIndex: 0, dataset: language ? { language } : {} }, h("code", {}, code)), end + 1];
}

function readHeading(lines, at, names) {
  const [, marks, text] = HEADING.exec(lines[at]);
  return [h("p.md-heading", { role: "heading", "aria-level": marks.length + 1 }, inline(text, names)), at + 1];
}

function readQuote(lines, at, names) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  return [h("blockquote", {}, blocks(lines.slice(at, end).map((line) => line.replace(QUOTE, "")), names)), end];
}

function readList(lines, at, names) {
  const [, indent, , number] = ITEM.exec(lines[at]);
  const ordered = number !== undefined;
  const list = h(ordered ? "ol" : "ul", ordered && Number(number) !== 1 ? { start: Number(number) } : {});
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (!item || item[1].length !== indent.length || (item[3] !== undefined) !== ordered) break;
    const stop = itemEnd(lines, end, indent.length);
    list.append(listItem(item[4], lines.slice(end + 1, stop), names));
    end = stop;
    if (!lines[end]?.trim() && ITEM.exec(lines[end + 1] ?? "")?.[1].length === indent.length) end += 1;
  }
  return [list, Math.max(end, at + 1)];
}

/** Lines of one item: what is indented deeper, or continues its paragraph. */
function itemEnd(lines, at, indent) {
  let end = at + 1;
  while (end < lines.length) {
    const line = lines[end];
    const depth = line.length - line.trimStart().length;
    if (!line.trim()) {
      const after = lines[end + 1] ?? "";
      if (!after.trim() || after.length - after.trimStart().length <= indent) break;
    } else if (depth <= indent && (readerFor(lines, end) !== readParagraph || !lines[end - 1].trim())) break;
    end += 1;
  }
  return end;
}

function listItem(first, rest, names) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(first);
  const depth = Math.min(...rest.filter((line) => line.trim()).map((line) => line.length - line.trimStart().length), 99);
  const nodes = blocks([task ? task[2] : first, ...rest.map((line) => line.slice(depth === 99 ? 0 : depth))], names);
  const content = nodes.flatMap((node, index) => (index === 0 && node.matches("p:not(.md-heading)") ? [...node.childNodes] : [node]));
  if (!task) return h("li", {}, content);
  const done = task[1] !== " ";
  return h("li.task-item", {}, h("input", { type: "checkbox", checked: done, disabled: true, "aria-label": done ? "done" : "to do" }), content);
}

function readTable(lines, at, names) {
  const aligns = cells(lines[at + 1]).map((rule) => (/^:.*:$/.test(rule) ? "center" : rule.endsWith(":") ? "right" : "left"));
  const row = (line, tag) =>
    h("tr", {}, aligns.map((align, index) => h(`${tag}.align-${align}`, tag === "th" ? { scope: "col" } : {}, inline(cells(line)[index] ?? "", names))));
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const table = h("table.grid", {}, h("thead", {}, row(lines[at], "th")), h("tbody", {}, body));
  return [h("div.table-wrap", { tabIndex: 0, role: "group", "aria-label": "Table" }, table), end];
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const LINK = /\[((?:[^[\]]|\[[^[\]]*\])*)\]\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+["']([^"']*)["'])?\s*\)/y;
const IMAGE = new RegExp(`!${LINK.source}`, "y");

function inline(text, names) {
  const within = (tag) => (match) => h(tag, {}, inline(match[1], names));
  const rules = [
    [/\\([!-/:-@[-`{-~])/y, (match) => document.createTextNode(match[1])],
    [/(?:\\| {2,})?\n/y, () => h("br")],
    [/(`+)([\s\S]*?[^`])\1(?!`)/y, (match) => h("code", {}, decodeEntities(match[2].trim()))],
    [IMAGE, (match) => link(decodeEntities(match[2]), `🖼 ${match[1] || "image"}`)],
    [LINK, (match) => link(decodeEntities(match[2]), inline(match[1], names), match[3] ? { title: match[3] } : {})],
    [/<((?:https?:|mailto:|[@#!])[^<>\n]+)>/y, (match) => slackToken(match[1], names)],
    [/\*\*(\S(?:[\s\S]*?\S)?)\*\*/y, within("strong")],
    [/__(\S(?:[\s\S]*?\S)?)__(?![\p{L}\p{N}])/uy, within("strong"), true],
    [/\*([^\s*](?:[^*]*[^\s*])?)\*(?!\*)/y, within("em")],
    [/_([^\s_](?:[^_]*[^\s_])?)_(?![\p{L}\p{N}_])/uy, within("em"), true],
    [/~~(\S(?:[\s\S]*?\S)?)~~/y, within("s")],
    [EMOJI_NAME, (match) => emoji(match[1])],
    [BARE_URL, (match) => link(decodeEntities(match[0]), decodeEntities(match[0])), true],
  ];
  return scan(text, rules, TRIGGER);
}
