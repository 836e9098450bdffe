/** Files: pictures as they are, other files as a row, and those that a person is about to send. */

import { openDialog } from "./dialogs.js";
import { el, newId } from "./dom.js";

/** What is shown as a picture; whatever else a file is, it can be saved and no more. */
const PICTURES = ["image/png", "image/jpeg", "image/gif"];
const GONE = "This file was deleted.";

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export class Files {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {Map<string, Promise<Blob>>} */
    this.loaded = new Map();
    /** What is known of files that were chosen, by id. */
    this.known = new Map();
  }

  /** Keep what is known of files. @param {{id: string, name: string, size: number}[]} files */
  remember(files) {
    for (const file of files) this.known.set(file.id, file);
  }

  async upload(file) {
    const kept = await this.api.upload(file);
    this.remember([kept]);
    return kept.id;
  }

  load(id) {
    const key = `${this.api.user()}|${id}`;
    if (!this.loaded.has(key)) this.loaded.set(key, this.api.file(id));
    return this.loaded.get(key);
  }

  /** The files of a message. */
  list(files) {
    return el(
      "div",
      { class: "files" },
      files.map((file) => this.draw(file)),
    );
  }

  draw(file) {
    if (file.mode === "tombstone") return el("p", { class: "file gone" }, GONE);
    if (file.mode === "hidden_by_limit") return el("p", { class: "file gone" }, "This file is beyond the plan's limit.");
    if (PICTURES.includes(file.mimetype)) return this.picture(file.id, file.alt_txt ?? file.title ?? file.name, file.title);
    const external = file.mode === "external";
    const kind = external ? "elsewhere" : sizeOf(file.size ?? 0);
    const told = [el("bdi", { class: "file-name" }, file.name ?? file.id), el("span", { class: "file-size" }, kind)];
    if (external || !file.size) return el("p", { class: "file" }, told);
    return el(
      "button",
      { type: "button", class: "file", "data-file": file.id, onclick: () => this.save(file) },
      told,
      el("span", { class: "file-act" }, "Download"),
    );
  }

  /** A picture, which is enlarged by a press. @param {string} alt what is on it, in words */
  picture(id, alt, title) {
    const image = el("img", { alt, "data-file": id });
    const open = el(
      "button",
      { type: "button", class: "picture", "aria-label": `Enlarge: ${alt}`, onclick: () => this.enlarge(id, alt, open) },
      image,
    );
    const node = el("figure", { class: "pictured" }, open, title && el("figcaption", { dir: "auto" }, title));
    this.load(id).then(
      (blob) => {
        if (PICTURES.includes(blob.type)) image.src = URL.createObjectURL(blob);
      },
      () => open.replaceWith(el("span", { class: "unknown", role: "note" }, `Picture, not loaded: ${alt}`)),
    );
    return node;
  }

  async enlarge(id, alt, opener) {
    const image = el("img", { alt });
    const close = el("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => shown.close() }, "×");
    const shown = el("dialog", { class: "enlarged", "aria-label": alt }, close, image);
    shown.addEventListener("close", () => {
      shown.remove();
      opener.focus();
    });
    document.body.append(shown);
    openDialog(shown);
    image.src = URL.createObjectURL(await this.load(id));
  }

  async save(file) {
    // Whatever it is: as bytes it is nothing that a browser would show as a page.
    const bytes = new Blob([await this.load(file.id)], { type: "application/octet-stream" });
    const url = URL.createObjectURL(bytes);
    el("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

/** Files that a person chooses or drops, and takes out again. They are uploaded at once. */
export class FilePicker {
  /**
   * @param {object} about
   * @param {Files} about.files
   * @param {string} about.text what stands on the button
   * @param {string} [about.label] what a screen reader says instead
   * @param {string[]} [about.held] ids of the files that it starts with
   * @param {number} [about.most]
   * @param {string[]} [about.endings] of the names that are taken; without them, all are
   * @param {HTMLElement} [about.zone] where files may be dropped; without one, on the picker itself
   * @param {Record<string, unknown>} [about.attributes] of the button
   */
  constructor({ files, text, label, held = [], most = 10, endings, zone, attributes = {} }) {
    this.files = files;
    this.most = most;
    this.ids = [...held];
    this.input = el("input", {
      type: "file",
      hidden: true,
      multiple: most > 1,
      accept: endings?.map((one) => `.${one}`).join(",") ?? null,
      onchange: () => this.take([...this.input.files]),
    });
    this.button = el(
      "button",
      { type: "button", class: "button", "aria-label": label ?? null, ...attributes, onclick: () => this.input.click() },
      text,
    );
    this.chosen = el("ul", { class: "chosen-files", "aria-label": "Chosen files" });
    this.trouble = el("p", { class: "trouble", role: "alert", hidden: true });
    this.node = el("div", { class: "picker" }, this.chosen, this.trouble, this.button, this.input);
    this.accept(zone ?? this.node);
    this.show();
  }

  accept(zone) {
    zone.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("dropping");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("dropping"));
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("dropping");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    });
  }

  async take(given) {
    this.input.value = "";
    this.tell("");
    if (this.most === 1) this.ids = [];
    for (const file of given) {
      if (this.ids.length >= this.most) {
        this.tell(`No more than ${this.most} files.`);
        break;
      }
      try {
        this.ids.push(await this.files.upload(file));
      } catch (error) {
        this.tell(error.message);
      }
    }
    this.show();
    this.node.dispatchEvent(new Event("change", { bubbles: true }));
  }

  clear() {
    this.ids = [];
    this.show();
  }

  show() {
    this.chosen.replaceChildren(...this.ids.map((id) => this.row(id)));
    this.chosen.hidden = this.ids.length === 0;
  }

  row(id) {
    const { name, size } = this.files.known.get(id) ?? { name: id, size: 0 };
    const out = () => {
      this.ids = this.ids.filter((one) => one !== id);
      this.show();
      this.button.focus();
    };
    return el(
      "li",
      { "data-file": id },
      el("bdi", { class: "file-name" }, name),
      el("span", { class: "file-size" }, sizeOf(size)),
      el("button", { type: "button", class: "plain", "aria-label": `Remove ${name}`, onclick: out }, "×"),
    );
  }

  tell(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }
}

/** A file input of a modal. @returns {import("./inputs.js").Control} */
export function fileInput(files, element, held, around) {
  const most = element.max_files ?? 10;
  const described = [around.described, newId("files")].filter(Boolean);
  const picker = new FilePicker({
    files,
    text: most > 1 ? "Choose files, or drop them here" : "Choose a file, or drop it here",
    held,
    most,
    endings: element.filetypes,
    attributes: { id: around.id, "aria-describedby": described.join(" "), "aria-required": around.required || null },
  });
  picker.chosen.id = described.at(-1);
  picker.node.classList.add("file-input");
  return { node: picker.node, focus: picker.button, read: () => picker.ids };
}
