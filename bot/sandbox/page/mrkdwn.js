/** Text objects: plain text, and Slack's own markup ("mrkdwn"), which top-level texts are written in too. */

import { moment } from "./dates.js";
import { el } from "./dom.js";
import { link } from "./names.js";

const REFERENCE = /<([^<>\n]+)>/;
const STYLED = /(?<![\p{L}\d])(?:`([^`\n]+)`|\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~)(?![\p{L}\d])/u;
const TAGS = ["code", "strong", "em", "s"];

/** @returns {Array<Node|string>} */
export function textObject(object, names) {
  return object.type === "mrkdwn" ? mrkdwn(object.text, names) : [el("bdi", {}, object.text)];
}

/** @returns {Array<Node|string>} */
export function mrkdwn(text, names) {
  // Splitting by a pattern with one group puts what the group found at every second place.
  return text.split(REFERENCE).flatMap((part, index) => (index % 2 ? reference(part, names) : style(part)));
}

function reference(inside, names) {
  const [target, label = ""] = inside.split(/\|(.*)/s);
  const parts = target.slice(1).split("^");
  if (target.startsWith("@")) return [names.userChip(target.slice(1))];
  if (target.startsWith("#")) return [names.channelChip(target.slice(1))];
  if (target.startsWith("!subteam^")) return [names.groupChip(parts[1])];
  if (target.startsWith("!date^")) return [moment(Number(parts[1]), unescaped(parts[2] ?? ""), unescaped(label))];
  if (target.startsWith("!")) return [names.broadcastChip(target.slice(1))];
  return [link(unescaped(target), unescaped(label))];
}

function style(text) {
  const found = STYLED.exec(text);
  if (!found) return text ? [el("bdi", {}, unescaped(text))] : [];
  const which = TAGS.findIndex((_, index) => found[index + 1] !== undefined);
  const inner = found[which + 1];
  const content = TAGS[which] === "code" ? unescaped(inner) : style(inner);
  const after = text.slice(found.index + found[0].length);
  return [...style(text.slice(0, found.index)), el(TAGS[which], {}, content), ...style(after)];
}

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
