/** One file on its way in: what arrived, what is counted, how fast, how long still. */

import type { VcfFile } from "../protocol/VcfFile";
import { h, setText } from "../ui/dom";
import { bytes, count } from "../ui/format";
import { fileStateText } from "../ui/imports";
import { progressText, setBar } from "../ui/progress";
import { Rate } from "../ui/rate";

export class FileProgress {
  readonly element: HTMLElement;
  readonly #name = h("span", { class: "file-name" });
  readonly #state = h("span", { class: "chip" });
  readonly #received = h("progress", { max: 1, value: 0 });
  readonly #counted = h("progress", { max: 1, value: 0 });
  readonly #receivedText = h("span", {});
  readonly #countedText = h("span", {});
  readonly #facts = h("p", { class: "file-facts" });
  readonly #error = h("p", { class: "file-error", role: "alert", hidden: true });
  readonly #stages: HTMLElement;
  readonly #receiving = new Rate();
  readonly #counting = new Rate();

  constructor() {
    this.#stages = h(
      "dl",
      { class: "stages" },
      h("dt", {}, "Received"),
      h("dd", {}, this.#received, this.#receivedText),
      h("dt", {}, "Counted"),
      h("dd", {}, this.#counted, this.#countedText),
    );
    this.element = h("div", { class: "file" }, h("header", {}, this.#name, this.#state), this.#stages, this.#facts, this.#error);
  }

  update(file: VcfFile, now: number): void {
    setText(this.#name, file.filename);
    setText(this.#state, fileStateText[file.state]);
    this.#state.className = `chip ${{ waiting: "chip-quiet", importing: "chip-provisional", ready: "chip-ready", failed: "chip-failed", cancelled: "chip-quiet" }[file.state]}`;
    this.#receiving.note(file.received, now);
    this.#counting.note(file.parsed, now);
    const running = file.state === "waiting" || file.state === "importing";
    this.#stages.hidden = !running;
    this.element.dataset["state"] = file.state;
    if (running) {
      setBar(this.#received, file.received, file.size);
      setBar(this.#counted, file.parsed, file.size);
      setText(this.#receivedText, progressText(file.received, file.size, this.#receiving));
      setText(this.#countedText, progressText(file.parsed, file.size, this.#counting));
    }
    const facts = [`${count(file.records)} records`, `${count(file.alleles)} alleles`];
    if (!running && file.size !== null) facts.push(bytes(file.size));
    setText(this.#facts, file.state === "failed" || file.state === "cancelled" ? "" : facts.join(" · "));
    this.#error.hidden = !file.error;
    if (file.error) setText(this.#error, `${file.error.line === undefined ? "" : `Line ${count(file.error.line)}: `}${file.error.message}`);
  }
}
