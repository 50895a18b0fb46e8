/** One dataset, drawn. Progress of its files is drawn in place; the rest is drawn anew when the dataset is loaded. */

import { api, describe } from "../api";
import type { Dataset } from "../protocol/Dataset";
import type { ImportProgress } from "../protocol/ImportProgress";
import type { RuleTotal } from "../protocol/RuleTotal";
import type { VcfFile } from "../protocol/VcfFile";
import { FindingsReport } from "../findings/report";
import { ofDataset } from "../findings/source";
import { h, replace } from "../ui/dom";
import { count, counted, moment } from "../ui/format";
import { errorNotice } from "../ui/notice";
import { FileProgress } from "./file-progress";
import { GroupsSection } from "./groups-section";
import { exploreAddress, stateChip } from "./list";
import { normalised } from "./normalised";

/** What a site without a record means, and where. */
function absentText({ absent_sites, callable, has_coverage }: Dataset): string {
  if (absent_sites === "unknown") return has_coverage ? "no data; the blocks of the gVCF are not used" : "no data";
  const where = callable ? ` within ${counted(callable.regions, "callable region")} (${count(callable.bases)} bases)` : "";
  if (has_coverage) return `not seen, where the gVCF covers a sample${where && `, ${where.trim()}`}`;
  return where ? `not seen${where}, no data elsewhere` : "not seen, on all chromosomes that the files have records of";
}

interface FileRow {
  progress: FileProgress;
  actions: HTMLElement;
  state: VcfFile["state"] | null;
}

export class DatasetView {
  #dataset: Dataset | null = null;
  #files = new Map<number, FileRow>();
  readonly #head = h("header", { class: "page-head" });
  readonly #facts = h("dl", { class: "facts" });
  readonly #message = h("div", {});
  readonly #fileList = h("div", { class: "files" });
  readonly #findings = h("section", { class: "card-section", hidden: true });
  #report: FindingsReport | null = null;
  /** Whether the report names the file of each finding. */
  #severalFiles = false;
  readonly #groups: GroupsSection;

  constructor(
    private readonly root: HTMLElement,
    private readonly reload: () => void,
  ) {
    this.#groups = new GroupsSection(reload);
  }

