/** A square with somebody's initials. */

import { el } from "./dom.js";

const HUES = 6;

export function avatar(name) {
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % HUES;
  const initials = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? "")
    .slice(0, 2)
    .join("");
  return el("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, initials.toUpperCase());
}
