/** The line above the results: how many, how final, how live. */

import type { Phase } from "../live/machine";
import type { Version } from "../protocol/Version";
import { h, setText } from "../ui/dom";
import { count, percent } from "../ui/format";

const connectionText: Record<Phase, string> = {
  idle: "Connecting",
  ticket: "Connecting",
  opening: "Connecting",
  greeting: "Connecting",
  live: "Live",
  waiting: "Reconnecting",
  offline: "Offline",
  stopped: "Disconnected",
};

export class StatusLine {
  readonly element: HTMLElement;
  readonly #total = h("strong", { class: "total" }, "–");
  readonly #noun = h("span", { class: "total-noun" }, "alleles");
  readonly #state = h("span", { class: "chip", hidden: true });
  readonly #version = h("span", { class: "version", title: "Version of the data on the screen" });
  readonly #connection = h("span", { class: "connection" });
  readonly #outdated = h("span", { class: "chip chip-failed", hidden: true }, "answer to the question before");
  #connected = false;

  constructor(action: HTMLElement) {
    this.element = h("div", { class: "status-line" }, h("p", { class: "count" }, this.#total, this.#noun), this.#state, this.#outdated, h("p", { class: "liveness" }, this.#version, this.#connection), action);
  }

  results(total: number, provisional: boolean, version: Version): void {
    setText(this.#total, count(total));
    setText(this.#noun, total === 1 ? "allele" : "alleles");
    if (!provisional) this.#state.hidden = true;
    setText(this.#version, `v${version.epoch}.${version.seq}`);
  }

  outdated(outdated: boolean): void {
    this.#outdated.hidden = !outdated;
  }

  /** The import that makes the results provisional. */
  importing(fraction: number | null): void {
    this.#state.hidden = false;
    this.#state.className = "chip chip-provisional";
    setText(this.#state, fraction === null ? "importing" : `importing ${percent(fraction)}`);
  }

  phase(phase: Phase): void {
    this.#connected ||= phase === "live";
    const text = phase !== "live" && phase !== "offline" && phase !== "stopped" && this.#connected ? "Reconnecting" : connectionText[phase];
    setText(this.#connection, text);
    this.#connection.dataset["phase"] = text.toLowerCase();
    this.#connection.title = phase === "live" ? "Changes show up by themselves" : "The numbers are those of the version named; they will catch up";
  }
}
