/** The question that a button asks before it counts. */

import { openDialog } from "./dialogs.js";
import { el, newId } from "./dom.js";

/** @returns {Promise<boolean>} */
export function confirmed(confirm) {
  const [title, text] = [newId("title"), newId("text")];
  const yes = el(
    "button",
    {
      type: "button",
      class: `button ${confirm.style === "danger" ? "danger" : "primary"}`,
      onclick: () => dialog.close("yes"),
    },
    confirm.confirm.text,
  );
  const no = el("button", { type: "button", class: "button", onclick: () => dialog.close() }, confirm.deny.text);
  const dialog = el(
    "dialog",
    { class: "confirm", "aria-labelledby": title, "aria-describedby": text },
    el("h2", { id: title, dir: "auto" }, confirm.title.text),
    el("p", { id: text, dir: "auto" }, confirm.text.text),
    el("div", { class: "foot" }, no, yes),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    openDialog(dialog);
    no.focus();
  });
}
