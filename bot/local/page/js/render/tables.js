// The `table` and `data_table` blocks. A data table sorts and turns pages in the browser.

import { fill, h } from "../dom.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const CELLS = {
  raw_text: (cell) => plainText(cell.text, false),
  raw_number: (cell) => [cell.text ?? Number(cell.value).toLocaleString("en")],
  rich_text: (cell, names) => richText(cell, names),
  mrkdwn: (cell, names) => mrkdwn(cell.text, names),
};

const cellNodes = (cell, names) => (cell ? (CELLS[cell.type]?.(cell, names) ?? plainText(cell.text ?? "")) : []);
const isNumber = (cell) => cell?.type === "raw_number" || /^[-+]?[\d,.]+\s?%?$/.test(cell?.text ?? "");

export function tableBlock(block, ctx) {
  const settings = block.column_settings ?? [];
  const cell = (value, index, tag) => {
    const align = settings[index]?.align ?? "left";
    const wraps = settings[index]?.is_wrapped ? " wraps" : "";
    return h(`${tag}`, { class: `align-${align}${wraps}`, scope: tag === "th" ? "col" : undefined }, cellNodes(value, ctx.names));
  };
  const [head, ...rows] = block.rows ?? [];
  const table = h("table.grid", {}, h("thead", {}, h("tr", {}, (head ?? []).map((value, index) => cell(value, index, "th")))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value, index) => cell(value, index, "td"))))));
  return scrolling(table, "Table");
}

const scrolling = (table, label) => h("div.table-wrap", { tabIndex: 0, role: "group", "aria-label": label }, table);

export function dataTableBlock(block, ctx) {
  const [head = [], ...rows] = block.rows ?? [];
  const view = { column: null, down: false, page: 0, size: block.page_size ?? 5 };
  const host = h("div.data-table", {});
  const draw = () => fill(host, ...dataTable(block, head, rows, view, draw, ctx.names));
  draw();
  return host;
}

function dataTable(block, head, rows, view, draw, names) {
  const sorted = view.column === null ? rows : [...rows].sort(comparing(view));
  const shown = sorted.slice(view.page * view.size, (view.page + 1) * view.size);
  const numeric = head.map((_, index) => rows.length > 0 && rows.every((row) => isNumber(row[index])));
  const header = h("tr", {}, head.map((cell, index) => sortHeader(cell, index, numeric[index], view, draw, names)));
  const rowHead = block.row_header_column_index ?? 0;
  const body = shown.map((row) => h("tr", {}, row.map((cell, index) =>
    h(index === rowHead ? "th" : "td", { class: numeric[index] ? "align-right" : "", scope: index === rowHead ? "row" : undefined }, cellNodes(cell, names)))));
  const table = h("table.grid", {}, block.caption ? h("caption", {}, block.caption) : null, h("thead", {}, header), h("tbody", {}, body));
  return [scrolling(table, block.caption ?? "Data table"), pager(rows.length, view, draw)];
}

function sortHeader(cell, index, numeric, view, draw, names) {
  const active = view.column === index;
  const sort = () => {
    Object.assign(view, { column: index, down: active ? !view.down : numeric, page: 0 });
    draw();
  };
  const direction = active ? (view.down ? "descending" : "ascending") : "none";
  return h("th", { scope: "col", "aria-sort": direction, class: numeric ? "align-right" : "" },
    h("button.sort", { type: "button", onclick: sort }, cellNodes(cell, names), h("span.sort-mark", { "aria-hidden": "true" }, active ? (view.down ? "▼" : "▲") : "")));
}

function comparing({ column, down }) {
  const key = (row) => (row[column]?.type === "raw_number" ? Number(row[column].value) : (row[column]?.text ?? ""));
  const sign = down ? -1 : 1;
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    const order = typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right), "en", { numeric: true });
    return sign * order;
  };
}

function pager(total, view, draw) {
  const pages = Math.ceil(total / view.size);
  if (pages < 2) return null;
  const turn = (step) => () => {
    view.page += step;
    draw();
  };
  const first = view.page * view.size + 1;
  return h("div.pager", {},
    h("button.small", { type: "button", disabled: view.page === 0, onclick: turn(-1) }, "Previous"),
    h("span", { role: "status" }, `${first}–${Math.min(total, first + view.size - 1)} of ${total}`),
    h("button.small", { type: "button", disabled: view.page >= pages - 1, onclick: turn(1) }, "Next"));
}
