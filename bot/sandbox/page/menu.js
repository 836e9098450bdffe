/** A button that opens a menu: overflow menus, and what can be done with a message. */

import { el, newId } from "./dom.js";

/** Pixels between a menu and what it must not touch. */
const GAP = 4;

/**
 * @typedef {object} Item
 * @property {string} text
 * @property {string} [meaning]
 * @property {string} [url] where it leads besides
 * @property {(opener: HTMLElement) => void} act
 */

/** @param {{label: string, items: Item[], attributes?: object}} about @returns {HTMLElement} */
export function menuButton({ label, items, attributes = {} }) {
  const id = newId("menu");
  const entries = items.map((item) => entry(item, () => close(), () => opener));
  const list = el("div", { id, class: "menu-list", role: "menu", popover: "auto", "aria-label": label }, entries);
  const opener = el(
    "button",
    {
      type: "button",
      class: "button more",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": id,
      "aria-label": label,
      popovertarget: id,
      ...attributes,
    },
    el("span", { "aria-hidden": "true" }, "⋯"),
  );
  const close = () => {
    list.hidePopover();
    opener.focus();
  };
  list.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "open") return;
    place(list, opener);
    entries[0]?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) entries.at(to % entries.length).focus();
    else if (["Escape", "Tab"].includes(event.key)) close();
    else return;
    event.preventDefault();
    // What it stands in closes by Escape, too.
    event.stopPropagation();
  });
  return el("span", { class: "menu-holder" }, opener, list);
}

function entry({ text, meaning, url, act }, close, opener) {
  const chosen = () => {
    close();
    act(opener());
  };
  const shown = [el("bdi", {}, text), meaning && el("span", { class: "option-meaning" }, meaning)];
  const where = url ? { href: url, target: "_blank", rel: "noopener noreferrer" } : { type: "button" };
  return el(url ? "a" : "button", { ...where, role: "menuitem", tabindex: -1, onclick: chosen }, shown);
}

/** Below what opened it, or above where there is no room; always within the window. */
function place(list, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const below = at.bottom + GAP + height <= innerHeight;
  list.style.left = `${Math.max(GAP, Math.min(at.right - width, innerWidth - width - GAP))}px`;
  list.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - height - GAP)}px`;
}
