/**
 * The upload page: the form, then the sending and, in the same document so that the sending goes on, the live results.
 */

import { api, ApiFailure, describe, loginIfSignedOut } from "../api";
import type { AbsentSites } from "../protocol/AbsentSites";
import type { CreatedDataset } from "../protocol/CreatedDataset";
import type { NewDataset } from "../protocol/NewDataset";
import type { Profile } from "../protocol/Profile";
import type { VcfFile } from "../protocol/VcfFile";
import { h, need, replace, textOf } from "../ui/dom";
import { dropZone } from "../ui/drop";
import { bytes, counted } from "../ui/format";
import { errorNotice } from "../ui/notice";
import { startShell } from "../ui/shell";
import { PanelField } from "../upload/panel-field";
import { InfoField } from "../upload/info-field";
import { UploadStrip } from "../upload/strip";
import { Transfers } from "../upload/transfer";
import { vcfHead } from "../upload/vcf-header";

startShell();

const page = need("#page");
const form = need<HTMLFormElement>("#upload-form");
const files = need<HTMLInputElement>("#files");
const chosen = need("#files-chosen");
const name = need<HTMLInputElement>("#name");
const button = need<HTMLButtonElement>("button[type=submit]", form);
const message = need("#form-error");
const panel = new PanelField();
const info = new InfoField();
const callable = need<HTMLInputElement>("#callable");
const continued = Number(new URLSearchParams(location.search).get("dataset")) || null;
let nameIsOurs = true;

if (continued !== null) void continueDataset(continued);

for (const radio of form.querySelectorAll<HTMLInputElement>("[name=absent_sites]")) {
  radio.addEventListener("change", () => (need("#callable-field").hidden = textOf(form, "absent_sites") !== "reference"));
}
name.addEventListener("input", () => (nameIsOurs = false));
files.addEventListener("change", () => void choose());

dropZone(need("#drop"), (dropped) => {
  files.files = dropped;
  void choose();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});

async function choose(): Promise<void> {
  const list = [...(files.files ?? [])];
  replace(chosen, ...list.map((file) => h("li", {}, h("span", {}, file.name), h("span", { class: "hint" }, bytes(file.size)))));
  const first = list[0];
  if (!first) return;
  if (nameIsOurs) name.value = first.name.replace(/\.vcf(\.b?gz)?$/i, "");
  const head = await vcfHead(first);
  if (!head || files.files?.[0] !== first) return;
  chosen.firstElementChild?.append(h("span", { class: "hint" }, counted(head.samples.length, "sample")));
  panel.setSamples(head.samples);
  if (continued === null) await info.setKeys(head.samples.length === 0 ? head.infos : []);
}

/** Files for a dataset that is there already: more of them, or the rest of one that was interrupted. */
async function continueDataset(id: number): Promise<void> {
  for (const field of form.querySelectorAll<HTMLElement>("[data-new-dataset]")) field.hidden = true;
  for (const input of form.querySelectorAll<HTMLInputElement>("[data-new-dataset] [required]")) input.required = false;
  try {
    const dataset = await api.dataset(id);
    need("h1", page).textContent = `Upload to ${dataset.name}`;
    const cut = dataset.files.filter(({ size, received, state }) => state !== "ready" && size !== null && received < size);
    if (cut.length > 0) replace(need("#upload-hint"), `Choose the same file again to go on where it stopped: ${cut.map(({ filename }) => filename).join(", ")}.`);
  } catch (reason) {
    if (!loginIfSignedOut(reason)) replace(message, errorNotice(describe(reason)));
  }
}

async function submit(): Promise<void> {
  replace(message);
  const list = [...(files.files ?? [])];
  if (list.length === 0) {
    replace(message, errorNotice({ code: "invalid_field", message: "No file is chosen.", hint: "Choose one or several VCF files." }));
    files.focus();
    return;
  }
  button.disabled = true;
  try {
    if (continued === null) {
      const dataset = newDataset();
      send(dataset.build, await create(dataset), list, []);
    } else {
      const { build, id, slug, files: known } = await api.dataset(continued);
      send(build, { id, slug }, list, known);
    }
  } catch (reason) {
    button.disabled = false;
    if (loginIfSignedOut(reason)) return;
    const error = describe(reason);
    replace(message, errorNotice(error));
    if (reason instanceof ApiFailure && error.field) form.querySelector<HTMLElement>(`[name="${CSS.escape(error.field)}"]`)?.focus();
  }
}

/** Makes the dataset, with its callable regions if a BED was chosen; without them it would say more than is known. */
async function create(dataset: NewDataset): Promise<CreatedDataset> {
  const created = await api.createDataset(dataset);
  const bed = callable.files?.[0];
  if (dataset.absent_sites === "reference" && bed) {
    try {
      await api.replaceCallable(created.id, bed);
    } catch (reason) {
      await api.deleteDataset(created.id);
      throw reason;
    }
  }
  return created;
}

function newDataset(): NewDataset {
  const value = (field: string) => textOf(form, field);
  const dataset: NewDataset = {
    name: value("name").trim(),
    build: value("build"),
    profile: value("profile") as Profile,
    absent_sites: value("absent_sites") as AbsentSites,
  };
  if (panel.value !== "") {
    dataset.panel = panel.value;
    dataset.ignore_prefix = panel.ignorePrefix;
  }
  const chosenInfo = info.value;
  if (chosenInfo !== null) dataset.info_groups = chosenInfo;
  return dataset;
}

function send(build: string, { id, slug }: CreatedDataset, list: File[], known: VcfFile[]): void {
  const transfers = new Transfers(id, list, known, () => strip.update(), () => void complete(id, transfers));
  const strip = new UploadStrip(transfers, id);
  window.addEventListener("beforeunload", (event) => {
    if (transfers.busy) event.preventDefault();
  });
  transfers.start();
  history.replaceState(null, "", `/explore?build=${encodeURIComponent(build)}&dataset=${encodeURIComponent(slug)}`);
  const results = h("div", { id: "results" });
  page.className = "";
  for (const link of document.querySelectorAll(".app-nav a")) {
    if (link.getAttribute("href") === "/explore") link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  replace(page, strip.element, results);
  void import("../explore/page").then(({ ExplorePage }) => new ExplorePage(results, (moved) => strip.imports(moved)).open());
}

async function complete(id: number, transfers: Transfers): Promise<void> {
  if (!transfers.all.some(({ state }) => state === "sent")) return;
  try {
    await api.completeDataset(id);
  } catch (reason) {
    page.prepend(errorNotice(describe(reason), { label: "Try again", run: () => void complete(id, transfers) }));
  }
}
