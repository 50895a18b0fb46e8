/** A validation report that grows while a file is judged: one group for each rule, errors first. */

import type { RuleTotal } from "../protocol/RuleTotal";
import { h, setText } from "../ui/dom";
import { counted } from "../ui/format";
import { RuleGroup } from "./rule-group";
import { keyOf } from "./source";
import type { FindingSource } from "./source";

/** Groups of errors with no more findings than this are open at once. */
const OPEN = 20;

export interface ReportOptions {
  source: FindingSource;
  /** The link or button that gives the report as a file. */
  download: HTMLElement;
  severalFiles?: boolean;
}

export class FindingsReport {
  readonly element: HTMLElement;
  readonly #sum = h("p", {});
  readonly #groups = new Map<string, RuleGroup>();
  readonly #errors = h("div", {});
  readonly #warnings = h("div", {});

  constructor(private readonly options: ReportOptions) {
    this.element = h("div", { class: "report" }, h("header", { class: "section-head" }, h("h2", {}, "Findings"), this.#sum, options.download), this.#errors, this.#warnings);
  }

  /** Takes the totals as they stand; groups keep their place, and stay open, while they grow. */
  update(totals: readonly RuleTotal[]): void {
    const sum = (severity: string) => totals.filter((total) => total.severity === severity).reduce((n, total) => n + total.n, 0);
    setText(this.#sum, `${counted(sum("error"), "error")}, ${counted(sum("warning"), "warning")}`);
    const present = new Set(totals.map(keyOf));
    for (const [key, group] of this.#groups) {
      if (present.has(key)) continue;
      group.element.remove();
      this.#groups.delete(key);
    }
    for (const total of totals) {
      const known = this.#groups.get(keyOf(total));
      if (known) known.update(total);
      else this.#add(total);
    }
  }

  #add(total: RuleTotal): void {
    const group = new RuleGroup(total, this.options.source, this.options.severalFiles ?? false);
    this.#groups.set(keyOf(total), group);
    (total.severity === "error" ? this.#errors : this.#warnings).append(group.element);
    group.element.open = total.severity === "error" && total.n <= OPEN;
  }
}
