/** The start page: search, imports that run, datasets. */

import { api, describe, loginIfSignedOut, wsTicket } from "../api";
import { browserWorld, LiveConnection } from "../live/connection";
import type { Dataset } from "../protocol/Dataset";
import type { ImportProgress } from "../protocol/ImportProgress";
import { ImportCards } from "../datasets/import-cards";
import { datasetList, datasetSkeleton } from "../datasets/list";
import { h, need, replace } from "../ui/dom";
import { errorNotice } from "../ui/notice";
import { startShell } from "../ui/shell";

startShell();

const list = need("#datasets");
const running = need("#running");
const cards = new ImportCards(need("#running-list"));
let datasets: Dataset[] = [];

const connection = new LiveConnection(browserWorld(wsTicket));
connection.listen({ imports: onImports });
window.addEventListener("online", () => connection.network(true));
window.addEventListener("offline", () => connection.network(false));
replace(list, datasetSkeleton());
connection.start();
void load();

async function load(): Promise<void> {
  try {
    datasets = await api.datasets();
    for (const dataset of datasets) if (dataset.state === "importing") cards.update({ ...dataset, dataset_id: dataset.id });
    draw();
  } catch (reason) {
    if (!loginIfSignedOut(reason)) replace(list, errorNotice(describe(reason), { label: "Try again", run: () => void load() }));
  }
}

function onImports(moved: ImportProgress[]): void {
  let reload = false;
  for (const progress of moved) {
    const dataset = datasets.find(({ id }) => id === progress.dataset_id);
    reload ||= !dataset || dataset.state !== progress.state;
    cards.update(progress);
  }
  running.hidden = cards.empty;
  if (reload) void load();
}

function draw(): void {
  document.body.dataset["datasets"] = String(datasets.length);
  running.hidden = cards.empty;
  replace(list, datasets.length === 0 ? nothingYet() : datasetList(datasets));
  replace(need("#try"), ...suggestion(datasets));
}

/** A question that finds something, for who has loaded the demo data and wonders what to ask. */
function suggestion(known: Dataset[]): (HTMLElement | string)[] {
  const demo = known.find(({ build, groups }) => build === "GRCh37" && groups.some(({ value }) => value === "CEU"));
  if (!demo) return [];
  const q = "gene:SIRPA AND af(CEU) > 5%";
  const href = `/explore?${new URLSearchParams({ build: demo.build, dataset: demo.slug, q }).toString()}`;
  return ["Try ", h("a", { href }, h("code", {}, q)), ` in ${demo.name}.`];
}

function nothingYet(): HTMLElement {
  const demo = h("button", { type: "button", class: "btn btn-outline-secondary" }, "Load the demo data");
  const message = h("div", {});
  demo.addEventListener("click", () => {
    demo.disabled = true;
    api.loadDemo().then(
      ({ slug }) => location.assign(`/explore?dataset=${encodeURIComponent(slug)}`),
      (reason: unknown) => {
        demo.disabled = false;
        replace(message, errorNotice(describe(reason)));
      },
    );
  });
  return h(
    "div",
    { class: "empty-state" },
    h("h2", {}, "No datasets yet"),
    h("p", {}, "Allele frequencies of your own sample groups, while the file is still on its way:"),
    h(
      "ol",
      { class: "steps" },
      h("li", {}, h("strong", {}, "Upload a multi-sample VCF"), " — plain, bgzip or gzip, GRCh37, GRCh38 or T2T-CHM13."),
      h("li", {}, h("strong", {}, "Add a panel"), " — a table that says which group each sample belongs to."),
      h("li", {}, h("strong", {}, "Ask"), " — ", h("code", {}, "af(CEU) < 1% AND region:20:1000000-2000000"), ", and watch the answer grow."),
    ),
    h("p", { class: "actions" }, h("a", { class: "btn btn-primary", href: "/upload" }, "Upload a VCF"), demo),
    h("p", { class: "hint" }, "The demo is chromosome 20:1.0–4.0 Mb of 203 people of the 1000 Genomes Project (96 CEU, 107 TSI), 24,990 records."),
    message,
  );
}
