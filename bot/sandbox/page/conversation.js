/** The channel that is open: its messages, how far they are read, and one thread beside them. */

import { byId } from "./dom.js";
import { MessageList } from "./message_list.js";
import { press } from "./pressing.js";
import { isDirect } from "./store.js";

export class Conversation {
  /**
   * @param {{store: import("./store.js").Store, reads: import("./reads.js").Reads, names: import("./names.js").Names,
   *   files: import("./files.js").Files,
   *   api: import("./api.js").Api, read: () => void}} about `read` is called when something was read
   */
  constructor({ store, reads, names, files, api, read }) {
    this.store = store;
    this.reads = reads;
    this.names = names;
    this.api = api;
    this.read = read;
    this.channel = "";
    this.thread = "";
    /** Behind which message the line "New" stands, and whether it is there. */
    this.after = "";
    this.line = false;
    /** The newest message when the person last did what the app may answer; "" once it did. */
    this.asked = "";
    const about = {
      names,
      files,
      press: (...pressed) => this.press(...pressed),
      shortcut: (...chosen) => this.shortcut(...chosen),
    };
    const open = (ts) => this.openThread(ts);
    this.list = new MessageList(byId("messages"), { ...about, place: "channel", open }, () => this.render());
    this.replies = new MessageList(byId("thread-messages"), { ...about, place: "thread" });
    byId("jump").addEventListener("click", () => this.list.toEnd());
    byId("close-thread").addEventListener("click", () => this.closeThread());
    byId("thread").addEventListener("keydown", (event) => event.key === "Escape" && this.closeThread());
    document.addEventListener("visibilitychange", () => this.render());
  }

  /** @param {string} [message] the ts of the message that is shown; without one, the newest are */
  open(channel, message = "") {
    this.channel = channel;
    this.asked = "";
    this.closeThread();
    const direct = isDirect(channel);
    const name = direct ? this.store.bot.real_name : (this.names.channel(channel)?.name ?? "");
    byId("channel-sign").hidden = direct;
    byId("channel-name").textContent = name;
    document.title = `${name} · ${this.store.workspace.team.name}`;
    this.list.clear(`Messages in ${name}`);
    this.after = this.reads.upTo(this.store.user, channel);
    this.line = this.after !== "" && this.unread > 0;
    const there = message && this.messages.some(({ ts }) => ts === message);
    if (there) this.list.hold(message);
    this.render();
    if (there) this.list.node(message).focus({ preventScroll: true });
    else this.list.toEnd();
  }

  get messages() {
    return this.store.inChannel(this.channel);
  }

  get unread() {
    return this.reads.unread(this.store.user, this.channel, this.messages);
  }

  render() {
    if (!this.channel) return;
    const { messages } = this;
    if (this.isAnswered) {
      this.asked = "";
      this.list.stayAtEnd();
    }
    // Whether it is read is settled before it is drawn: drawing moves the end.
    if (this.list.atEnd && document.visibilityState === "visible") this.markRead();
    else if (!this.line) this.line = this.after !== "" && this.unread > 0;
    const repliesTo = (ts) => this.store.replies(this.channel, ts);
    this.list.show(messages, repliesTo, this.line ? this.after : "");
    byId("empty").hidden = messages.length > 0;
    byId("jump").hidden = this.list.atEnd;
    byId("jump-new").textContent = this.unread ? ` · ${this.unread} new` : "";
    if (this.thread) this.replies.show(this.store.inThread(this.channel, this.thread));
  }

  markRead() {
    const { user } = this.store;
    this.reads.read(user, this.channel, this.messages);
    if (!this.line) this.after = this.reads.upTo(user, this.channel);
    this.read();
  }

  openThread(ts) {
    this.thread = ts;
    document.body.classList.add("thread-open");
    byId("thread").hidden = false;
    this.replies.clear("Messages of the thread");
    this.render();
    byId("close-thread").focus();
  }

  closeThread() {
    if (!this.thread) return;
    const opener = document.querySelector(`[data-thread="${CSS.escape(this.thread)}"]`);
    this.thread = "";
    document.body.classList.remove("thread-open");
    byId("thread").hidden = true;
    opener?.focus();
  }

  /** What the app answers to this person alone, next, is shown wherever they are in the channel. */
  ask() {
    this.asked = this.messages.at(-1)?.ts ?? "";
  }

  get isAnswered() {
    const { asked } = this;
    return asked !== "" && this.messages.some(({ ephemeral, ts }) => ephemeral && Number(ts) > Number(asked));
  }

  press(message, block, element, selected, node, tell) {
    this.ask();
    const order = {
      channel: message.channel ?? this.channel,
      ts: message.ts,
      action_id: element.action_id,
      block_id: block.block_id,
      selected,
    };
    return press(element, node, (confirmed) => this.api.act("press", { ...order, confirmed }), tell);
  }

  /** Choose something that the app added to the menu of a message. */
  shortcut(message, callback_id, node, tell) {
    this.ask();
    const order = { channel: message.channel ?? this.channel, ts: message.ts, callback_id };
    return press({}, node, () => this.api.act("shortcut", order), tell);
  }

  /** Give the focus back to a button, or to what stands in its place now. */
  focus(spot) {
    const ts = spot.split("|")[1] ?? "";
    const all = [...document.querySelectorAll("[data-spot]")];
    const node =
      all.find((one) => one.dataset.spot === spot) ?? document.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    (node ?? byId("say")).focus();
  }
}
