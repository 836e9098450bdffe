/** What to try: a few lines that the sandbox was given, and links to what else runs on this machine. */

import { byId, el } from "./dom.js";
import { link } from "./names.js";

const KEY = "countersign.hint";

export class Hint {
  constructor() {
    this.told = "";
    byId("close-hint").addEventListener("click", () => this.keep("folded"));
    byId("open-hint").addEventListener("click", () => this.keep("open"));
  }

  render({ hint, links }) {
    this.told = JSON.stringify([hint, links]);
    byId("hint-lines").replaceChildren(...hint.map((line) => el("li", {}, line)));
    byId("hint-links").replaceChildren(...Object.entries(links).map(([label, url]) => el("li", {}, link(url, label))));
    this.fold();
  }

  keep(state) {
    sessionStorage.setItem(KEY, state);
    this.fold();
    byId(state === "open" ? "close-hint" : "open-hint").focus();
  }

  fold() {
    const something = this.told !== "[[],{}]";
    const open = sessionStorage.getItem(KEY) !== "folded";
    byId("hint").hidden = !something || !open;
    byId("open-hint").hidden = !something || open;
    document.body.classList.toggle("hint-open", something && open);
  }
}
