/** Rich text: sections, lists, quotes and preformatted text, and what may stand in them. */

import { moment } from "./dates.js";
import { el } from "./dom.js";
import { link } from "./names.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

const INLINE = {
  text: (element) => el("bdi", {}, element.text),
  link: (element) => link(element.url, element.text),
  user: (element, names) => names.userChip(element.user_id),
  usergroup: (element, names) => names.groupChip(element.usergroup_id),
  channel: (element, names) => names.channelChip(element.channel_id),
  broadcast: (element, names) => names.broadcastChip(element.range),
  date: (element) => moment(element.timestamp, element.format, element.fallback),
  emoji: (element) => el("span", { class: "emoji" }, `:${element.name}:`),
};

const PIECES = {
  rich_text_section: (piece, names) => el("div", { class: "line" }, inline(piece, names)),
  rich_text_quote: (piece, names) => el("blockquote", { dir: "auto" }, inline(piece, names)),
  rich_text_preformatted: (piece, names) => el("pre", { dir: "auto", tabindex: 0 }, inline(piece, names)),
  rich_text_list: (piece, names) =>
    el(
      piece.style === "ordered" ? "ol" : "ul",
      { class: `indent-${Math.min(piece.indent ?? 0, 4)}`, start: piece.offset ? piece.offset + 1 : null },
      piece.elements.map((item) => el("li", {}, drawPiece(item, names))),
    ),
};

/** @param {import("./names.js").Names} names */
export function richText(block, names) {
  return el(
    "div",
    { class: "rich-text" },
    block.elements.map((piece) => drawPiece(piece, names)),
  );
}

function drawPiece(piece, names) {
  const draw = PIECES[piece.type];
  return draw ? draw(piece, names) : el("span", { class: "unknown" }, `${piece.type}, which this page does not draw`);
}

function inline(piece, names) {
  return piece.elements.map((element) => {
    const draw = INLINE[element.type];
    if (!draw) return el("span", { class: "unknown" }, element.type);
    return styled(draw(element, names), element.style ?? {});
  });
}

function styled(node, style) {
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (style[name] ? el(tag, {}, inner) : inner), node);
}
