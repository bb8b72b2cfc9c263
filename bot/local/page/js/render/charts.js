// `data_visualization`: pie, bar, line and area charts as SVG, each with the same figures as a table beside it.

import { h, svg } from "../dom.js";

const WIDTH = 460;
const HEIGHT = 190;
const PAD = { left: 40, right: 10, top: 10, bottom: 26 };

export function chartBlock(block) {
  const chart = block.chart ?? {};
  const figures = chart.type === "pie" ? pieFigures(chart) : axisFigures(chart);
  const drawing = chart.type === "pie" ? pie(chart.segments ?? []) : axis(chart);
  return h("figure.chart", {},
    h("figcaption", {}, block.title ?? "Chart"), drawing, legend(figures.names),
    h("details", {}, h("summary", {}, "Show the figures"), table(figures)));
}

const colour = (index) => `chart-${index % 6}`;
const pieFigures = ({ segments = [] }) => ({
  names: segments.map((segment) => segment.label), head: ["", "Value"], rows: segments.map((segment) => [segment.label, segment.value]),
});

function axisFigures({ series = [], axis_config: { categories = [] } = {} }) {
  const value = (one, category) => one.data?.find((point) => point.label === category)?.value ?? "";
  return { names: series.map((one) => one.name), head: ["", ...series.map((one) => one.name)], rows: categories.map((category) => [category, ...series.map((one) => value(one, category))]) };
}

const table = ({ head, rows }) => h("table.grid", {},
  h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
  h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((cell) => h("td.align-right", {}, String(cell)))))));

const legend = (names) => h("ul.legend", {}, names.map((name, index) => h("li", {}, h("span.swatch", { class: colour(index) }), name)));

function pie(segments) {
  const total = segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  let turn = -Math.PI / 2;
  const slices = segments.map((segment, index) => {
    const angle = Math.min((segment.value / total) * 2 * Math.PI, 2 * Math.PI - 0.0001);
    const [x1, y1, x2, y2] = [Math.cos(turn), Math.sin(turn), Math.cos(turn + angle), Math.sin(turn + angle)];
    turn += angle;
    const path = svg("path", { class: colour(index), d: `M0 0L${x1} ${y1}A1 1 0 ${angle > Math.PI ? 1 : 0} 1 ${x2} ${y2}Z` });
    path.append(svg("title", {}, `${segment.label}: ${segment.value}`));
    return path;
  });
  return svg("svg", { viewBox: "-1.05 -1.05 2.1 2.1", class: "pie", "aria-hidden": "true" }, slices);
}

function axis({ type, series = [], axis_config: { categories = [] } = {} }) {
  const top = niceTop(Math.max(1, ...series.flatMap((one) => (one.data ?? []).map((point) => point.value))));
  const y = (value) => HEIGHT - PAD.bottom - (value / top) * (HEIGHT - PAD.top - PAD.bottom);
  const step = (WIDTH - PAD.left - PAD.right) / Math.max(1, categories.length);
  const x = (index) => PAD.left + step * (index + 0.5);
  const grid = [0, 0.5, 1].flatMap((part) => [
    svg("line", { x1: PAD.left, x2: WIDTH - PAD.right, y1: y(top * part), y2: y(top * part), class: "gridline" }),
    svg("text", { x: PAD.left - 6, y: y(top * part) + 4, "text-anchor": "end" }, String(top * part)),
  ]);
  const every = Math.ceil(categories.length / 8);
  const labels = categories.map((category, index) => (index % every ? null : svg("text", { x: x(index), y: HEIGHT - 8, "text-anchor": "middle" }, category)));
  const marks = series.map((one, order) => (type === "bar" ? bars : lines)(one, order, { categories, series, step, x, y, type }));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", "aria-hidden": "true" }, grid, labels, marks);
}

function niceTop(value) {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= value);
}

const values = (one, categories) => categories.map((category) => one.data?.find((point) => point.label === category)?.value ?? 0);

function bars(one, order, { categories, series, step, x, y }) {
  const width = (step * 0.7) / series.length;
  return values(one, categories).map((value, index) => {
    const left = x(index) - step * 0.35 + width * order;
    const bar = svg("rect", { x: left, y: y(value), width: Math.max(1, width - 2), height: Math.max(0, y(0) - y(value)), rx: 2, class: colour(order) });
    bar.append(svg("title", {}, `${one.name}, ${categories[index]}: ${value}`));
    return bar;
  });
}

function lines(one, order, { categories, x, y, type }) {
  const points = values(one, categories).map((value, index) => `${x(index)},${y(value)}`);
  const line = svg("polyline", { points: points.join(" "), class: `line ${colour(order)}` });
  if (type !== "area") return [line];
  return [svg("polygon", { points: [...points, `${x(categories.length - 1)},${y(0)}`, `${x(0)},${y(0)}`].join(" "), class: `area ${colour(order)}` }), line];
}
