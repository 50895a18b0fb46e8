/** The list of datasets. */

import type { Dataset } from "../protocol/Dataset";
import { h } from "../ui/dom";
import { count, moment, percent } from "../ui/format";
import { byFamily } from "../ui/groups";
import { datasetStateText, fractionDone } from "../ui/imports";

export function datasetList(datasets: readonly Dataset[]): HTMLElement {
  const newest = [...datasets].sort((a, b) => b.id - a.id);
  return h(
    "div",
    { class: "table-responsive" },
    h(
      "table",
      { class: "list" },
      h("thead", {}, h("tr", {}, ...["Dataset", "Build", "State", "Samples", "Alleles", "Groups", "Added"].map((text) => h("th", { scope: "col", class: ["Samples", "Alleles"].includes(text) ? "number" : "" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Actions")))),
      h("tbody", {}, ...newest.map(row)),
    ),
  );
}

function row(dataset: Dataset): HTMLElement {
  const families = [...byFamily(dataset.groups)].filter(([family]) => family !== "all").map(([family, groups]) => `${groups.length} ${family}`);
  return h(
    "tr",
    { "data-dataset": dataset.slug },
    h("th", { scope: "row" }, h("a", { href: `/datasets/${dataset.id}` }, dataset.name), dataset.slug !== dataset.name && h("small", { class: "slug" }, dataset.slug)),
    h("td", {}, h("span", { class: "build" }, dataset.build)),
    h("td", {}, stateChip(dataset)),
    h("td", { class: "number" }, count(dataset.samples)),
    h("td", { class: "number" }, count(dataset.alleles)),
    h("td", {}, families.join(", ") || "–"),
    h("td", {}, moment(dataset.created_at)),
    h("td", { class: "actions" }, h("a", { class: "btn btn-sm btn-outline-secondary", href: exploreAddress(dataset) }, "Explore")),
  );
}

export function exploreAddress({ build, slug }: { build: string; slug: string }): string {
  return `/explore?build=${encodeURIComponent(build)}&dataset=${encodeURIComponent(slug)}`;
}

export function stateChip({ state, files }: Pick<Dataset, "state" | "files">): HTMLElement {
  const done = state === "importing" ? fractionDone(files) : null;
  const kind = { empty: "chip-quiet", importing: "chip-provisional", ready: "chip-ready", failed: "chip-failed" }[state];
  return h("span", { class: `chip ${kind}` }, datasetStateText[state] + (done === null ? "" : ` ${percent(done)}`));
}

export function datasetSkeleton(): HTMLElement {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, h("span", {}), h("span", {}), h("span", {}));
}
