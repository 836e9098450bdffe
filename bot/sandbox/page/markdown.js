/** Markdown, as far as apps write it: headings, lists, quotes, code, links, and stressed words. */

import { el } from "./dom.js";
import { link } from "./names.js";

const INLINE = /(`[^`\n]+`)|\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\(([^)\s]+)\)|(?<![\w*])[*_]([^*_\n]+)[*_](?![\w*])|~~([^~\n]+)~~/;
const LISTED = { ul: /^\s*[-*+] +(.*)/, ol: /^\s*\d+[.)] +(.*)/ };

/** @param {string} text @returns {HTMLElement} */
export function markdown(text) {
  const lines = text.split("\n");
  const made = [];
  while (lines.length > 0) {
    const line = lines.shift();
    const heading = /^(#{1,6}) +(.*)/.exec(line);
    const kind = Object.keys(LISTED).find((name) => LISTED[name].test(line));
    if (line.startsWith("```")) made.push(code(lines));
    else if (heading) made.push(el("h4", { dir: "auto" }, inline(heading[2])));
    else if (kind) made.push(list(kind, line, lines));
    else if (line.startsWith(">")) made.push(el("blockquote", { dir: "auto" }, inline(line.replace(/^> ?/, ""))));
    else if (line.trim()) made.push(el("p", { dir: "auto" }, inline(line)));
  }
  return el("div", { class: "markdown" }, made);
}

function code(lines) {
  const end = lines.findIndex((line) => line.startsWith("```"));
  const inside = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return el("pre", { dir: "auto", tabindex: 0 }, inside.join("\n"));
}

function list(kind, first, lines) {
  const items = [first];
  while (lines.length > 0 && LISTED[kind].test(lines[0])) items.push(lines.shift());
  return el(kind, {}, items.map((item) => el("li", {}, inline(LISTED[kind].exec(item)[1]))));
}

function inline(text) {
  const found = INLINE.exec(text);
  if (!found) return text ? [el("bdi", {}, text)] : [];
  const [whole, written, strong, named, url, stressed, struck] = found;
  const node = written
    ? el("code", {}, written.slice(1, -1))
    : url
      ? link(url, named)
      : el(strong ? "strong" : stressed ? "em" : "s", {}, inline(strong ?? stressed ?? struck));
  return [...inline(text.slice(0, found.index)), node, ...inline(text.slice(found.index + whole.length))];
}
