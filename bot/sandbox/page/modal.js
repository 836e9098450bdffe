/** The modal on top of a person's stack. The one below shows again when it is closed. */

import { NotDone, troubleOf } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { openDialog } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { Field } from "./field.js";
import { heldIn } from "./inputs.js";
import { press } from "./pressing.js";

export class Modal {
  /**
   * @param {{names: import("./names.js").Names, files: import("./files.js").Files, api: import("./api.js").Api, closed: (spot: string) => void}} about
   *   `closed` gives the focus back to where it was when the modal opened
   */
  constructor({ names, files, api, closed }) {
    this.names = names;
    this.files = files;
    this.api = api;
    this.closed = closed;
    this.dialog = byId("modal");
    this.view = null;
    /** @type {Field[]} */
    this.fields = [];
    this.spot = "";
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    // A browser has other ways to close it, such as a telephone's way back.
    this.dialog.addEventListener("close", () => this.view && this.close());
  }

  /** @param {object[]} views the stack, the one that shows last */
  show(views) {
    const view = views.at(-1);
    if (!view) return this.gone();
    const same = this.view?.id === view.id;
    if (!same || this.view.hash !== view.hash) this.draw(view, views.length, same);
    else if (JSON.stringify(this.view.errors) !== JSON.stringify(view.errors)) this.complain(view.errors);
    this.view = view;
  }

  gone() {
    if (!this.view) return;
    this.view = null;
    this.fields = [];
    this.dialog.close();
    this.dialog.replaceChildren();
    this.closed(this.spot);
  }

  draw(view, depth, same) {
    const typed = same ? this.typed() : new Map();
    const focused = same && document.activeElement?.closest("[data-block]")?.dataset.block;
    this.fields = [];
    if (!this.dialog.open) this.spot = document.activeElement?.dataset.spot ?? "";
    this.trouble = el("p", { class: "trouble", role: "alert", hidden: true });
    const context = {
      names: this.names,
      files: this.files,
      place: view.id,
      field: (block) => this.field(block, view, typed),
      press: (block, element, selected, node) => this.press(block, element, selected, node),
    };
    const body = el("div", { class: "body" }, drawBlocks(view.blocks, context), this.trouble);
    const title = el("h2", { id: "modal-title", tabindex: -1, dir: "auto" }, view.title.text);
    const leave = {
      type: "button",
      class: "plain",
      onclick: () => this.close(),
      "aria-label": depth > 1 ? "Back" : "Close",
    };
    this.form = el(
      "form",
      { novalidate: true, onsubmit: (event) => this.submit(event) },
      el("div", { class: "head" }, title, el("button", leave, depth > 1 ? "Back" : "×")),
      body,
      this.foot(view),
    );
    this.dialog.replaceChildren(this.form);
    openDialog(this.dialog);
    this.complain(view.errors);
    this.settle(title, same, focused);
  }

  foot(view) {
    const close = el(
      "button",
      { type: "button", class: "button", onclick: () => this.close() },
      view.close?.text ?? "Close",
    );
    this.go = view.submit && el("button", { type: "submit", class: "button primary" }, view.submit.text);
    return el("div", { class: "foot" }, close, this.go);
  }

  field(block, view, typed) {
    const { block_id: id, element } = block;
    const key = `${id}|${element.action_id}|${element.type}`;
    this.files.remember(view.values[id]?.[element.action_id]?.files ?? []);
    const value = typed.has(key) ? typed.get(key) : heldIn(element, view.values[id]?.[element.action_id]);
    const field = new Field(block, value, this.names, (text) => this.search(id, text), this.files);
    if (block.dispatch_action) {
      field.control?.node.addEventListener("change", () => this.api.act("type", { values: { [id]: field.value } }));
    }
    this.fields.push(field);
    return field;
  }

  /** What stands in the inputs now, by what they are: it is kept where the modal is drawn anew with the same input. */
  typed() {
    return new Map(
      this.fields.map(({ block, value }) => [
        `${block.block_id}|${block.element.action_id}|${block.element.type}`,
        value,
      ]),
    );
  }

  /** Where the focus goes: to what was being filled in, to what is still missing, or to the beginning. */
  settle(title, same, focused) {
    const usable = this.fields.filter((field) => field.control);
    const before = usable.find((field) => field.block.block_id === focused);
    const missing = same && usable.find((field) => field.required && field.isEmpty);
    const next = before || missing || (!same && usable[0]);
    if (next) next.focus();
    else title.focus();
  }

  values(fields = this.fields) {
    const told = fields.map(({ block, value }) => [block.block_id, value]);
    return Object.fromEntries(told.filter(([, value]) => value !== undefined));
  }

  async submit(event) {
    event.preventDefault();
    if (!this.go || this.go.getAttribute("aria-busy") === "true") return;
    const { go, view } = this;
    go.setAttribute("aria-busy", "true");
    this.form.classList.add("busy");
    this.tell("");
    try {
      const outcome = await this.api.act("submit", { values: this.values() });
      if (this.view?.id !== view.id) return;
      const trouble = troubleOf(outcome);
      if (trouble) this.tell(`${trouble} Nothing is lost: you can try again.`);
      if (["errors", "incomplete"].includes(outcome.outcome)) {
        this.complain(outcome.errors);
        this.fields.find(({ block }) => outcome.errors[block.block_id])?.focus();
      }
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
      this.tell(error.message);
    } finally {
      go.removeAttribute("aria-busy");
      this.form.classList.remove("busy");
    }
  }

  /** Use something in the modal that tells the app at once. It is told what stands in the form by then. */
  async press(block, element, selected, node) {
    const order = { action_id: element.action_id, block_id: block.block_id, selected };
    const act = async (confirmed) => {
      const quiet = this.fields.filter((field) => !field.block.dispatch_action);
      if (quiet.length) await this.api.act("type", { values: this.values(quiet) });
      return this.api.act("press_in_view", { ...order, confirmed });
    };
    await press(element, node, act, (trouble) => this.tell(trouble));
  }

  /** The options of a menu that the app gives while a person types. */
  async search(id, text) {
    try {
      const outcome = await this.api.act("suggest", { block_id: id, text });
      return outcome.answer ?? [];
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
      this.tell(error.message);
      return [];
    }
  }

  async close() {
    try {
      await this.api.act("close");
    } catch (error) {
      this.tell(error.message);
    }
  }

  complain(errors) {
    for (const field of this.fields) field.complain(errors[field.block.block_id] ?? "");
  }

  tell(trouble) {
    this.trouble.textContent = trouble;
    this.trouble.hidden = !trouble;
  }
}
