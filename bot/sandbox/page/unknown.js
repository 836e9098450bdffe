/** What the page cannot draw is said to be there. */

import { el } from "./dom.js";

export function unknown(what, type) {
  return el(
    "div",
    { class: "unknown", role: "note" },
    `${what} of type `,
    el("code", {}, String(type)),
    " is not drawn here",
  );
}
