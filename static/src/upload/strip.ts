/** The strip above the results while files are being sent: how far, how fast, pause, cancel. */

import { h, replace, setText } from "../ui/dom";
import { bytes, duration, percent } from "../ui/format";
import { Rate } from "../ui/rate";
import type { Transfers } from "./transfer";

export class UploadStrip {
  readonly element: HTMLElement;
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "Bytes sent" });
  readonly #title = h("strong", {});
  readonly #detail = h("span", { class: "strip-detail" });
  readonly #actions = h("span", { class: "strip-actions" });
  readonly #rate = new Rate();
  #shown = "";

  constructor(
    private readonly transfers: Transfers,
    private readonly dataset: number,
  ) {
    this.element = h("div", { class: "upload-strip", role: "region", "aria-label": "Upload" }, h("div", { class: "strip-text" }, this.#title, this.#detail), this.#bar, this.#actions);
    this.update();
  }

  update(): void {
    const all = this.transfers.all;
    const size = all.reduce((sum, { file }) => sum + file.size, 0);
    const sent = all.reduce((sum, transfer) => sum + transfer.sent, 0);
    const current = all.find(({ state }) => state === "sending" || state === "paused" || state === "failed");
    this.#rate.note(sent, performance.now());
    this.#bar.value = size > 0 ? sent / size : 0;
    const number = current ? all.indexOf(current) + 1 : all.length;
    const of = all.length > 1 ? ` (${number} of ${all.length})` : "";
    if (!current) {
      const refused = all.filter(({ state }) => state === "cancelled").length;
      this.#set(refused === all.length ? "cancelled" : "done", refused === all.length ? "Upload cancelled" : "All bytes sent", `${bytes(sent)} · you can close this page`);
      return;
    }
    if (current.state === "failed") {
      this.#set("failed", `${current.file.name}${of}: ${current.error?.message ?? "not sent"}`, current.error?.hint ?? "");
      return;
    }
    const speed = this.#rate.perSecond();
    const left = this.#rate.secondsLeft(size);
    const detail = [`${bytes(sent)} of ${bytes(size)}`, percent(size > 0 ? sent / size : 0)];
    if (current.state === "sending" && speed) detail.push(`${bytes(speed)}/s`, left === null ? "" : `${duration(left)} left`);
    const verb = current.state === "paused" ? "Paused" : "Uploading";
    this.#set(current.state, `${verb} ${current.file.name}${of}`, detail.filter((part) => part !== "").join(" · "));
  }

  #set(state: string, title: string, detail: string): void {
    setText(this.#title, title);
    setText(this.#detail, detail);
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
