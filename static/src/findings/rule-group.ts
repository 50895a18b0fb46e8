/** The findings of one rule: what the specification says, how to mend a file, and the lines, page by page. */

import { describe } from "../api";
import type { Finding } from "../protocol/Finding";
import type { RuleTotal } from "../protocol/RuleTotal";
import { h, replace, setText } from "../ui/dom";
import { count, counted } from "../ui/format";
import { errorNotice } from "../ui/notice";
import type { FindingSource } from "./source";

export class RuleGroup {
  readonly element: HTMLDetailsElement;
  readonly #count = h("span", { class: "rule-count" });
  readonly #rows = h("tbody", {});
  readonly #more = h("p", { class: "rule-more" });
  #total: RuleTotal;
  /** Cursor of the page that is shown last, and how many of its findings are. */
  #cursor: string | null = null;
  #onPage = 0;
  #shown = 0;
  #next: string | null = null;
  #loading = false;
  #stale = true;

  constructor(
    total: RuleTotal,
    private readonly source: FindingSource,
    private readonly severalFiles: boolean,
  ) {
    this.#total = total;
    const { rule, severity, says, mend, section } = total;
    const heads = [severalFiles && h("th", { scope: "col" }, "File"), h("th", { scope: "col", class: "number" }, "Line"), h("th", { scope: "col", class: "number" }, "Column"), h("th", { scope: "col", class: "text" }, "Text"), h("th", { scope: "col" }, "What is wrong")];
    this.element = h(
      "details",
      { class: `rule rule-${severity}`, ontoggle: () => void this.#fill() },
      h("summary", {}, h("span", { class: `chip ${severity === "error" ? "chip-failed" : "chip-provisional"}` }, severity), h("code", { class: "rule-id" }, rule), this.#count, h("span", { class: "rule-says" }, says)),
      h(
        "dl",
        { class: "rule-text" },
        h("dt", {}, "The specification"),
        h("dd", {}, says, section && h("span", { class: "hint" }, ` Section ${section}.`), " ", h("a", { href: `/docs/validation#${rule}` }, "About this rule")),
        h("dt", {}, "To mend it"),
        h("dd", {}, mend),
      ),
      h("div", { class: "table-responsive" }, h("table", { class: "list findings" }, h("thead", {}, h("tr", {}, ...heads)), this.#rows)),
      this.#more,
    );
    this.update(total);
  }

  /** Takes a new total; a group that is open shows what is new. */
  update(total: RuleTotal): void {
    const fewer = total.n < this.#total.n;
    this.#stale ||= total.n !== this.#total.n;
    this.#total = total;
    setText(this.#count, counted(total.n, "finding"));
    if (fewer) {
      replace(this.#rows);
      [this.#cursor, this.#next, this.#onPage, this.#shown] = [null, null, 0, 0];
    }
    void this.#fill();
  }

  async #fill(): Promise<void> {
    // A full page grows no more: what follows it is asked for.
    if (!this.element.open || this.#loading || !this.#stale || this.#next !== null) return;
    this.#stale = false;
    await this.#load(this.#cursor, this.#onPage);
    await this.#fill();
  }

  async #load(cursor: string | null, skip: number): Promise<void> {
    this.#loading = true;
    try {
      const { findings, next } = await this.source(this.#total, cursor);
      this.#rows.append(...findings.slice(skip).map((finding) => this.#row(finding)));
      this.#shown += Math.max(0, findings.length - skip);
      [this.#cursor, this.#onPage, this.#next] = [cursor, findings.length, next];
      this.#drawMore();
    } catch (reason) {
      replace(this.#more, errorNotice(describe(reason), { label: "Try again", run: () => void this.#load(cursor, skip) }));
    } finally {
      this.#loading = false;
    }
  }

  #drawMore(): void {
    const { n } = this.#total;
    const next = this.#next;
    const all = n <= this.#shown;
    replace(
      this.#more,
      !all && h("span", { class: "hint" }, next === null ? `The first ${count(this.#shown)} of ${count(n)} are kept.` : `${count(this.#shown)} of ${count(n)}`),
      next !== null && h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: () => void this.#load(next, 0) }, "Show more"),
    );
  }

  #row({ filename, line, column, text, message }: Finding): HTMLElement {
    return h(
      "tr",
      {},
      this.severalFiles && h("td", { class: "file-cell" }, filename),
      h("td", { class: "number line" }, line > 0 ? count(line) : ""),
      h("td", { class: "number column" }, column > 0 ? count(column) : ""),
      h("td", { class: "text" }, text !== "" && h("code", { class: "offending" }, text)),
      h("td", {}, message),
    );
  }
}
