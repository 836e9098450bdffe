/** The app's Home tab, as it drew it for this person. */

import { drawBlocks } from "./blocks.js";
import { byId, el } from "./dom.js";
import { press } from "./pressing.js";

export class Home {
  /**
   * @param {{store: import("./store.js").Store, names: import("./names.js").Names,
   *   files: import("./files.js").Files, api: import("./api.js").Api}} about
   */
  constructor({ store, names, files, api }) {
    this.store = store;
    this.names = names;
    this.files = files;
    this.api = api;
    this.node = byId("home");
    this.drawn = "";
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** Show it, or what is behind it. The app is told that somebody came. */
  async toggle(open) {
    if (open === this.isOpen) return;
    this.node.hidden = !open;
    document.body.classList.toggle("home-open", open);
    if (!open) return;
    this.drawn = "";
    this.render();
    try {
      await this.api.act("open_home");
    } catch (error) {
      this.tell(error.message);
    }
  }

  render() {
    const view = this.store.home;
    const now = view ? `${view.id}|${view.hash}` : "none";
    if (!this.isOpen || this.drawn === now) return;
    this.drawn = now;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.spot : "";
    const context = {
      names: this.names,
      files: this.files,
      place: view?.id ?? "",
      press: (...pressed) => this.press(...pressed),
    };
    this.trouble = el("p", { class: "trouble", role: "alert", hidden: true });
    const blocks = view ? drawBlocks(view.blocks, context) : el("p", { class: "quiet" }, "The app has drawn nothing here yet.");
    this.node.replaceChildren(el("div", { class: "content" }, blocks, this.trouble));
    if (focused) [...this.node.querySelectorAll("[data-spot]")].find((one) => one.dataset.spot === focused)?.focus();
  }

  press(block, element, selected, node) {
    const order = { action_id: element.action_id, block_id: block.block_id, selected };
    const act = (confirmed) => this.api.act("press_in_home", { ...order, confirmed });
    return press(element, node, act, (trouble) => this.tell(trouble));
  }

  tell(trouble) {
    this.trouble.textContent = trouble;
    this.trouble.hidden = !trouble;
  }
}
