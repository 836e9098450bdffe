/** Blocks, in a message or in a modal. */

import { card, carousel, container } from "./cards.js";
import { chart } from "./charts.js";
import { el, newId } from "./dom.js";
import { Field } from "./field.js";
import { canDraw, control, heldIn } from "./inputs.js";
import { markdown } from "./markdown.js";
import { menuButton } from "./menu.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./tables.js";
import { plan, task } from "./tasks.js";
import { unknown } from "./unknown.js";

const LEVELS = { info: "Info", warning: "Warning", error: "Error", success: "Done" };

/**
 * @typedef {object} Context where blocks are drawn
 * @property {import("./names.js").Names} names
 * @property {import("./files.js").Files} [files] shows pictures of the workspace
 * @property {string} place what tells the same button in two places apart
 * @property {(block: object, element: object, selected: unknown, node: HTMLElement) => void} press
 * @property {(block: object) => Field} [field] draws an input; without it, using it tells the app at once
 */

const DRAWN = {
  header: (block) => el("h3", { class: "header", dir: "auto" }, block.text.text),
  rich_text: (block, { names }) => richText(block, names),
  divider: () => el("hr"),
  section,
  context: (block, context) =>
    el(
      "div",
      { class: "context" },
      block.elements.map((element) => el("span", {}, small(element, context))),
    ),
  actions: (block, context) =>
    el(
      "div",
      { class: "actions" },
      block.elements.map((element) => interactive(block, element, context)),
    ),
  input: (block, context) => (context.field ? context.field(block).node : atOnce(block, context)),
  image: (block, context) => picture(block, context),
  card: (block, context) => card(block, drawing(context)),
  carousel: (block, context) => carousel(block, drawing(context)),
  container: (block, context) => container(block, drawing(context)),
  table: (block, context) => table(block, drawing(context)),
  data_table: (block, context) => dataTable(block, drawing(context)),
  data_visualization: chart,
  task_card: task,
  plan,
  markdown: (block) => markdown(block.text),
  context_actions: (block, context) =>
    el(
      "div",
      { class: "actions small" },
      block.elements.map((element) => interactive(block, element, context)),
    ),
  alert: (block, { names }) =>
    el("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, [
      LEVELS[block.level] && el("strong", {}, `${LEVELS[block.level]}: `),
      textObject(block.text, names),
    ]),
};

/** What a block needs that draws others, or buttons, within it. */
const drawing = (context) => ({
  ...context,
  draw: (block, element) => interactive(block, element, context),
  blocks: (blocks) => drawBlocks(blocks, context),
  picture: (block) => picture(block, context),
});

/** @param {Context} context */
export function drawBlocks(blocks, context) {
  return blocks.map((block) => {
    const draw = Object.hasOwn(DRAWN, block.type) && DRAWN[block.type];
    return draw ? draw(block, context) : unknown("A block", block.type);
  });
}

function section(block, context) {
  const { names } = context;
  return el(
    "div",
    { class: "section" },
    el("div", { class: "section-text" }, [
      block.text && el("div", { class: "line", dir: "auto" }, textObject(block.text, names)),
      block.fields &&
        el(
          "div",
          { class: "fields" },
          block.fields.map((one) => el("div", { class: "line" }, textObject(one, names))),
        ),
    ]),
    block.accessory && interactive(block, block.accessory, context),
  );
}

function small(element, context) {
  return element.type === "image" ? picture(element, context) : textObject(element, context.names);
}

/** A picture of the workspace is shown; others come from elsewhere, and the page loads nothing from elsewhere. */
function picture(block, { files }) {
  const id = block.slack_file?.id ?? /-(F[A-Z0-9]{8,})\//.exec(block.slack_file?.url ?? "")?.[1];
  if (id && files) return files.picture(id, block.alt_text ?? "", block.title?.text);
  return el("span", { class: "unknown", role: "note" }, `Picture, not loaded: ${block.alt_text ?? ""}`);
}

function interactive(block, element, context) {
  if (element.type === "button") return button(block, element, context);
  if (element.type === "image") return picture(element, context);
  if (element.type === "overflow") return overflow(block, element, context);
  if (element.type === "feedback_buttons") return feedback(block, element, context);
  if (element.type === "icon_button") return iconButton(block, element, context);
  if (!canDraw(element)) return unknown("An element", element.type);
  const label = element.accessibility_label ?? element.placeholder?.text ?? element.action_id;
  const made = control(element, heldIn(element), { id: newId("element") }, context.names);
  made.node.setAttribute("aria-label", label);
  made.node.addEventListener("change", () => context.press(block, element, made.read(), made.node));
  return made.node;
}

function button(block, element, context) {
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  return el(
    "button",
    {
      type: "button",
      class: `button ${style}`,
      "aria-label": element.accessibility_label ?? null,
      "data-spot": spotOf(context.place, block, element),
      onclick: ({ currentTarget }) => context.press(block, element, null, currentTarget),
    },
    el("bdi", {}, element.text.text),
  );
}

function overflow(block, element, context) {
  const items = element.options.map((option) => ({
    text: option.text.text,
    meaning: option.description?.text,
    url: option.url,
    act: (opener) => context.press(block, element, option.value, opener),
  }));
  return menuButton({
    label: "More actions",
    items,
    attributes: { "data-spot": spotOf(context.place, block, element) },
  });
}

function feedback(block, element, context) {
  return [element.positive_button, element.negative_button].map((one) =>
    el(
      "button",
      {
        type: "button",
        class: "button",
        "aria-label": one.accessibility_label ?? null,
        onclick: ({ currentTarget }) => context.press(block, element, one.value, currentTarget),
      },
      el("bdi", {}, one.text.text),
    ),
  );
}

function iconButton(block, element, context) {
  const viewers = element.visible_to_user_ids;
  return viewers && !viewers.includes(context.names.store.user) ? null : button(block, element, context);
}

function atOnce(block, context) {
  const field = new Field(block, heldIn(block.element), context.names);
  field.control?.node.addEventListener("change", () =>
    context.press(block, block.element, field.value, field.control.node),
  );
  return field.node;
}

/** Where a button is, so that it is found again after its message was drawn anew. */
const spotOf = (place, block, element) => [place, block.block_id, element.action_id].join("|");
