/** The sample panel of the form: chosen or pasted, and tried against the samples of the file. */

import { api, describe } from "../api";
import type { PanelPreview } from "../protocol/PanelPreview";
import { h, need, replace } from "../ui/dom";
import { count, counted } from "../ui/format";

const PAUSE_MS = 300;

export class PanelField {
  readonly #text = need<HTMLTextAreaElement>("#panel");
  readonly #file = need<HTMLInputElement>("#panel-file");
  readonly #preview = need("#panel-preview");
  readonly #ignore = need<HTMLInputElement>("#ignore-prefix");
  readonly #ignoreLabel = need("#ignore-prefix-field");
  #samples: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor() {
    this.#text.addEventListener("input", () => this.#later());
    this.#ignore.addEventListener("change", () => void this.#ask());
    this.#file.addEventListener("change", () => {
      void this.#file.files?.[0]?.text().then((text) => {
        this.#text.value = text;
        void this.#ask();
      });
    });
  }

  get value(): string {
    return this.#text.value.trim() === "" ? "" : this.#text.value;
  }

  get ignorePrefix(): boolean {
    return this.#ignore.checked;
  }

  /** Samples of the files chosen. */
  setSamples(samples: string[]): void {
    this.#samples = samples;
    void this.#ask();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    if (this.value === "") {
      replace(this.#preview);
      this.#ignoreLabel.hidden = true;
      return;
    }
    try {
      const preview = await api.previewPanel({ panel: this.value, samples: this.#samples, ignore_prefix: this.#ignore.checked });
      if (asked === this.#asked) this.#show(preview);
    } catch (reason) {
      if (asked !== this.#asked) return;
      const error = describe(reason);
      replace(this.#preview, h("p", { class: "field-error", role: "alert" }, `${error.message}${error.hint ? ` ${error.hint}` : ""}`));
    }
  }

  #show(preview: PanelPreview): void {
    const { matched, samples, unmatched, prefix } = preview;
    this.#ignoreLabel.hidden = prefix === null && !this.#ignore.checked;
    const hidden = prefix ? ` ${count(prefix.carriers)} carry a prefix (${prefix.pattern}); without it ${count(prefix.matched_without)} match.` : "";
    replace(
      this.#preview,
      samples > 0
        ? h("p", { class: matched === samples ? "preview-good" : "preview-warn" }, `${count(matched)} of ${counted(samples, "sample")} match.${hidden}`)
        : h("p", {}, `${counted(preview.listed, "sample")} listed.`),
      unmatched.length > 0 && h("p", { class: "hint" }, `Not in the panel: ${unmatched.join(", ")}${samples - matched > unmatched.length ? ", …" : ""}`),
      h(
        "ul",
        { class: "preview-families" },
        ...preview.families.map(({ family, groups }) => h("li", {}, h("b", {}, family), ` ${groups.slice(0, 12).map(({ value, samples }) => `${value} ${count(samples)}`).join(" · ")}${groups.length > 12 ? ` · ${groups.length - 12} more` : ""}`)),
      ),
    );
  }
}
