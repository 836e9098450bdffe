/** Cards, a row of cards, and containers that open and close. */

import { el, newId } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

/** Whether a reader opened or closed a container, by where it stands: it stays so when the message is drawn anew. */
const opened = new Map();

export function card(block, context) {
  const title = newId("card");
  const line = (text, name) => text && el("div", { class: `line ${name}`, dir: "auto" }, textObject(text, context.names));
  return el("section", { class: "card", "aria-labelledby": block.title ? title : null }, [
    block.hero_image && context.picture(block.hero_image),
    block.icon && context.picture(block.icon),
    block.title && el("h4", { id: title, dir: "auto" }, textObject(block.title, context.names)),
    line(block.subtitle, "quiet"),
    line(block.body, ""),
    line(block.subtext, "quiet"),
    block.actions && el("div", { class: "actions" }, block.actions.map((one) => context.draw(block, one))),
  ]);
}

export function carousel(block, context) {
  const cards = block.elements.map((one) => el("li", {}, card(one, context)));
  const label = `${cards.length} cards, scrollable`;
  return el("div", { class: "carousel", role: "region", "aria-label": label, tabindex: 0 }, el("ul", {}, cards));
}

export function container(block, context) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title, context.names)
    : el("span", { class: "title", dir: "auto" }, block.title.text);
  const under = block.subtitle && el("span", { class: "subtitle", dir: "auto" }, textObject(block.subtitle, context.names));
  const inside = el("div", { class: "inside" }, context.blocks(block.child_blocks));
  if (!block.is_collapsible) {
    const head = el("div", { class: block.has_header_divider ? "head-line divided" : "head-line" }, title, under);
    return el("section", { class: "container" }, head, inside);
  }
  const key = `${context.place}|${block.block_id}`;
  const open = opened.get(key) ?? !block.default_collapsed;
  const node = el("details", { class: "container", open }, el("summary", {}, title, under), inside);
  node.addEventListener("toggle", () => opened.set(key, node.open));
  return node;
}