  show(dataset: Dataset): void {
    const first = this.#dataset === null;
    this.#dataset = dataset;
    this.#drawHead(dataset);
    this.#drawFiles(dataset.files);
    this.#groups.show(dataset);
    if (!first) return;
    replace(
      this.root,
      this.#head,
      this.#message,
      this.#facts,
      h("section", { class: "card-section" }, h("h2", {}, "Files"), this.#fileList),
      this.#findings,
      this.#groups.element,
      this.#danger(dataset),
    );
  }

  /** Takes news of the import; says whether the dataset has to be loaded again. */
  progress({ state, files, groups_seq: groupsSeq }: ImportProgress): boolean {
    if (!this.#dataset) return false;
    const states = (list: readonly VcfFile[]) => list.map((file) => `${file.id}${file.state}`).join();
    const moved = state !== this.#dataset.state || groupsSeq !== this.#dataset.groups_seq || states(files) !== states(this.#dataset.files);
    this.#dataset = { ...this.#dataset, state, files, alleles: files.reduce((sum, file) => sum + file.alleles, 0) };
    this.#drawHead(this.#dataset);
    this.#drawFiles(files);
    return moved;
  }

  showFindings(totals: readonly RuleTotal[]): void {
    if (!this.#dataset) return;
    this.#findings.hidden = totals.length === 0;
    const { id, slug, files } = this.#dataset;
    const severalFiles = files.length > 1;
    if (!this.#report || severalFiles !== this.#severalFiles) {
      this.#severalFiles = severalFiles;
      const download = h("a", { class: "btn btn-sm btn-outline-secondary", href: `/api/v1/datasets/${id}/findings?format=csv`, download: `${slug}-findings.csv` }, "Download CSV");
      this.#report = new FindingsReport({ source: ofDataset(id), download, severalFiles });
      replace(this.#findings, this.#report.element);
    }
    this.#report.update(totals);
  }

  #drawHead(dataset: Dataset): void {
    this.root.dataset["state"] = dataset.state;
    replace(
      this.#head,
      h("div", {}, h("p", { class: "crumbs" }, h("a", { href: "/" }, "Datasets")), h("h1", {}, dataset.name, " ", stateChip(dataset))),
      h("div", { class: "actions" }, h("a", { class: "btn btn-primary", href: exploreAddress(dataset) }, "Explore")),
    );
    const facts: [string, string | HTMLElement][] = [
      ["Name in queries", h("code", {}, dataset.slug)],
      ["Build", dataset.build],
      ["Samples", count(dataset.samples)],
      ["Alleles", count(dataset.alleles)],
      ["Validation profile", dataset.profile],
      ["Sites without a record", absentText(dataset)],
      ["Added", moment(dataset.created_at)],
    ];
    const alleles = h("div", { class: "wide" }, h("dt", {}, h("a", { href: "/help#alleles" }, "Alleles are")), ...normalised(dataset).map((sentence) => h("dd", {}, sentence)));
    replace(this.#facts, ...facts.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))), alleles);
  }

  #drawFiles(files: readonly VcfFile[]): void {
    for (const [id, row] of this.#files) {
      if (files.some((file) => file.id === id)) continue;
      row.progress.element.remove();
      this.#files.delete(id);
    }
    if (files.length === 0 && this.#dataset) {
      replace(this.#fileList, h("p", { class: "hint" }, "No file yet. ", h("a", { href: `/upload?dataset=${this.#dataset.id}` }, "Upload one"), "."));
      return;
    }
    this.#fileList.querySelector(".hint")?.remove();
    for (const file of files) {
      let row = this.#files.get(file.id);
      if (!row) {
        row = { progress: new FileProgress(), actions: h("div", { class: "file-actions" }), state: null };
        row.progress.element.append(row.actions);
        this.#files.set(file.id, row);
        this.#fileList.append(row.progress.element);
      }
      row.progress.update(file, performance.now());
      if (row.state !== file.state) this.#drawActions(row, file);
    }
  }

  #drawActions(row: FileRow, file: VcfFile): void {
    row.state = file.state;
    const running = file.state === "waiting" || file.state === "importing";
    const stopped = file.state === "failed" || file.state === "cancelled";
    const cut = file.size === null || file.received < file.size;
    const button = (text: string, run: () => Promise<unknown>) => h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: () => void this.#do(run) }, text);
    replace(
      row.actions,
      running && button("Cancel import", () => api.cancelFile(file.id)),
      running && cut && h("a", { class: "btn btn-sm btn-link", href: `/upload?dataset=${file.dataset_id}` }, "Interrupted? Continue the upload"),
      stopped && !cut && button("Try again", () => api.retryFile(file.id)),
      stopped && h("a", { class: "btn btn-sm btn-link", href: `/upload?dataset=${file.dataset_id}` }, "Upload a corrected file"),
    );
  }

  #danger(dataset: Dataset): HTMLElement {
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "delete-title" });
    const close = () => dialog.close();
    replace(
      dialog,
      h("h2", { id: "delete-title" }, `Delete ${dataset.name}?`),
      h("p", {}, "Its alleles, groups and files go, for everybody. This cannot be undone."),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "btn btn-outline-secondary", onclick: close }, "Keep it"),
        h("button", { type: "button", class: "btn btn-danger", onclick: () => void this.#delete(dataset.id, close) }, "Delete"),
      ),
    );
    return h(
      "section",
      { class: "card-section danger" },
      h("button", { type: "button", class: "btn btn-outline-danger", id: "delete", onclick: () => dialog.showModal() }, "Delete this dataset"),
      dialog,
    );
  }

  async #delete(id: number, close: () => void): Promise<void> {
    await this.#do(async () => {
      await api.deleteDataset(id);
      location.assign("/");
    });
    close();
  }

  async #do(run: () => Promise<unknown>): Promise<void> {
    replace(this.#message);
    try {
      await run();
      this.reload();
    } catch (reason) {
      replace(this.#message, errorNotice(describe(reason)));
    }
  }
}
