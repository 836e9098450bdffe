/** The workspace: who one is, and the channels that this person is in. */

import { arrange, byId, el } from "./dom.js";
import { isDirect } from "./store.js";

export class Sidebar {
  /**
   * @param {{store: import("./store.js").Store, reads: import("./reads.js").Reads, go: (channel: string) => void,
   *   become: (user: string) => void, address: (user: string) => string}} about
   */
  constructor({ store, reads, go, become, address }) {
    this.store = store;
    this.reads = reads;
    this.go = go;
    this.address = address;
    /** @type {Map<string, HTMLElement>} */
    this.items = new Map();
    this.people = byId("people");
    this.people.addEventListener("change", () => become(this.people.value));
    byId("open-drawer").addEventListener("click", () => this.drawer(true));
    byId("close-drawer").addEventListener("click", () => this.drawer(false));
    byId("shade").addEventListener("click", () => this.drawer(false));
    byId("sidebar").addEventListener("keydown", (event) => event.key === "Escape" && this.drawer(false));
  }

  /** On a narrow screen the channels lie over the messages. */
  drawer(open) {
    if (open === document.body.classList.contains("drawer-open")) return;
    document.body.classList.toggle("drawer-open", open);
    byId("open-drawer").setAttribute("aria-expanded", String(open));
    byId("main").inert = open;
    byId(open ? "close-drawer" : "open-drawer").focus();
  }

  render(current) {
    const { store } = this;
    byId("team").textContent = store.workspace.team.name;
    this.showPeople();
    this.showOtherWindow();
    const items = store.channels.filter((channel) => !channel.archived).map((channel) => this.item(channel, current));
    arrange(byId("channels"), items);
    const app = { id: store.direct, name: store.bot.real_name };
    arrange(byId("apps"), [this.item(app, current)]);
  }

  showPeople() {
    const wanted = this.store.people.map((user) => [
      user.id,
      user.title ? `${user.real_name}, ${user.title}` : user.real_name,
    ]);
    const shown = [...this.people.options].map((option) => [option.value, option.text]);
    if (JSON.stringify(wanted) !== JSON.stringify(shown)) {
      this.people.replaceChildren(...wanted.map(([value, text]) => el("option", { value }, text)));
    }
    this.people.value = this.store.user;
  }

  /** Somebody to look on with: another one of the same group, who is asked the same things. */
  showOtherWindow() {
    const { store } = this;
    const group = store.workspace.groups.find(({ members }) => members.includes(store.user))?.members ?? [];
    const others = store.people.filter((user) => user.id !== store.user);
    const other = others.find((user) => group.includes(user.id)) ?? others[0];
    const link = byId("other-window");
    link.hidden = !other;
    if (!other) return;
    link.href = this.address(other.id);
    link.textContent = `Another window, as ${other.real_name}`;
  }

  item(channel, current) {
    const item = this.items.get(channel.id) ?? this.newItem(channel);
    const button = item.firstElementChild;
    const unread =
      channel.id === current ? 0 : this.reads.unread(this.store.user, channel.id, this.store.all(channel.id));
    button.classList.toggle("unread", unread > 0);
    if (channel.id === current) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
    const count = button.querySelector(".count");
    count.hidden = unread === 0;
    count.firstChild.textContent = unread > 99 ? "99+" : unread;
    return item;
  }

  newItem(channel) {
    const open = () => {
      this.go(channel.id);
      this.drawer(false);
    };
    const count = el("span", { class: "count" }, el("span", {}, ""), el("span", { class: "unseen" }, " unread"));
    const sign = isDirect(channel.id) ? "@" : channel.private ? "∗" : "#";
    const mark = el("span", { class: "mark", "aria-hidden": "true" }, sign);
    const item = el(
      "li",
      {},
      el("button", { type: "button", onclick: open }, mark, el("span", { class: "name" }, channel.name), count),
    );
    this.items.set(channel.id, item);
    return item;
  }
}
