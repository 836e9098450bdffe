/** Times in the reader's own time zone, as Slack writes them. */

import { el } from "./dom.js";

const DAY = 86_400_000;
const LANGUAGE = "en";
/** Whether the reader's clock has twelve hours. */
const hour12 = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12;

const written = (date, options) => new Intl.DateTimeFormat(LANGUAGE, options).format(date);
const time = (date, seconds = {}) => written(date, { hour: "numeric", minute: "2-digit", hour12, ...seconds });
const short = (date) => written(date, { day: "numeric", month: "short", year: "numeric" });
const middle = (date) => written(date, { day: "numeric", month: "long", year: "numeric" });
const long = (date) => written(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const number = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(padded).join("-");
const padded = (part) => String(part).padStart(2, "0");

/** How each of Slack's tokens is written. */
const TOKENS = {
  date_num: number,
  date_slash: (date) => number(date).replaceAll("-", "/"),
  date: middle,
  date_short: short,
  date_long: long,
  date_pretty: (date) => near(date) ?? middle(date),
  date_short_pretty: (date) => near(date) ?? short(date),
  date_long_pretty: (date) => near(date) ?? long(date),
  day_divider_pretty: (date) => near(date) ?? long(date),
  time,
  time_secs: (date) => time(date, { second: "2-digit" }),
  ago,
};

/** today, yesterday or tomorrow, as they stand within a sentence; undefined for any other day. */
function near(date) {
  const days = Math.round((midnight(date) - midnight(new Date())) / DAY);
  return { 0: "today", [-1]: "yesterday", 1: "tomorrow" }[days];
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function ago(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const past = Math.abs(seconds);
  const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
  if (past < 60) return seconds <= 0 ? "just now" : "in a moment";
  if (past < 3600) return relative.format(Math.trunc(seconds / 60), "minute");
  if (past < 86_400) return relative.format(Math.trunc(seconds / 3600), "hour");
  return relative.format(Math.trunc(seconds / 86_400), "day");
}

/** A date element's text. A format without a known token is answered with the fallback, as Slack does. */
function formatted(timestamp, format, fallback = "") {
  const date = new Date(timestamp * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  let known = false;
  const text = format.replaceAll(/\{(\w+)\}/g, (token, name) => {
    if (!Object.hasOwn(TOKENS, name)) return token;
    known = true;
    return TOKENS[name](date);
  });
  return known ? text : fallback;
}

/** A `time` element that is kept up to date. */
export function moment(timestamp, format, fallback) {
  const date = new Date(timestamp * 1000);
  const valid = !Number.isNaN(date.getTime());
  return el(
    "time",
    {
      datetime: valid && date.toISOString(),
      title: valid && `${long(date)}, ${time(date)}`,
      "data-timestamp": timestamp,
      "data-format": format,
      "data-fallback": fallback,
    },
    formatted(timestamp, format, fallback),
  );
}

/** Write all times anew: today becomes yesterday, and a minute ago an hour ago. */
export function refreshDates(root) {
  for (const node of root.querySelectorAll("time[data-format]")) {
    const { timestamp, format, fallback } = node.dataset;
    const text = formatted(Number(timestamp), format, fallback);
    if (node.textContent !== text) node.textContent = text;
  }
}

/** Names the day on which something was, in the reader's own time zone. */
export const dayOf = (ts) => number(new Date(Number(ts) * 1000));
