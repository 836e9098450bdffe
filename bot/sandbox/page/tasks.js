/** Tasks, and plans of several. */

import { el } from "./dom.js";
import { link } from "./names.js";
import { richText } from "./rich_text.js";

const SAID = { pending: "Not begun", in_progress: "In progress", complete: "Done", error: "Failed" };

export function task(block, { names }) {
  return el("div", { class: `task ${block.status}` }, [
    el("div", { class: "line", dir: "auto" }, el("span", { class: "state" }, SAID[block.status]), " ", block.title),
    block.details && richText(block.details, names),
    block.output && richText(block.output, names),
    block.sources?.length > 0 && el("p", { class: "quiet" }, block.sources.map(({ url, text }) => [link(url, text), " "])),
  ]);
}

export function plan(block, context) {
  const done = block.tasks.filter(({ status }) => status === "complete").length;
  const summary = el("summary", {}, el("span", { class: "title", dir: "auto" }, block.title), ` ${done} of ${block.tasks.length} done`);
  return el(
    "details",
    { class: "container", open: true },
    summary,
    el("ol", { class: "tasks" }, block.tasks.map((one) => el("li", {}, task(one, context)))),
  );
}
