/** A report as CSV, the same columns as the server writes. */

import type { Finding } from "../protocol/Finding";
import type { RuleTotal } from "../protocol/RuleTotal";
import { keyOf } from "./source";

const HEADING = ["file", "severity", "rule", "line", "column", "text", "message", "section", "specification", "how to mend"];

export function findingsCsv(findings: readonly Finding[], totals: readonly RuleTotal[]): string {
  const rules = new Map(totals.map((total) => [keyOf(total), total]));
  const rows = findings.map((finding) => {
    const rule = rules.get(keyOf(finding));
    const { filename, severity, line, column, text, message } = finding;
    return [filename, severity, finding.rule, String(line), String(column), text, message, rule?.section ?? "", rule?.says ?? "", rule?.mend ?? ""];
  });
  return [HEADING, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** What a spreadsheet would take for a formula gets an apostrophe before it, unless it is a number. */
function cell(text: string): string {
  const isFormula = /^[=+\-@\t\r\n]/.test(text) && !/^[-+]?[0-9.]+$/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
