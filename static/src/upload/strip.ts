/**
 * The strip above the results while files come in: what is sent, and what of it is counted, each with rate and time left;
 * pause and cancel. It stays until the import has ended.
 */

import type { ImportProgress } from "../protocol/ImportProgress";
import { h, replace, setText } from "../ui/dom";
import { counted } from "../ui/format";
import { progressText, setBar } from "../ui/progress";
import { Rate } from "../ui/rate";
import type { Transfers } from "./transfer";

/** A bar, what it is of, and how it stands. */
class Stage {
  readonly #bar = h("progress", { max: 1, value: 0 });
  readonly #detail = h("span", { class: "strip-detail" });
  readonly #rate = new Rate();
  readonly element: HTMLElement;

  constructor(name: string) {
    this.#bar.setAttribute("aria-label", name);
    this.element = h("div", { class: "strip-stage" }, h("span", { class: "strip-name" }, name), this.#bar, this.#detail);
  }

  show(value: number, size: number, more = ""): void {
    this.#rate.note(value, performance.now());
    setBar(this.#bar, value, size);
    setText(this.#detail, [progressText(value, size, this.#rate), more].filter((part) => part !== "").join(" · "));
  }
}

export class UploadStrip {
  readonly element: HTMLElement;
  readonly #title = h("strong", {});
  readonly #hint = h("span", { class: "strip-detail" });
  readonly #actions = h("span", { class: "strip-actions" });
  readonly #sent = new Stage("Sent");
  readonly #counted = new Stage("Counted");
  #shown = "";
  #refused: string | null = null;

  constructor(
    private readonly transfers: Transfers,
    private readonly dataset: number,
  ) {
    this.element = h(
      "div",
      { class: "upload-strip", role: "region", "aria-label": "Upload" },
      h("div", { class: "strip-text" }, this.#title, this.#hint),
      h("div", { class: "strip-stages" }, this.#sent.element, this.#counted.element),
      this.#actions,
    );
    this.#counted.show(0, this.#size);
    this.update();
  }

  get #size(): number {
    return this.transfers.all.reduce((sum, { file, state }) => sum + (state === "cancelled" ? 0 : file.size), 0);
  }

  /** News of the import of the files that were sent. */
  imports(moved: readonly ImportProgress[]): void {
    const own = moved.find(({ dataset_id }) => dataset_id === this.dataset);
    if (!own) return;
    // Of several tries with one file the last counts.
    const newest = new Map(own.files.map((file) => [file.filename, file]));
    const sent = this.transfers.all.flatMap(({ file }) => newest.get(file.name) ?? []);
    const refused = sent.find(({ state }) => state === "failed");
    this.#refused = refused ? `${refused.filename} was refused: ${refused.error?.message ?? "see its details"}` : null;
    const files = sent.filter(({ state }) => state !== "failed" && state !== "cancelled");
    const parsed = files.reduce((sum, { state, size, received, parsed }) => sum + (state === "ready" ? (size ?? received) : parsed), 0);
    const alleles = files.reduce((sum, file) => sum + file.alleles, 0);
    this.#counted.show(parsed, this.#size, counted(alleles, "allele"));
    this.update();
  }

  update(): void {
    const all = this.transfers.all;
    const sent = all.reduce((sum, transfer) => sum + (transfer.state === "cancelled" ? 0 : transfer.sent), 0);
    const current = all.find(({ state }) => state === "sending" || state === "paused" || state === "failed");
    this.#sent.show(sent, this.#size);
    const number = current ? all.indexOf(current) + 1 : all.length;
    const of = all.length > 1 ? ` (${number} of ${all.length})` : "";
    if (this.#refused && (!current || current.state === "failed")) {
      this.#set("refused", this.#refused, "");
    } else if (!current) {
      const cancelled = all.every(({ state }) => state === "cancelled");
      this.#set(cancelled ? "cancelled" : "done", cancelled ? "Upload cancelled" : "All bytes sent", cancelled ? "" : "you can close this page");
    } else if (current.state === "failed") {
      this.#set("failed", `${current.file.name}${of}: ${current.error?.message ?? "not sent"}`, current.error?.hint ?? "");
    } else {
      this.#set(current.state, `${current.state === "paused" ? "Paused" : "Uploading"} ${current.file.name}${of}`, "");
    }
  }

  #set(state: string, title: string, hint: string): void {
    setText(this.#title, title);
    setText(this.#hint, hint);
    if (state === this.#shown) return;
    this.#shown = state;
    this.element.dataset["state"] = state;
    const button = (text: string, run: () => void) => h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: run }, text);
    replace(
      this.#actions,
      state === "sending" && button("Pause", () => void this.transfers.pause()),
      state === "paused" && button("Continue", () => this.transfers.resume()),
      state === "failed" && button("Try again", () => this.transfers.resume()),
      (state === "sending" || state === "paused" || state === "failed") && button("Cancel", () => void this.transfers.cancel()),
      h("a", { class: "btn btn-sm btn-link", href: `/datasets/${this.dataset}`, target: this.transfers.busy ? "_blank" : false, rel: "noopener" }, "Details"),
    );
  }
}
