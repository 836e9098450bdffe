/** A list of messages, oldest first, that stays at its end, or at a message of it, unless the reader went elsewhere. */

import { dayOf, moment } from "./dates.js";
import { arrange, el } from "./dom.js";
import { drawMenu, drawMessage } from "./message.js";

/** Pixels from the end that still count as being there. */
const NEAR = 48;
/** Pixels above a message that is shown from its beginning. */
const ABOVE = 8;

export class MessageList {
  /**
   * @param {HTMLElement} scroller what scrolls
   * @param {object} about what `drawMessage` takes
   * @param {(end: boolean) => void} [moved] is told whether the end shows, when that changes
   */
  constructor(scroller, about, moved = () => {}) {
    this.scroller = scroller;
    this.about = about;
    this.moved = moved;
    this.atEnd = true;
    this.height = scroller.clientHeight;
    this.clear("");
    scroller.addEventListener("scroll", () => this.look());
    // A picture that comes late moves what is below it.
    scroller.addEventListener("load", () => this.settle(), true);
    new ResizeObserver(() => this.settle()).observe(scroller);
  }

  /** Another list in its place: a new element, so that what stands in it from the start is not read out as news. */
  clear(label) {
    /** @type {Map<string, {message: object, replies: number, node: HTMLElement, menu: HTMLElement | null}>} */
    this.drawn = new Map();
    this.log = el("div", {
      class: "log",
      role: "log",
      "aria-live": "polite",
      "aria-relevant": "additions",
      "aria-label": label,
    });
    this.scroller.replaceChildren(this.log);
    this.atEnd = true;
    /** The message that somebody was sent to, and whether the list still stays there. */
    this.linked = "";
    this.held = false;
  }

  /**
   * @param {object[]} messages
   * @param {(ts: string) => object[]} repliesTo
   * @param {string} after the ts behind which a line says "New"; "" for none
   */
  show(messages, repliesTo = () => [], after = "") {
    const focus = this.log.contains(document.activeElement) ? document.activeElement : null;
    const kept = new Map();
    for (const message of messages) kept.set(message.ts, this.draw(message, repliesTo(message.ts)));
    this.drawn = kept;
    arrange(this.log, this.withLines(messages, after));
    this.node(this.linked)?.classList.add("linked");
    if (focus && !focus.isConnected) this.refocus(focus);
    this.settle();
  }

  /** Show a message from its beginning, and stay there, whatever comes below it. */
  hold(ts) {
    this.linked = ts;
    this.held = true;
    this.atEnd = false;
  }

  /** Show the newest message with the next drawing. */
  stayAtEnd() {
    this.held = false;
    this.atEnd = true;
  }

  /** @param {string} ts @returns {HTMLElement | undefined} */
  node(ts) {
    return this.drawn.get(ts)?.node;
  }

  toEnd() {
    this.held = false;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.height = this.scroller.clientHeight;
    this.look();
  }

  /** Go back to where the list stays. */
  settle() {
    if (this.held && this.node(this.linked)) {
      this.scroller.scrollTop += this.away;
      this.height = this.scroller.clientHeight;
      this.look();
    } else if (this.atEnd) this.toEnd();
  }

  /** Pixels by which the message that somebody was sent to stands too low. */
  get away() {
    return this.node(this.linked).getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - ABOVE;
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    // Where it only became smaller, nobody scrolled.
    if ((this.held || this.atEnd) && this.height !== clientHeight) return this.settle();
    const most = scrollHeight - clientHeight;
    if (this.held && Math.abs(Math.min(this.away, most - scrollTop)) > 2) this.held = false;
    const end = scrollHeight - scrollTop - clientHeight < NEAR;
    if (end === this.atEnd) return;
    this.atEnd = end;
    this.moved(end);
  }

  draw(message, replies) {
    const before = this.drawn.get(message.ts);
    if (before && before.message === message && before.replies === replies.length) return before;
    const node = drawMessage(message, { ...this.about, replies });
    return { message, replies: replies.length, node, menu: drawMenu(message, node, this.about) };
  }

  withLines(messages, after) {
    const nodes = [];
    let day = "";
    let isNew = false;
    for (const { ts } of messages) {
      if (dayOf(ts) !== day) nodes.push(dayLine(ts));
      day = dayOf(ts);
      if (!isNew && after && Number(ts) > Number(after)) {
        isNew = true;
        nodes.push(
          el("div", { class: "new-line", role: "separator", "aria-label": "New messages" }, el("span", {}, "New")),
        );
      }
      const { node, menu } = this.drawn.get(ts);
      if (menu) nodes.push(menu);
      nodes.push(node);
    }
    return nodes;
  }

  /** What had the focus was drawn anew: the same button, or else its message, has it now. */
  refocus(lost) {
    const menu = this.drawn.get(lost.dataset.menu)?.menu;
    if (menu) return menu.firstElementChild.focus({ preventScroll: true });
    const message = lost.closest("[data-ts]") ?? lost;
    const now = this.drawn.get(message.dataset.ts)?.node;
    const same = [...(now?.querySelectorAll("[data-spot]") ?? [])].find(
      (one) => one.dataset.spot === lost.dataset.spot,
    );
    (same ?? now)?.focus({ preventScroll: true });
  }
}

function dayLine(ts) {
  return el("div", { class: "day", role: "separator" }, moment(Number(ts), "{day_divider_pretty}", ""));
}
