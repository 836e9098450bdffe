/** What the acting person sees, as far as the page was told. */

export const isDirect = (channel) => channel.startsWith("D");

export class Store {
  constructor() {
    this.user = "";
    this.forget();
  }

  /** As before anything was told. */
  forget() {
    this.workspace = null;
    /** @type {Map<string, Map<string, object>>} the messages of each channel, by their ts */
    this.messages = new Map();
    this.views = [];
    this.home = null;
    this.connected = true;
    this.guide = { entries: [], notes: [] };
    this.links = {};
  }

  /** @param {boolean} first whether the news are everything */
  apply(news, first) {
    const before = this.messages;
    if (first) {
      // What only this page knows of outlives a new connection.
      const notes = [...before].map(([channel, held]) => [channel, [...held].filter(([, one]) => one.local)]);
      this.messages = new Map(notes.map(([channel, held]) => [channel, new Map(held)]));
    }
    for (const name of ["workspace", "views", "home", "connected", "guide", "links"]) {
      if (name in news) this[name] = news[name];
    }
    for (const [channel, { put, gone }] of Object.entries(news.channels ?? {})) {
      const held = this.messages.get(channel) ?? new Map();
      this.messages.set(channel, held);
      for (const ts of gone) held.delete(ts);
      for (const message of put) {
        const same = before.get(channel)?.get(message.ts);
        // What did not change stays the same object, so that it is not drawn anew.
        held.set(message.ts, JSON.stringify(same) === JSON.stringify(message) ? same : message);
      }
    }
  }

  /** Show something that only this page has to say. */
  note(channel, text) {
    const held = this.messages.get(channel) ?? new Map();
    this.messages.set(channel, held);
    const newest = Math.max(0, ...[...held.keys()].map(Number));
    const ts = Math.max(Date.now() / 1000, newest + 0.000001).toFixed(6);
    held.set(ts, { ts, text, blocks: [], attachments: [], ephemeral: true, local: true, mentions: [] });
  }

  /** The channels that the person is in. */
  get channels() {
    const all = this.workspace?.channels ?? [];
    return all.filter((channel) => channel.members.includes(this.user) && !isDirect(channel.id));
  }

  /** The id of the direct messages with the app. */
  get direct() {
    return `D${this.user.slice(1)}`;
  }

  /** The app as it is called in the workspace. */
  get bot() {
    return this.workspace.users.find((user) => user.id === this.workspace.app.user);
  }

  /** Who may act. */
  get people() {
    return (this.workspace?.users ?? []).filter((user) => !user.bot && !user.deactivated);
  }

  /** Oldest first; replies stand in their thread. */
  inChannel(channel) {
    return this.all(channel).filter((message) => !message.thread_ts || message.thread_ts === message.ts);
  }

  inThread(channel, ts) {
    return this.all(channel).filter((message) => message.ts === ts || message.thread_ts === ts);
  }

  replies(channel, ts) {
    return this.all(channel).filter((message) => message.thread_ts === ts && message.ts !== ts);
  }

  all(channel) {
    const held = [...(this.messages.get(channel)?.values() ?? [])];
    return held.sort((one, other) => Number(one.ts) - Number(other.ts));
  }
}
