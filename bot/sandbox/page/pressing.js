/** Pressing something: asked once more where it wants that, marked while it lasts, and told where it went wrong. */

import { troubleOf } from "./api.js";
import { confirmed } from "./confirming.js";

/**
 * @param {object} element what is pressed
 * @param {HTMLElement} node how it is drawn
 * @param {(confirmed: boolean) => Promise<import("./api.js").Outcome>} act
 * @param {(trouble: string) => void} tell is told "" at first, and what went wrong in the end
 */
export async function press(element, node, act, tell) {
  if (node.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await confirmed(element.confirm))) return;
  node.setAttribute("aria-busy", "true");
  tell("");
  try {
    const trouble = troubleOf(await act(Boolean(element.confirm)));
    if (trouble) tell(trouble);
  } catch (error) {
    tell(error.message);
  } finally {
    node.removeAttribute("aria-busy");
  }
}
