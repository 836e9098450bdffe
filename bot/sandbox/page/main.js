/** The page: everything is put together here. */

import { addressOf, enter, leave } from "./access.js";
import { Api } from "./api.js";
import { Composer, Reply } from "./composer.js";
import { Conversation } from "./conversation.js";
import { refreshDates } from "./dates.js";
import { byId } from "./dom.js";
import { Files } from "./files.js";
import { Guide } from "./guide.js";
import { Home } from "./home.js";
import { listen } from "./live.js";
import { Modal } from "./modal.js";
import { Names } from "./names.js";
import { Reads } from "./reads.js";
import { Sidebar } from "./sidebar.js";
import { isDirect, Store } from "./store.js";

const USER = "countersign.user";
const CHANNEL = "countersign.channel";
const MINUTE = 60_000;

const given = enter();
const store = new Store();
const reads = new Reads();
const api = new Api(given.token, () => store.user);
const names = new Names(store, go);
const files = new Files(api);
const guide = new Guide({ store, address: (place) => addressOf(given.token, place), visit });
const conversation = new Conversation({ store, reads, names, files, api, read: () => sidebar.render(conversation.channel) });
const modal = new Modal({ names, files, api, closed: (spot) => conversation.focus(spot) });
const sidebar = new Sidebar({ store, reads, go, become, address: (user) => addressOf(given.token, { user }) });
const home = new Home({ store, names, files, api });
new Reply({ api, files, place: () => ({ channel: conversation.channel, thread_ts: conversation.thread }) });
byId("home-tab").addEventListener("click", () => showHome(true));
byId("messages-tab").addEventListener("click", () => showHome(false));
new Composer({ store, api, files, channel: () => conversation.channel, note, ask: () => conversation.ask() });
let stop = () => {};
/** The place to go to once it is known what is there; null while there is none. */
let aim = given.channel ? given : null;

// An address that is opened in this tab changes nothing but what stands behind the #.
addEventListener("hashchange", () => {
  const now = enter();
  if (now.token !== given.token || !document.body.classList.contains("ready")) location.reload();
  else visit(now);
});
if (given.token) {
  become(given.user || sessionStorage.getItem(USER) || "");
  setInterval(() => refreshDates(document), MINUTE / 2);
} else {
  refuse();
}

/** Act as somebody; "" is whoever is there to be asked first. */
function become(user) {
  stop();
  store.forget();
  store.user = user;
  conversation.channel = "";
  stop = listen({
    token: given.token,
    // Before the workspace is known, nobody is: the sandbox says who there is.
    user,
    heard,
    lost: () => say("Reconnecting…"),
    refused: refuse,
    nobody: () => becomeSomebody(),
  });
}

async function becomeSomebody() {
  // Nobody is sent on to a place as somebody who is not there.
  if (aim?.user) aim = null;
  const response = await fetch("control/workspace", { headers: { "X-Sandbox-Token": given.token } });
  if (!response.ok) return refuse();
  const { workspace } = await response.json();
  const people = workspace.users.filter((user) => !user.bot && !user.deactivated);
  // Whoever is in a group is whom an app asks.
  const asked = workspace.groups.flatMap((group) => group.members).find((id) => people.some((user) => user.id === id));
  become(asked ?? people[0].id);
}

function heard(news, first) {
  store.apply(news, first);
  say(store.connected ? "" : "No app is connected to this workspace: what you press here reaches nobody yet.");
  document.body.classList.add("ready");
  sessionStorage.setItem(USER, store.user);
  const mine = [...store.channels.map((channel) => channel.id), store.direct];
  if ("guide" in news || "links" in news) guide.render();
  // Whoever comes for the first time, and is sent nowhere, begins where the guide does.
  if (!conversation.channel && !sessionStorage.getItem(CHANNEL)) aim ??= guide.first;
  if (aim?.user && aim.user !== store.user) return become(aim.user);
  if (mine.includes(aim?.channel)) go(aim.channel, aim.message);
  else if (mine.includes(conversation.channel)) conversation.render();
  else go([sessionStorage.getItem(CHANNEL)].find((id) => mine.includes(id)) ?? mine[0]);
  aim = null;
  sidebar.render(conversation.channel);
  home.render();
  modal.show(store.views);
}

/** Show the app's Home tab, or the messages behind it. */
function showHome(open) {
  home.toggle(open);
  byId(open ? "home-tab" : "messages-tab").setAttribute("aria-current", "page");
  byId(open ? "messages-tab" : "home-tab").removeAttribute("aria-current");
}

/** Go to a place as somebody. @param {import("./access.js").Place} place */
function visit(place) {
  aim = place;
  heard({}, false);
}

/** @param {string} [message] its ts; without one, the newest message is shown */
function go(channel, message = "") {
  sessionStorage.setItem(CHANNEL, channel);
  conversation.open(channel, message);
  const hasHome = isDirect(channel) && store.workspace.app.home;
  byId("tabs").hidden = !hasHome;
  showHome(hasHome && !message);
  sidebar.render(channel);
}

function note(channel, text) {
  store.note(channel, text);
  conversation.render();
}

function say(text) {
  const status = byId("status");
  if (status.textContent !== text) status.textContent = text;
  status.hidden = !text;
}

function refuse() {
  leave();
  document.body.classList.remove("ready");
  byId("locked").hidden = false;
}
