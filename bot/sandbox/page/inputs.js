/** The elements that hold something: drawn, filled with what they hold, and read again. */

import { el, newId } from "./dom.js";
import { fileInput } from "./files.js";

/**
 * @typedef {object} Control
 * @property {HTMLElement} node
 * @property {HTMLElement} focus what takes the focus
 * @property {() => unknown} read what the control API is told; undefined says nothing of it
 */

/**
 * @typedef {object} Around
 * @property {string} id the id of what is labelled
 * @property {string} [label] the id of the label
 * @property {string} [described] the ids of what describes it
 * @property {boolean} [required]
 * @property {import("./files.js").Files} [files] where files can be chosen
 */

const DRAWN = {
  plain_text_input: (element, value, around) =>
    element.multiline ? area(element, value, around) : written(element, value, around, { type: "text" }),
  number_input: (element, value, around) =>
    written(element, value, around, { type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric" }),
  email_text_input: (element, value, around) => written(element, value, around, { type: "text", inputmode: "email" }),
  url_text_input: (element, value, around) => written(element, value, around, { type: "text", inputmode: "url" }),
  datepicker: (element, value, around) => written(element, value, around, { type: "date" }),
  timepicker: (element, value, around) => written(element, value, around, { type: "time" }),
  static_select: select,
  radio_buttons: (element, value, around) => several(element, [value], around, "radio"),
  checkboxes: (element, value, around) => several(element, value ?? [], around, "checkbox"),
  multi_static_select: (element, value, around) => several(element, value ?? [], around, "checkbox"),
  external_select: (element, value, around) => searched(element, value ? [value] : [], around),
  multi_external_select: (element, value, around) => searched(element, value ?? [], around),
  file_input: (element, value, around) => fileInput(around.files, element, value || [], around),
};

/** Menus whose options are the people and channels of the workspace. */
const LISTED = {
  users_select: people,
  multi_users_select: people,
  channels_select: (names) => channels(names),
  conversations_select: (names) => [...channels(names), ...people(names)],
};

/** Those of which several can be chosen. */
const SEVERAL = ["checkboxes", "multi_static_select", "multi_external_select", "multi_users_select"];

export const canDraw = ({ type }) => Object.hasOwn(DRAWN, type) || Object.hasOwn(LISTED, type);

/** @param {Around} around @param {import("./names.js").Names} names @returns {Control} */
export function control(element, value, around, names) {
  const listed = Object.hasOwn(LISTED, element.type) && LISTED[element.type];
  if (!listed) return DRAWN[element.type](element, value, around);
  const drawn = { ...element, options: listed(names) };
  return element.type === "multi_users_select"
    ? several({ ...drawn, type: "multi_static_select" }, value ?? [], around, "checkbox")
    : select(drawn, value, around);
}

const listedAs = (value, text) => ({ value, text: { text } });

function people({ store }) {
  return store.people.map((user) => listedAs(user.id, user.title ? `${user.real_name}, ${user.title}` : user.real_name));
}

function channels({ store }) {
  return store.channels.map((channel) => listedAs(channel.id, `#${channel.name}`));
}

/** What an element holds, by the state that Slack writes of it; without one, what it starts with. */
export function heldIn(element, state) {
  const held = state ?? {
    value: element.initial_value,
    selected_option: element.initial_option,
    selected_options: element.initial_options,
    selected_date: element.initial_date,
    selected_time: element.initial_time,
    selected_user: element.initial_user,
    selected_users: element.initial_users,
    selected_channel: element.initial_channel,
    selected_conversation: element.initial_conversation,
  };
  if (element.type === "multi_users_select") return held.selected_users ?? [];
  if (element.type === "file_input") return (held.files ?? []).map(({ id }) => id);
  if (SEVERAL.includes(element.type)) return (held.selected_options ?? []).map((option) => option.value);
  const named = held.selected_user ?? held.selected_channel ?? held.selected_conversation;
  return held.value ?? held.selected_option?.value ?? held.selected_date ?? held.selected_time ?? named ?? "";
}

function ruled({ id, described, required }) {
  return { id, "aria-describedby": described || null, "aria-required": required ? "true" : null };
}

function written(element, value, around, attributes) {
  const node = el("input", {
    ...ruled(around),
    ...attributes,
    class: "written",
    autocomplete: "off",
    placeholder: element.placeholder?.text ?? null,
    value: value ?? "",
  });
  return { node, focus: node, read: () => node.value };
}

function area(element, value, around) {
  const node = el("textarea", {
    ...ruled(around),
    class: "written",
    rows: 4,
    placeholder: element.placeholder?.text ?? null,
    value: value ?? "",
  });
  return { node, focus: node, read: () => node.value };
}

function select(element, value, around) {
  const offer = (option) => el("option", { value: option.value }, option.text.text);
  const node = el(
    "select",
    { ...ruled(around), class: "written" },
    // As in Slack, what was chosen is exchanged and not taken back.
    !value && el("option", { value: "" }, element.placeholder?.text ?? "Choose an option"),
    element.option_groups
      ? element.option_groups.map((group) => el("optgroup", { label: group.label.text }, group.options.map(offer)))
      : element.options.map(offer),
  );
  node.value = value ?? "";
  return { node, focus: node, read: () => node.value };
}

/** A menu whose options the app is asked for while a person types: a search, and what it found below it. */
function searched(element, chosen, around) {
  const many = element.type === "multi_external_select";
  const known = new Map();
  for (const option of element.initial_options ?? [element.initial_option]) {
    if (option) known.set(option.value, option.text.text);
  }
  let held = [...chosen];
  const shown = el("p", { class: "chosen", role: "status" });
  const found = el("ul", { class: "found", role: "listbox", "aria-label": "Found" });
  const search = el("input", {
    ...ruled(around),
    class: "written",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    placeholder: element.placeholder?.text ?? null,
  });
  const say = () => {
    shown.textContent = held.length ? `Chosen: ${held.map((one) => known.get(one) ?? one).join(", ")}` : "";
  };
  const take = (option) => {
    known.set(option.value, option.text.text);
    const rest = held.filter((one) => one !== option.value);
    held = many ? (rest.length < held.length ? rest : [...held, option.value]) : [option.value];
    say();
    if (!many) found.replaceChildren();
    search.setAttribute("aria-expanded", String(many));
    node.dispatchEvent(new Event("change"));
  };
  const offer = (option) =>
    el(
      "li",
      { role: "presentation" },
      el(
        "button",
        { type: "button", class: "plain", role: "option", onclick: () => take(option) },
        el("bdi", {}, option.text.text),
      ),
    );
  const look = async () => {
    const typed = search.value;
    const options = (await around.search?.(typed)) ?? [];
    if (search.value !== typed) return;
    found.replaceChildren(...options.slice(0, 20).map(offer));
    search.setAttribute("aria-expanded", String(options.length > 0));
  };
  search.addEventListener("input", look);
  search.addEventListener("focus", look);
  const node = el("div", { class: "searched" }, shown, search, found);
  say();
  return { node, focus: search, read: () => (many ? held : (held[0] ?? "")) };
}

/** Radio buttons, checkboxes, and a menu of which several are chosen: each option with what it means under it. */
function several(element, chosen, around, type) {
  const name = newId("choice");
  const boxes = [];
  const offered = element.options ?? element.option_groups.flatMap((group) => group.options);
  const options = offered.map((option) => {
    const meaning = option.description && newId("meaning");
    const box = el("input", {
      type,
      name,
      value: option.value,
      checked: chosen.includes(option.value),
      "aria-describedby": meaning || null,
    });
    boxes.push(box);
    const text = el("span", { class: "option-text" }, el("bdi", {}, option.text.text));
    const said = meaning && el("span", { class: "option-meaning", id: meaning }, option.description.text);
    return el("label", { class: "option" }, box, el("span", {}, text, said));
  });
  const node = el(
    "div",
    {
      id: around.id,
      class: element.type === "multi_static_select" ? "options menu" : "options",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-labelledby": around.label || null,
      "aria-describedby": around.described || null,
      "aria-required": type === "radio" && around.required ? "true" : null,
    },
    options,
  );
  // In the order in which they were chosen, as Slack keeps those of a menu.
  let order = chosen;
  const ticked = () => {
    const now = boxes.filter((box) => box.checked).map((box) => box.value);
    if (element.type !== "multi_static_select") return now;
    order = [...order.filter((one) => now.includes(one)), ...now.filter((one) => !order.includes(one))];
    return order;
  };
  node.addEventListener("change", ticked);
  return {
    node,
    get focus() {
      return boxes.find((box) => box.checked) ?? boxes[0];
    },
    // A radio button cannot be unchosen, so nothing is said while none is chosen.
    read: () => (type === "radio" ? ticked()[0] : ticked()),
  };
}
