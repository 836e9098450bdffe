/** An input block: a label, the input, what helps, and what is wrong with it. */

import { el, newId } from "./dom.js";
import { canDraw, control } from "./inputs.js";
import { unknown } from "./unknown.js";

export class Field {
  /**
   * @param {object} block an input block
   * @param {unknown} value what it holds
   * @param {import("./names.js").Names} names
   * @param {(text: string) => Promise<object[]>} [search] asks the app for the options of a menu
   * @param {import("./files.js").Files} [files] where files can be chosen
   */
  constructor(block, value, names, search, files) {
    const { element } = block;
    this.block = block;
    this.required = !block.optional;
    const [id, label, hint] = [newId("input"), newId("label"), newId("hint")];
    this.error = el("p", { class: "error", id: newId("error"), hidden: true });
    this.hint = block.hint ? hint : "";
    if (!canDraw(element)) {
      this.node = unknown("input", element.type);
      return;
    }
    const around = { id, label, described: this.hint, required: this.required, search, files };
    this.control = control(element, value, around, names);
    const optional = block.optional && el("span", { class: "optional" }, " (optional)");
    const group = this.control.node !== this.control.focus && this.control.focus?.id !== id;
    const text = el("bdi", {}, block.label.text);
    this.node = el(
      "div",
      { class: "field", "data-block": block.block_id },
      group ? el("div", { class: "label", id: label }, text, optional) : null,
      group ? null : el("label", { class: "label", for: id }, text, optional),
      this.control.node,
      block.hint && el("p", { class: "hint", id: hint }, block.hint.text),
      this.error,
    );
  }

  get value() {
    return this.control?.read();
  }

  get isEmpty() {
    const value = this.value;
    return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  }

  focus() {
    this.control?.focus.focus();
  }

  /** Say what is wrong with it; "" takes that back. */
  complain(text) {
    if (!this.control) return;
    this.error.textContent = text;
    this.error.hidden = !text;
    const { node } = this.control;
    if (text) node.setAttribute("aria-invalid", "true");
    else node.removeAttribute("aria-invalid");
    const described = [text ? this.error.id : "", this.hint].filter(Boolean).join(" ");
    if (described) node.setAttribute("aria-describedby", described);
    else node.removeAttribute("aria-describedby");
  }
}
