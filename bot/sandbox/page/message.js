/** One message: who says it, when, what, and what became of pressing something in it. */

import { avatar } from "./avatars.js";
import { drawBlocks } from "./blocks.js";
import { moment } from "./dates.js";
import { el, newId } from "./dom.js";
import { menuButton } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

const PAGE = { real_name: "Sandbox", bot: true };

/**
 * @param {object} message
 * @param {object} about
 * @param {import("./names.js").Names} about.names
 * @param {import("./files.js").Files} about.files
 * @param {string} about.place which list it stands in
 * @param {object[]} about.replies
 * @param {(message: object, block: object, element: object, selected: unknown, node: HTMLElement,
 *   tell: (trouble: string) => void) => void} about.press
 * @param {(ts: string) => void} [about.open] opens the thread
 */
export function drawMessage(message, { names, files, place, replies, press, open }) {
  const author = message.local ? PAGE : (names.user(message.user) ?? { real_name: message.user });
  const title = newId("author");
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const tell = (text) => {
    trouble.textContent = text;
    trouble.hidden = !text;
  };
  const context = {
    names,
    files,
    place: `${place}|${message.ts}`,
    press: (block, element, selected, node) => press(message, block, element, selected, node, tell),
  };
  const mine = message.mentions.some(
    (id) => id === names.store.user || names.group(id)?.members.includes(names.store.user),
  );
  return el(
    "article",
    {
      class: ["message", message.ephemeral ? "ephemeral" : "", mine ? "mentioned" : ""].join(" ").trim(),
      "aria-labelledby": title,
      "data-ts": message.ts,
      tabindex: -1,
    },
    avatar(author.real_name),
    el("div", { class: "byline", id: title }, [
      el("span", { class: "author" }, author.real_name),
      author.bot && el("span", { class: "badge" }, "APP"),
      moment(Number(message.ts), "{time}", ""),
      message.ephemeral && el("span", { class: "only-you" }, "Only visible to you"),
    ]),
    el("div", { class: "content" }, [
      content(message, context),
      message.attachments.map((attachment) => attached(attachment, context)),
      message.files?.length > 0 && files.list(message.files),
      message.edited && el("span", { class: "edited" }, "(edited)"),
      trouble,
      open && replies.length > 0 && repliesButton(message, replies, names, open),
    ]),
  );
}

/**
 * What can be done with a message: a reply, and what the app adds. A message that one person alone sees has no menu.
 *
 * @param {HTMLElement} node the message as it is drawn
 */
export function drawMenu(message, node, { names, shortcut, open }) {
  const trouble = node.querySelector(".trouble");
  const tell = (text) => {
    trouble.textContent = text;
    trouble.hidden = !text;
  };
  const own = open ? [{ text: "Reply in thread", act: () => open(message.ts) }] : [];
  const added = names.store.workspace.app.shortcuts.map(({ callback_id, name, description }) => ({
    text: name,
    meaning: description,
    act: (opener) => shortcut(message, callback_id, opener, tell),
  }));
  const items = [...added, ...own];
  if (message.ephemeral || items.length === 0) return null;
  const attributes = { "aria-describedby": node.getAttribute("aria-labelledby"), "data-menu": message.ts };
  return menuButton({ label: "More actions of this message", items, attributes });
}

/** The blocks; the text alone where there are none, as Slack does it. */
function content(message, context) {
  if (message.blocks.length > 0) return drawBlocks(message.blocks, context);
  if (!message.text && message.files?.length > 0) return null;
  return el("div", { class: "line", dir: "auto" }, mrkdwn(message.text, context.names));
}

function attached(attachment, context) {
  const inside = attachment.blocks ? drawBlocks(attachment.blocks, context) : unknown("An attachment", "text");
  return el("div", { class: "attachment" }, inside);
}

function repliesButton(message, replies, names, open) {
  const said = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const who = [...new Set(replies.map((reply) => names.user(reply.user)?.real_name ?? reply.user))];
  return el(
    "button",
    { type: "button", class: "replies", "data-thread": message.ts, onclick: () => open(message.ts) },
    [who.slice(0, 3).map(avatar), el("span", {}, said)],
  );
}
