/** The validation report, grouped by rule. */

import type { Dataset } from "../protocol/Dataset";
import type { Finding } from "../protocol/Finding";
import type { FindingsPage } from "../protocol/FindingsPage";
import { h } from "../ui/dom";
import { count, counted } from "../ui/format";

export function findingsReport(dataset: Dataset, { totals, findings }: FindingsPage): HTMLElement[] {
  const { errors, warnings } = dataset.findings;
  const severe = [...totals].sort((a, b) => (a.severity === b.severity ? b.n - a.n : a.severity === "error" ? -1 : 1));
  const severalFiles = new Set(findings.map(({ file_id }) => file_id)).size > 1;
  return [
    h(
      "header",
      { class: "section-head" },
      h("h2", {}, "Findings"),
      h("p", {}, `${counted(errors, "error")}, ${counted(warnings, "warning")}`),
      h("a", { class: "btn btn-sm btn-outline-secondary", href: `/api/v1/datasets/${dataset.id}/findings?format=csv`, download: `${dataset.slug}-findings.csv` }, "Download CSV"),
    ),
    ...severe.map(({ rule, severity, n }) => {
      const own = findings.filter((finding) => finding.rule === rule);
      return h(
        "details",
        { class: `rule rule-${severity}`, open: severity === "error" && own.length <= 20 },
        h("summary", {}, h("span", { class: `chip ${severity === "error" ? "chip-failed" : "chip-provisional"}` }, severity), h("code", {}, rule), h("span", { class: "hint" }, `${count(n)} ×`)),
        h("p", {}, own[0]?.message ?? ""),
        h("div", { class: "table-responsive" }, table(own, severalFiles)),
        n > own.length && h("p", { class: "hint" }, `${count(own.length)} of ${count(n)} are listed here; the CSV has more.`),
      );
    }),
  ];
}

function table(findings: readonly Finding[], severalFiles: boolean): HTMLElement {
  return h(
    "table",
    { class: "list" },
    h("thead", {}, h("tr", {}, severalFiles && h("th", { scope: "col" }, "File"), h("th", { scope: "col", class: "number" }, "Line"), h("th", { scope: "col", class: "number" }, "Column"), h("th", { scope: "col" }, "Text"), h("th", { scope: "col" }, "What is wrong"))),
    h(
      "tbody",
      {},
      ...findings.map(({ filename, line, column, text, message }) =>
        h(
          "tr",
          {},
          severalFiles && h("td", {}, filename),
          h("td", { class: "number" }, count(line)),
          h("td", { class: "number" }, column > 0 ? String(column) : ""),
          h("td", {}, h("code", { class: "offending" }, text)),
          h("td", {}, message),
        ),
      ),
    ),
  );
}
