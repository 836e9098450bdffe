/** What lets the page in: the token behind the # of the address, which is kept for this tab and taken out of sight. */

const TOKEN = "countersign.token";

/** @returns {{token: string, user: string, channel: string}} empty where nothing is known */
export function enter() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (given.get("token")) sessionStorage.setItem(TOKEN, given.get("token"));
  return {
    token: sessionStorage.getItem(TOKEN) ?? "",
    user: given.get("user") ?? "",
    channel: given.get("channel") ?? "",
  };
}

/** Forget a token that was refused. */
export function leave() {
  sessionStorage.removeItem(TOKEN);
}

/** The address of another window, for somebody else. */
export function addressFor(token, user) {
  return `/#${new URLSearchParams({ token, user })}`;
}
