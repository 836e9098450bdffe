/** What lets the page in, and where it is to go: the token and the place behind the # of the address. Both are taken out
 * of sight, and the token is kept for this tab.
 */

const TOKEN = "countersign.token";

/**
 * @typedef {object} Place
 * @property {string} user who one is there; "" is whoever one is
 * @property {string} channel "" is wherever one was
 * @property {string} message the ts of a message in it; "" is the newest
 */

/** @returns {Place & {token: string}} what the address says now; empty where it says nothing */
export function enter() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (given.get("token")) sessionStorage.setItem(TOKEN, given.get("token"));
  return {
    token: sessionStorage.getItem(TOKEN) ?? "",
    user: given.get("user") ?? "",
    channel: given.get("channel") ?? "",
    message: given.get("message") ?? "",
  };
}

/** Forget a token that was refused. */
export function leave() {
  sessionStorage.removeItem(TOKEN);
}

/** The address of a place, for another window. @param {string} token @param {Partial<Place>} place */
export function addressOf(token, { user, channel, message }) {
  const told = Object.entries({ token, user, channel, message }).filter(([, value]) => value);
  return `#${new URLSearchParams(told)}`;
}
