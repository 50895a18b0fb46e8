/** How far a check is: a bar, the rate and the time left; at the end the verdict. */

import type { CheckProgress } from "../protocol/CheckProgress";
import { h, replace, setText } from "../ui/dom";
import { bytes, count, duration } from "../ui/format";
import { Rate } from "../ui/rate";

export class CheckBar {
  readonly #chip = h("span", { class: "chip chip-provisional" }, "Checking");
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "Bytes judged" });
  readonly #text = h("span", {});
  readonly #facts = h("p", { class: "file-facts" });
  readonly #stages: HTMLElement;
  readonly #actions = h("div", { class: "file-actions" });
  readonly #rate = new Rate();

  constructor(
    element: HTMLElement,
    private readonly file: File,
    private readonly profile: string,
    cancel: () => void,
  ) {
    this.#stages = h("dl", { class: "stages" }, h("dt", {}, "Judged"), h("dd", {}, this.#bar, this.#text));
    replace(this.#actions, h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: cancel }, "Cancel"));
    replace(element, h("header", {}, h("span", { class: "file-name" }, file.name), this.#chip), this.#stages, this.#facts, this.#actions);
  }

  update({ bytes: judged, lines, vcf_version }: CheckProgress, now: number): void {
    const { size } = this.file;
    this.#rate.note(judged, now);
    const speed = this.#rate.perSecond();
    const left = this.#rate.secondsLeft(size);
    if (size > 0) this.#bar.value = Math.min(1, judged / size);
    const parts = [`${bytes(judged)} of ${bytes(size)}`, speed ? `${bytes(speed)}/s` : "", speed && left !== null && judged < size ? `${duration(left)} left` : ""];
    setText(this.#text, parts.filter((part) => part !== "").join(" · "));
    setText(this.#facts, [vcf_version === null ? "" : `VCF ${vcf_version}`, `profile ${this.profile}`, `${count(lines)} lines`].filter((part) => part !== "").join(" · "));
  }

  /** The end, with what can be done next. */
  end(verdict: "accepted" | "refused" | "cancelled" | "failed", ...next: HTMLElement[]): void {
    const texts = { accepted: "Accepted", refused: "Refused", cancelled: "Cancelled", failed: "Broken off" };
    const chips = { accepted: "chip-ready", refused: "chip-failed", cancelled: "chip-quiet", failed: "chip-failed" };
    setText(this.#chip, texts[verdict]);
    this.#chip.className = `chip ${chips[verdict]}`;
    this.#stages.hidden = true;
    replace(this.#actions, ...next);
  }
}
