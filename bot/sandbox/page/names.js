/** Who and what an id stands for, and how it is shown within a text. */

import { el } from "./dom.js";

export class Names {
  /** @param {import("./store.js").Store} store @param {(channel: string) => void} go opens a channel */
  constructor(store, go) {
    this.store = store;
    this.go = go;
  }

  user(id) {
    return this.store.workspace?.users.find((user) => user.id === id);
  }

  channel(id) {
    return this.store.workspace?.channels.find((channel) => channel.id === id);
  }

  group(id) {
    return this.store.workspace?.groups.find((group) => group.id === id);
  }

  userChip(id) {
    const user = this.user(id);
    const mine = id === this.store.user;
    return el("span", { class: mine ? "chip mine" : "chip", title: user?.title || null }, `@${user?.real_name ?? id}`);
  }

  groupChip(id) {
    const group = this.group(id);
    const mine = group?.members.includes(this.store.user);
    return el("span", { class: mine ? "chip mine" : "chip", title: group?.name }, `@${group?.handle ?? id}`);
  }

  broadcastChip(range) {
    return el("span", { class: "chip mine" }, `@${range}`);
  }

  channelChip(id) {
    const channel = this.channel(id);
    if (!channel?.members.includes(this.store.user)) return el("span", { class: "chip" }, `#${channel?.name ?? id}`);
    return el("button", { type: "button", class: "chip", onclick: () => this.go(id) }, `#${channel.name}`);
  }
}

/** A link that goes where it says: only http and https are links, and the host is there to be read. */
export function link(url, text) {
  let target;
  try {
    target = new URL(url);
  } catch {
    target = null;
  }
  const shown = text || url;
  if (!target || !["http:", "https:"].includes(target.protocol)) {
    return el("bdi", { class: "not-a-link" }, text && text !== url ? `${text} (${url})` : url);
  }
  const host = target.host;
  return el("span", { class: "link" }, [
    el("a", { href: target.href, target: "_blank", rel: "noopener noreferrer" }, el("bdi", {}, shown)),
    shown.toLowerCase().includes(host.toLowerCase()) ? null : el("span", { class: "host" }, ` (${host})`),
  ]);
}
