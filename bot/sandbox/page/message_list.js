/** A list of messages, oldest first, that stays at its end unless the reader went up. */

import { dayOf, moment } from "./dates.js";
import { arrange, el } from "./dom.js";
import { drawMessage } from "./message.js";

/** Pixels from the end that still count as being there. */
const NEAR = 48;

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
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(scroller);
  }

  /** Another list in its place: a new element, so that what stands in it from the start is not read out as news. */
  clear(label) {
    /** @type {Map<string, {message: object, replies: number, node: HTMLElement}>} */
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
  }

  /**
   * @param {object[]} messages
   * @param {(ts: string) => object[]} repliesTo
   * @param {string} after the ts behind which a line says "New"; "" for none
   */
  show(messages, repliesTo = () => [], after = "") {
    const focus = this.log.contains(document.activeElement) ? document.activeElement : null;
    const kept = new Map();
    for (const message of messages) kept.set(message.ts, this.node(message, repliesTo(message.ts)));
    this.drawn = kept;
    arrange(this.log, this.withLines(messages, after));
    if (focus && !focus.isConnected) this.refocus(focus);
    if (this.atEnd) this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.height = this.scroller.clientHeight;
    this.look();
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    // Where it only became smaller, nobody scrolled.
    if (this.atEnd && this.height !== clientHeight) return this.toEnd();
    const end = scrollHeight - scrollTop - clientHeight < NEAR;
    if (end === this.atEnd) return;
    this.atEnd = end;
    this.moved(end);
  }

  node(message, replies) {
    const before = this.drawn.get(message.ts);
    if (before && before.message === message && before.replies === replies.length) return before;
    return { message, replies: replies.length, node: drawMessage(message, { ...this.about, replies }) };
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
      nodes.push(this.drawn.get(ts).node);
    }
    return nodes;
  }

  /** What had the focus was drawn anew: the same button, or else its message, has it now. */
  refocus(lost) {
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
