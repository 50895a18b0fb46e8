/** Where the findings of a report come from: the server, page by page, or what a check told so far. */

import { api } from "../api";
import type { Finding } from "../protocol/Finding";
import type { RuleTotal } from "../protocol/RuleTotal";

export interface FindingPage {
  findings: readonly Finding[];
  /** Cursor of the next page, `null` on the last. */
  next: string | null;
}

/** Findings of one rule from a cursor on; the first page has none. */
export type FindingSource = (rule: RuleTotal, after: string | null) => Promise<FindingPage>;

export const PAGE = 100;

export function ofDataset(id: number): FindingSource {
  return ({ rule, severity }, after) => api.findings(id, { rule, severity, after, limit: PAGE });
}

/** What was told is kept: at most a thousand findings of each rule. */
export class ToldFindings {
  readonly all: Finding[] = [];
  readonly #byRule = new Map<string, Finding[]>();

  add(findings: readonly Finding[]): void {
    for (const finding of findings) {
      this.all.push(finding);
      const own = this.#byRule.get(keyOf(finding));
      if (own) own.push(finding);
      else this.#byRule.set(keyOf(finding), [finding]);
    }
  }

  readonly source: FindingSource = (rule, after) => {
    const own = this.#byRule.get(keyOf(rule)) ?? [];
    const start = Number(after ?? 0);
    const end = start + PAGE;
    return Promise.resolve({ findings: own.slice(start, end), next: own.length > end ? String(end) : null });
  };
}

export function keyOf({ rule, severity }: { rule: string; severity: string }): string {
  return `${severity} ${rule}`;
}
