/** Tables: plain ones, and those with pages and buttons. */

import { el, newId } from "./dom.js";
import { richText } from "./rich_text.js";

const PAGE = 5;
const NONE = "–";
/** The page that a reader turned to, by where the table stands: it stays when the message is drawn anew. */
const turned = new Map();

export function table(block, context) {
  const settings = block.column_settings ?? [];
  const sides = settings.map((one) => one?.align ?? "");
  return scrolled("Table", el("table", {}, rows(block.rows, sides, context, block)));
}

/** Pages of rows under their headers, as Slack turns them. */
export function dataTable(block, context) {
  const [head, ...body] = block.rows;
  const size = block.page_size ?? PAGE;
  const key = `${context.place}|${block.block_id}`;
  const named = block.row_header_column_index ?? 0;
  const part = el("tbody");
  const where = el("span", { class: "place", "aria-live": "polite" });
  const turn = (by) => () => show((turned.get(key) ?? 0) + by);
  const back = el("button", { type: "button", class: "button", onclick: turn(-1) }, "Previous");
  const on = el("button", { type: "button", class: "button", onclick: turn(1) }, "Next");
  // A cell without data stands as a dash among its numbers.
  const isNumber = (cell) => cell.type === "raw_number" || cell.text === NONE;
  const sides = head.map((_, column) => (body.every((row) => isNumber(row[column])) ? "right" : ""));
  const show = (asked) => {
    const page = Math.max(0, Math.min(asked, Math.ceil(body.length / size) - 1));
    turned.set(key, page);
    const shown = body.slice(page * size, (page + 1) * size);
    part.replaceChildren(...rows(shown, sides, context, block, named));
    where.textContent = `${page * size + 1}–${page * size + shown.length} of ${body.length}`;
    back.disabled = page === 0;
    on.disabled = (page + 1) * size >= body.length;
  };
  show(turned.get(key) ?? 0);
  const heads = head.map((cell, column) => el("th", { scope: "col", class: sides[column] }, said(cell, context, block)));
  const caption = el("caption", { id: newId("caption"), dir: "auto" }, block.caption);
  const drawn = el("table", {}, caption, el("thead", {}, el("tr", {}, heads)), part);
  const pages = body.length > size && el("div", { class: "pages" }, back, where, on);
  return el("div", { class: "data-table" }, scrolled(block.caption, drawn), pages);
}

function rows(all, sides, context, block, named = -1) {
  return all.map((row) =>
    el(
      "tr",
      {},
      row.map((cell, column) => {
        const inside = said(cell, context, block);
        const side = { class: sides[column] || null };
        return column === named ? el("th", { scope: "row", ...side }, inside) : el("td", side, inside);
      }),
    ),
  );
}

function said(cell, context, block) {
  if (cell.type === "rich_text") return richText(cell, context.names);
  if (cell.type === "action") return context.draw(block, cell.element);
  return el("bdi", {}, cell.text ?? String(cell.value));
}

/** What is wider than the screen is scrolled by itself, by keys too. */
function scrolled(label, drawn) {
  return el("div", { class: "table-frame", role: "region", "aria-label": label, tabindex: 0 }, drawn);
}
