/**
 * The result on the screen as a file: asks for it, says how far it is, and downloads it.
 *
 * Invariant: at most one export of this button is under way; what is on the screen when it is pressed is what is exported.
 */

import { api, describe, loginIfSignedOut } from "../api";
import type { Export } from "../protocol/Export";
import type { NewExport } from "../protocol/NewExport";
import { announce } from "../ui/announce";
import { h, replace, setText } from "../ui/dom";
import { bytes, counted, percent } from "../ui/format";

const LOOK_EVERY_MS = 400;

export class ExportButton {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #text = h("span", { class: "export-text" });
  /** The export under way; `""` between asking and the answer. */
  #running: string | null = null;

  constructor(private readonly ask: () => NewExport | null) {
    this.#button = h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: () => this.#press() }, "Download CSV");
    this.element = h("div", { class: "export" }, this.#text, this.#button);
  }

  #press(): void {
    if (this.#running) {
      const id = this.#running;
      this.#done("Cancelled.");
      // Gone already is as good as deleted.
      api.deleteExport(id).catch(() => undefined);
      return;
    }
    const wanted = this.ask();
    if (this.#running !== null || !wanted) return;
    void this.#run(wanted);
  }

  async #run(wanted: NewExport): Promise<void> {
    this.#running = "";
    this.element.dataset["state"] = "running";
    setText(this.#text, "Writing the file…");
    announce("Writing the file");
    try {
      let now = await api.createExport(wanted);
      this.#running = now.id;
      setText(this.#button, "Cancel download");
      while (now.state === "running") {
        setText(this.#text, `Writing the file: ${percent(now.progress)}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        if (this.#running !== now.id) return;
        now = await api.export(now.id);
      }
      if (this.#running !== now.id) return;
      if (now.error) this.#fail([now.error.message, now.error.hint]);
      else this.#ready(now);
    } catch (reason) {
      if (this.#running === null || loginIfSignedOut(reason)) return;
      const error = describe(reason);
      this.#fail([error.message, error.hint]);
    }
  }

  #ready(file: Export): void {
    const link = h("a", { href: `/api/v1/exports/${file.id}/file`, download: file.filename }, file.filename);
    this.#done("");
    this.element.dataset["state"] = "ready";
    replace(this.#text, link, ` ${counted(file.rows, "row")}, ${bytes(file.bytes)}`);
    link.click();
    announce(`${file.filename} is ready: ${counted(file.rows, "row")}`);
  }

  #fail(words: (string | undefined)[]): void {
    this.#done(words.filter(Boolean).join(" "));
    this.element.dataset["state"] = "failed";
  }

  #done(text: string): void {
    this.#running = null;
    delete this.element.dataset["state"];
    setText(this.#button, "Download CSV");
    setText(this.#text, text);
    if (text) announce(text);
  }
}
