/** Charts: drawn, and as figures. Who sees no drawing has the figures, which say the same. */

import { el, newId } from "./dom.js";

const SPACE = "http://www.w3.org/2000/svg";
/** Length of both axes, in units of the drawing, which is stretched to the room that there is. */
const SPAN = 1000;
/** Lines across, at most. */
const LINES = 5;
/** Labels below, at most; on a phone there are half as many. */
const LABELS = 7;
/** Letters of a label below. */
const LETTERS = 8;

/** @param {object} block a data_visualization */
export function chart(block) {
  const { type } = block.chart;
  const title = newId("chart");
  const drawn = type === "pie" ? pie(block.chart) : plot(block.chart);
  return el("figure", { class: "chart", "aria-labelledby": title }, [
    el("figcaption", { id: title, dir: "auto" }, block.title),
    ...drawn,
    el("details", {}, el("summary", {}, "Figures"), figures(block)),
  ]);
}

/** The figures of a chart, which say the same to everybody. */
function figures(block) {
  const { type, segments, series, axis_config: axis } = block.chart;
  const caption = el("caption", { dir: "auto" }, `${block.title} (${type} chart)`);
  const heads = segments ? ["", "Value"] : [axis?.x_label ?? "", ...series.map((one) => one.name)];
  const lines = segments
    ? segments.map((one) => [one.label, one.value])
    : axis.categories.map((label, at) => [label, ...series.map((one) => one.data[at]?.value)]);
  const rows = lines.map(([label, ...values]) =>
    el("tr", {}, el("th", { scope: "row" }, label), values.map((value) => el("td", { class: "right" }, written(value)))),
  );
  const head = heads.map((text) => (text ? el("th", { scope: "col" }, text) : el("td")));
  const table = el("table", {}, caption, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
  return el("div", { class: "table-frame", role: "region", "aria-label": block.title, tabindex: 0 }, table);
}

function plot({ type, series, axis_config: axis }) {
  const values = series.flatMap((one) => one.data.map(({ value }) => value));
  const marks = scale(Math.min(0, ...values), Math.max(0, ...values));
  const [least, most] = [marks[0], marks.at(-1)];
  const height = (value) => SPAN - ((value - least) / (most - least)) * SPAN;
  const drawing = svg("svg", { viewBox: `0 0 ${SPAN} ${SPAN}`, preserveAspectRatio: "none", "aria-hidden": true });
  for (const mark of marks) {
    const level = height(mark);
    drawing.append(svg("path", { class: mark === 0 ? "zero" : "across", d: `M0 ${level}H${SPAN}` }));
  }
  const draw = type === "bar" ? bars : courses;
  drawing.append(...draw(series, axis.categories, height, type));
  const beside = marks.toReversed().map((mark) => el("span", {}, written(mark)));
  const below = axis.categories.map((label, place) => el("span", { class: shownAt(place, axis.categories.length) }, short(label)));
  return [
    axis.y_label && el("div", { class: "measure", dir: "auto", "aria-hidden": true }, axis.y_label),
    el("div", { class: "plot", "aria-hidden": true }, [
      el("div", { class: "beside" }, beside),
      el("div", { class: "drawing" }, drawing),
      el("div", { class: type === "bar" ? "below spread" : "below" }, below),
    ]),
    axis.x_label && el("div", { class: "measure last", dir: "auto", "aria-hidden": true }, axis.x_label),
    series.length > 1 && legend(series.map(({ name }) => name)),
  ];
}

/** Lines with a dot at each value. */
function courses(series, categories, height, type) {
  const across = (place) => (place / Math.max(categories.length - 1, 1)) * SPAN;
  return series.flatMap(({ name, data }, number) => {
    const points = data.map(({ value }, place) => [across(place), height(value)]);
    const line = `M${points.map((point) => point.join(" ")).join("L")}`;
    const ground = `L${points.at(-1)[0]} ${height(0)}L${points[0][0]} ${height(0)}Z`;
    const dots = points.map(([x, y], place) =>
      titled(svg("path", { class: `dot ${colour(number)}`, d: `M${x} ${y}h0` }), name, data[place]),
    );
    return [
      type === "area" && svg("path", { class: `ground ${colour(number)}`, d: line + ground }),
      svg("path", { class: `course ${colour(number)}`, d: line }),
      ...dots,
    ].filter(Boolean);
  });
}

function bars(series, categories, height) {
  const room = SPAN / categories.length;
  const width = (room * 0.72) / series.length;
  return series.flatMap(({ name, data }, number) =>
    data.map((point, place) => {
      const [top, foot] = [height(Math.max(point.value, 0)), height(Math.min(point.value, 0))];
      const x = place * room + room * 0.14 + number * width;
      const shape = { x, y: top, width: width * 0.94, height: foot - top };
      return titled(svg("rect", { class: `column ${colour(number)}`, ...shape }), name, point);
    }),
  );
}

function pie({ segments }) {
  const total = segments.reduce((sum, { value }) => sum + value, 0);
  const drawing = svg("svg", { class: "pie", viewBox: "-50 -50 100 100", "aria-hidden": true });
  let turned = 0;
  segments.forEach((segment, number) => {
    const share = segment.value / total;
    drawing.append(titled(svg("path", { class: `part ${colour(number)}`, d: slice(turned, turned + share) }), "", segment));
    turned += share;
  });
  const said = segments.map(({ label, value }) => `${label}: ${written(value)} (${percent(value / total)})`);
  return [el("div", { class: "whole" }, drawing, legend(said))];
}

/** A part of a circle, from one share of it to another. A whole one has to be drawn in two. */
function slice(from, to) {
  if (to - from > 0.9999) return "M0 -48A48 48 0 1 1 0 48A48 48 0 1 1 0 -48Z";
  const at = (share) => [48 * Math.sin(2 * Math.PI * share), -48 * Math.cos(2 * Math.PI * share)].join(" ");
  return `M0 0L${at(from)}A48 48 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}

/** Which colour is whose; in words as well. */
function legend(names) {
  const items = names.map((name, number) => el("li", {}, el("span", { class: `swatch ${colour(number)}` }), el("bdi", {}, name)));
  return el("ul", { class: "legend" }, items);
}

/** Round numbers for an axis that holds both of these. */
function scale(least, most) {
  const span = most - least || 1;
  const raw = span / (LINES - 1);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * size).find((one) => one >= raw * 0.999);
  const first = Math.floor(least / step);
  const last = Math.max(Math.ceil(most / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step);
}

/** Where a label is shown: everywhere, on wide screens alone, or not at all. The last one always is. */
function shownAt(place, number) {
  const each = Math.ceil(number / LABELS);
  const left = number - 1 - place;
  if (left % each !== 0) return "never";
  return (left / each) % 2 === 0 || number <= 4 ? "" : "wide";
}

function titled(node, name, { label, value }) {
  const title = svg("title", {});
  title.textContent = [name, label, written(value)].filter(Boolean).join(", ");
  node.append(title);
  return node;
}

function svg(name, attributes) {
  const node = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

/** A label where there is little room; the figures have all of it. */
const short = (label) => (label.length > LETTERS ? `${label.slice(0, LETTERS - 1)}…` : label);
const colour = (number) => `colour-${number % 12}`;
const written = (value) => (value === undefined ? "" : value.toLocaleString("en", { maximumFractionDigits: 3 }));
const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
