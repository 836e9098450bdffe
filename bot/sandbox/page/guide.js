/** What to try: entries that lead somewhere as somebody and are ticked off, and links to what else runs on this machine. */

import { byId, el } from "./dom.js";
import { link } from "./names.js";

const FOLD = "countersign.guide";
const FOLLOWED = "countersign.followed";
const NARROW = matchMedia("(width < 700px)");

export class Guide {
  /**
   * @param {{store: import("./store.js").Store, address: (place: object) => string,
   *   visit: (place: object) => void}} about `visit` goes where an entry leads, `address` is how another window gets there
   */
  constructor({ store, address, visit }) {
    this.store = store;
    this.address = address;
    this.visit = visit;
    /** @type {string[]} the names of the entries that were followed, the last one last */
    this.followed = JSON.parse(sessionStorage.getItem(FOLLOWED) ?? "[]");
    byId("close-guide").addEventListener("click", () => this.keep("folded"));
    byId("open-guide").addEventListener("click", () => this.keep("open"));
    NARROW.addEventListener("change", () => this.fold());
  }

  /** Where the first entry leads that is not done, as far as there is such a place by now. */
  get first() {
    const next = this.store.guide.entries.find((entry) => !this.isDone(entry));
    return next?.channel ? next : null;
  }

  isDone(entry) {
    return entry.done || (entry.done_by_going && this.followed.includes(entry.name));
  }

  /** What is being tried: what was followed last, or else the first that is not done. */
  get current() {
    const open = this.store.guide.entries.filter((entry) => !this.isDone(entry));
    return open.find(({ name }) => name === this.followed.at(-1)) ?? open[0];
  }

  render() {
    const { entries, notes } = this.store.guide;
    const focused = document.activeElement?.closest("#guide-entries li")?.dataset.name;
    const { current } = this;
    byId("guide-entries").replaceChildren(...entries.map((entry) => this.entry(entry, entry === current)));
    byId("guide-entries").querySelector(`[data-name="${CSS.escape(focused ?? "")}"] a`)?.focus();
    byId("guide-notes").replaceChildren(...notes.map((note) => el("p", {}, note)));
    const links = Object.entries(this.store.links);
    byId("guide-links").replaceChildren(...links.map(([label, url]) => el("li", {}, link(url, label))));
    const done = entries.filter((entry) => this.isDone(entry)).length;
    for (const id of ["guide-done", "open-guide-done"]) {
      byId(id).textContent = entries.length > 0 ? `${done} of ${entries.length}` : "";
    }
    this.fold();
  }

  /** Only what is being tried is told in full. */
  entry(entry, current) {
    const done = this.isDone(entry);
    const leads = entry.channel || entry.url;
    const title = leads
      ? el("a", { ...this.target(entry), onclick: (event) => this.follow(event, entry) }, entry.title)
      : el("span", { class: "title" }, entry.title);
    return el(
      "li",
      {
        // Its number, whatever of the others shows.
        value: this.store.guide.entries.indexOf(entry) + 1,
        class: done ? "done" : null,
        "data-name": entry.name,
        "aria-current": current ? "step" : null,
      },
      title,
      done && el("span", { class: "tick" }, " ✓ done"),
      !done && el("p", { class: "where" }, leads ? this.where(entry) : "Not there yet"),
      current && entry.text && el("p", {}, entry.text),
    );
  }

  target(entry) {
    if (entry.channel) return { href: this.address(entry) };
    return { href: entry.url, target: "_blank", rel: "noopener noreferrer" };
  }

  /** In words: as whom one is taken where. */
  where({ user, channel, url }) {
    if (!channel) return new URL(url).host;
    const { workspace } = this.store;
    const who = workspace.users.find(({ id }) => id === user)?.real_name;
    const place = `#${workspace.channels.find(({ id }) => id === channel)?.name ?? channel}`;
    return who ? `As ${who} in ${place}` : `In ${place}`;
  }

  follow(event, entry) {
    this.followed = [...this.followed.filter((name) => name !== entry.name), entry.name];
    sessionStorage.setItem(FOLLOWED, JSON.stringify(this.followed));
    // With a key held down, the browser opens another window for it.
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (entry.channel && !elsewhere) {
      event.preventDefault();
      if (NARROW.matches) sessionStorage.setItem(FOLD, "folded");
    }
    this.render();
    if (event.defaultPrevented) this.visit(entry);
  }

  keep(state) {
    sessionStorage.setItem(FOLD, state);
    this.fold();
    byId(state === "open" ? "close-guide" : "open-guide").focus();
  }

  /** On a narrow screen it is folded, to what is being tried, until somebody asks for all of it. */
  fold() {
    const { store } = this;
    const something = store.guide.entries.length + store.guide.notes.length + Object.keys(store.links).length > 0;
    const open = (sessionStorage.getItem(FOLD) ?? (NARROW.matches ? "folded" : "open")) === "open";
    const shortened = NARROW.matches && !open && this.current !== undefined;
    byId("guide").classList.toggle("shortened", shortened);
    byId("guide").hidden = !something || !(open || shortened);
    byId("open-guide").hidden = !something || open;
    document.body.classList.toggle("guide-open", something && open);
  }
}
