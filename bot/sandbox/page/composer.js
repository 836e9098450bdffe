/** Where one types: messages, slash commands, and replies in a thread. */

import { troubleOf } from "./api.js";
import { byId, el } from "./dom.js";
import { FilePicker } from "./files.js";

export class Composer {
  /**
   * @param {{store: import("./store.js").Store, api: import("./api.js").Api,
   *   files: import("./files.js").Files, channel: () => string,
   *   note: (channel: string, text: string) => void, ask: () => void}} about `note` shows something to the person alone,
   *   `ask` is called before something is sent that the app may answer
   */
  constructor({ store, api, files, channel, note, ask }) {
    this.store = store;
    this.api = api;
    this.channel = channel;
    this.note = note;
    this.ask = ask;
    this.input = byId("say");
    this.list = byId("commands");
    this.chosen = -1;
    this.picker = attaching(files, byId("composer"));
    byId("composer").addEventListener("submit", (event) => this.send(event));
    this.input.addEventListener("input", () => this.offer());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.fold());
  }

  get commands() {
    return this.store.workspace?.app.commands ?? [];
  }

  /** The commands that begin like what was typed. */
  offer() {
    const typed = this.input.value;
    const fitting = /^\/\S*$/.test(typed) ? this.commands.filter(({ name }) => name.startsWith(typed)) : [];
    this.list.replaceChildren(...fitting.map((command, index) => this.option(command, index)));
    this.list.hidden = fitting.length === 0;
    this.input.setAttribute("aria-expanded", String(fitting.length > 0));
    this.choose(fitting.length > 0 ? 0 : -1);
  }

  option(command, index) {
    const take = (event) => {
      event.preventDefault();
      this.choose(index);
      this.take();
    };
    return el(
      "li",
      { id: `command-${index}`, role: "option", "data-name": command.name, onmousedown: take },
      el("b", {}, command.name),
      ` ${command.usage}`,
      el("span", { class: "meaning" }, command.description),
    );
  }

  choose(index) {
    this.chosen = index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index >= 0) this.input.setAttribute("aria-activedescendant", `command-${index}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  take() {
    this.input.value = `${this.list.children[this.chosen].dataset.name} `;
    this.fold();
  }

  fold() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(-1);
  }

  key(event) {
    if (this.list.hidden) return;
    const number = this.list.children.length;
    const exact = this.list.children[this.chosen]?.dataset.name === this.input.value;
    if (event.key === "ArrowDown") this.choose((this.chosen + 1) % number);
    else if (event.key === "ArrowUp") this.choose((this.chosen + number - 1) % number);
    else if (event.key === "Escape") this.fold();
    else if (event.key === "Tab" || (event.key === "Enter" && !exact)) this.take();
    else return;
    event.preventDefault();
  }

  async say(channel, text) {
    const files = this.picker.ids;
    this.input.value = "";
    this.picker.clear();
    try {
      await this.api.act("say", { channel, text, files });
    } catch (error) {
      this.note(channel, error.message);
    }
  }

  async send(event) {
    event.preventDefault();
    this.fold();
    const said = this.input.value.trim();
    const channel = this.channel();
    if (!said && this.picker.ids.length === 0) return;
    this.ask();
    const typed = /^(\/\S+)\s*(.*)$/s.exec(said);
    if (!typed) return this.say(channel, said);
    const [, command, text] = typed;
    if (this.commands.length > 0 && !this.commands.some(({ name }) => name === command)) {
      return this.note(channel, `${command} is not a valid command. Type / to see which there are.`);
    }
    this.input.value = "";
    try {
      const trouble = troubleOf(await this.api.act("command", { channel, command, text }));
      if (trouble) this.note(channel, `${command} failed. ${trouble}`);
    } catch (error) {
      this.note(channel, `${command} failed. ${error.message}`);
    }
  }
}

/** What lets a person attach files to what they send from a form. */
function attaching(files, form) {
  const picker = new FilePicker({ files, text: "+", label: "Attach files", zone: form });
  form.prepend(picker.node);
  return picker;
}

/** Where one replies in the thread that is open. */
export class Reply {
  /** @param {{api: import("./api.js").Api, files: import("./files.js").Files, place: () => {channel: string, thread_ts: string}}} about */
  constructor({ api, files, place }) {
    this.input = byId("reply-text");
    const picker = attaching(files, byId("reply"));
    byId("reply").addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      const { ids } = picker;
      if (!text && ids.length === 0) return;
      this.input.value = "";
      picker.clear();
      await api.act("say", { ...place(), text, files: ids }).catch(() => {
        // What was typed is not lost.
        this.input.value = text;
      });
    });
  }
}
