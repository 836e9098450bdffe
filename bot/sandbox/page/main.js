/** The page: everything is put together here. */

import { addressFor, enter, leave } from "./access.js";
import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { refreshDates } from "./dates.js";
import { byId } from "./dom.js";
import { Hint } from "./hint.js";
import { listen } from "./live.js";
import { Modal } from "./modal.js";
import { Names } from "./names.js";
import { Reads } from "./reads.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";

const USER = "countersign.user";
const CHANNEL = "countersign.channel";
const MINUTE = 60_000;

const given = enter();
const store = new Store();
const reads = new Reads();
const api = new Api(given.token, () => store.user);
const names = new Names(store, go);
const hint = new Hint();
const conversation = new Conversation({ store, reads, names, api, read: () => sidebar.render(conversation.channel) });
const modal = new Modal({ names, api, closed: (spot) => conversation.focus(spot) });
const sidebar = new Sidebar({ store, reads, go, become, address: (user) => addressFor(given.token, user) });
new Composer({ store, api, channel: () => conversation.channel, note });
let stop = () => {};

// An address with another token that is opened in this tab changes nothing but what stands behind the #.
addEventListener("hashchange", () => location.reload());
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
  const response = await fetch("/control/workspace", { headers: { "X-Sandbox-Token": given.token } });
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
  const mine = store.channels.map((channel) => channel.id);
  if (mine.includes(conversation.channel)) conversation.render();
  else go([given.channel, sessionStorage.getItem(CHANNEL)].find((id) => mine.includes(id)) ?? mine[0]);
  sidebar.render(conversation.channel);
  if ("hint" in news || "links" in news) hint.render(store);
  modal.show(store.views);
}

function go(channel) {
  sessionStorage.setItem(CHANNEL, channel);
  conversation.open(channel);
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
