/**
 * The Explore page: one subscription on the screen, drawn from its view.
 *
 * Invariant: the attributes `data-total`, `data-state`, `data-version` of the root and `data-sum` of each chart change in
 * one task, so whoever watches them sees one version.
 */

import { api, describe, goToLogin, loginIfSignedOut, wsTicket } from "../api";
import { browserWorld, LiveConnection } from "../live/connection";
import type { SubscriptionView } from "../live/screen";
import type { ApiError } from "../protocol/ApiError";
import type { Dataset } from "../protocol/Dataset";
import type { ImportProgress } from "../protocol/ImportProgress";
import type { NewExport } from "../protocol/NewExport";
import type { Version } from "../protocol/Version";
import { Feed, PAGE_SIZE } from "../table/feed";
import { Pages } from "../table/pages";
import { VirtualTable } from "../table/virtual";
import { announce } from "../ui/announce";
import { h, replace } from "../ui/dom";
import { count } from "../ui/format";
import { label } from "../ui/groups";
import { fractionDone } from "../ui/imports";
import { errorNotice } from "../ui/notice";
import { paletteOf } from "../ui/palette";
import type { SeriesClass } from "../ui/palette";
import { setBuildBadge } from "../ui/shell";
import { formatAddress, parseAddress } from "./address";
import type { ExploreState } from "./address";
import { ExportButton } from "./export-button";
import { ChartsPanel } from "./charts-panel";
import { GroupsPanel } from "./groups-panel";
import { QueryBar } from "./query-bar";
import { resolveScope } from "./scope";
import type { Scope } from "./scope";
import { StatusLine } from "./status-line";

export class ExplorePage {
  #state: ExploreState;
  #datasets: Dataset[] = [];
  #scope: Scope | null = null;
  #sub = 0;
  #palette: ReadonlyMap<string, SeriesClass> = new Map();
  #announced = -1;
  #reloading = false;
  #failed = false;
  readonly #connection = new LiveConnection(browserWorld(wsTicket));
  readonly #pages = new Pages();
  readonly #bar: QueryBar;
  readonly #groups: GroupsPanel;
  readonly #charts: ChartsPanel;
  readonly #export = new ExportButton(() => this.#asExport());
  readonly #status = new StatusLine(this.#export.element);
  readonly #table: VirtualTable;
  readonly #feed: Feed;
  readonly #results: HTMLElement;
  readonly #empty = h("div", { class: "no-match", hidden: true });

  /** `onImports` hears what this page hears of imports. */
  constructor(
    private readonly root: HTMLElement,
    private readonly onImports: (moved: readonly ImportProgress[]) => void = () => undefined,
  ) {
    this.#state = parseAddress(location.search);
    this.#bar = new QueryBar({
      build: (build) => this.#go({ ...this.#state, build, datasets: [], groups: null }),
      datasets: (datasets) => this.#go({ ...this.#state, datasets, groups: null }),
      run: (query) => this.#go({ ...this.#state, query }),
    });
    this.#groups = new GroupsPanel((groups) => this.#go({ ...this.#state, groups }));
    this.#charts = new ChartsPanel((scale) => this.#go({ ...this.#state, scale }));
    this.#table = new VirtualTable(this.#pages, (first, last) => this.#feed.want(first, last));
    this.#feed = new Feed(this.#connection, this.#pages, () => this.#table.refresh());
    this.#results = h(
      "div",
      { class: "results" },
      this.#status.element,
      this.#charts.element,
      h(
        "section",
        { class: "matches", "aria-label": "Alleles" },
        this.#table.element,
        this.#empty,
        h(
          "p",
          { class: "legend" },
          h("span", {}, h("b", {}, "0.012"), " AF, below it AC / AN"),
          h("span", {}, h("b", {}, "0"), " recorded, no called allele of the group is it"),
          h("span", {}, h("b", {}, "not seen"), " covered, not recorded: counts are inferred"),
          h("span", {}, h("b", {}, "—"), " no data here"),
        ),
      ),
    );
  }

  async open(): Promise<void> {
    this.root.classList.add("explore");
    this.root.dataset["state"] = "loading";
    window.addEventListener("popstate", () => {
      if (location.pathname === "/explore") this.#apply(parseAddress(location.search));
      else location.reload();
    });
    window.addEventListener("online", () => this.#connection.network(true));
    window.addEventListener("offline", () => this.#connection.network(false));
    this.#connection.listen({
      phase: (phase) => {
        this.root.dataset["connection"] = phase;
        this.#status.phase(phase);
      },
      show: (screen, version) => {
        const view = screen.get(this.#sub);
        if (view) this.#show(view, version);
      },
      progress: (sub, done, of) => {
        if (sub === this.#sub) this.#bar.progress(of > 0 ? done / of : null);
      },
      imports: (datasets) => this.#imports(datasets),
      fail: (sub, error) => this.#fail(sub, error),
    });
    this.#status.phase("idle");
    this.#connection.start();
    await this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.#datasets = await api.datasets();
    } catch (reason) {
      if (loginIfSignedOut(reason)) return;
      this.root.dataset["state"] = "failed";
      replace(this.root, errorNotice(describe(reason), { label: "Try again", run: () => void this.#load() }));
      return;
    }
    this.#apply(this.#state);
  }

  #go(state: ExploreState): void {
    const address = formatAddress(state);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    this.#apply(state);
  }

  /** Shows what a state asks for. Subscribes anew unless only the drawing differs. */
  #apply(state: ExploreState): void {
    this.#state = state;
    const scope = resolveScope(state, this.#datasets);
    this.#scope = scope;
    if (!scope) {
      this.root.dataset["state"] = "empty";
      replace(this.root, noDatasets());
      return;
    }
    if (!this.root.contains(this.#results)) {
      replace(this.root, h("h1", { class: "visually-hidden" }, "Explore"), this.#bar.element, h("div", { class: "explore-body" }, h("aside", { class: "scope" }, this.#groups.element), this.#results));
    }
    this.#bar.setQuery(state.query);
    this.#bar.fail(null);
    this.#failed = false;
    this.#bar.setScope(scope);
    this.#charts.setScale(state.scale);
    this.#palette = paletteOf(scope.groups);
    setBuildBadge(scope.build);
    document.title = `${state.query || scope.datasets.map(({ name }) => name).join(", ") || scope.build} · Explore · Allelecast`;
    this.#groups.update(scope.groups, this.#shownGroups(scope), this.#palette);
    this.#drawImports();
    if (scope.datasets.length > 0) this.#subscribe(scope);
  }

  #shownGroups({ shown, groups }: Scope): readonly string[] {
    return shown.length > 0 ? shown : groups.map(({ name }) => name);
  }

  #subscribe(scope: Scope): void {
    const before = this.#sub;
    this.#sub += 1;
    this.#announced = -1;
    this.root.setAttribute("aria-busy", "true");
    if (before > 0) this.#connection.unsubscribe(before);
    this.#connection.subscribe({
      sub: this.#sub,
      build: scope.build,
      datasets: scope.datasets.map(({ slug }) => slug),
      query: this.#state.query,
      groups: [...scope.shown],
      charts: ["af_spectrum"],
      page_size: PAGE_SIZE,
      hq: false,
    });
  }

  /** What the screen shows, as a file of the same version. */
  #asExport(): NewExport | null {
    const version = this.root.dataset["version"];
    if (!this.#scope || version === undefined) return null;
    const { build, datasets, shown } = this.#scope;
    return { query: this.#state.query, build, dataset: datasets.map(({ slug }) => slug), groups: [...shown], version, format: "csv" };
  }

  #show(view: SubscriptionView, version: Version): void {
    const groups = view.binding?.groups ?? [];
    if (view.fresh) {
      this.root.removeAttribute("aria-busy");
      this.#outdated(false);
      this.#bar.progress(null);
      if (groups.some((name) => !this.#palette.has(name))) void this.#reload();
      this.#table.scrollToTop();
    }
    this.#feed.show(this.#sub, view);
    this.#table.setColumns(groups.map((group) => ({ group, label: label(group, groups), className: this.#palette.get(group) ?? "series-all" })));
    this.#table.refresh();
    this.#charts.update(view, this.#palette);
    this.#groups.update(this.#scope?.groups ?? [], groups, this.#palette);
    this.#status.results(view.total, view.provisional, version);
    if (view.provisional) this.#drawImports();
    this.#drawEmpty(view);
    this.#announce(view.total);

    this.root.dataset["total"] = String(view.total);
    this.root.dataset["state"] = view.provisional ? "importing" : "ready";
    this.root.dataset["version"] = `${version.epoch}.${version.seq}`;
  }

  #drawEmpty(view: SubscriptionView): void {
    this.#empty.hidden = view.total > 0;
    this.#table.element.hidden = view.total === 0;
    if (view.total > 0) return;
    replace(
      this.#empty,
      this.#nothing(view),
      this.#state.query !== "" && h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: () => this.#go({ ...this.#state, query: "" }) }, "Show all alleles"),
    );
  }

  /** Whether what is shown answers an earlier question. */
  #outdated(outdated: boolean): void {
    this.#results.classList.toggle("outdated", outdated);
    this.#status.outdated(outdated);
  }

  #nothing({ provisional }: SubscriptionView): string {
    const states = this.#scope?.datasets.map(({ state }) => state) ?? [];
    if (states.every((state) => state === "failed")) return "The import failed, and nothing of it is kept. The page of the dataset says why.";
    const arriving = provisional || states.some((state) => state === "importing" || state === "empty");
    if (!arriving) return "No allele matches.";
    return this.#state.query === "" ? "Waiting for the first records." : "No match so far; the import is still running.";
  }

  #announce(total: number): void {
    if (total === this.#announced) return;
    const more = total - this.#announced;
    announce(this.#announced < 0 || more < 0 ? `${count(total)} ${total === 1 ? "match" : "matches"}` : `${count(more)} new ${more === 1 ? "match" : "matches"}, ${count(total)} in all`);
    this.#announced = total;
  }

  #imports(moved: ImportProgress[]): void {
    this.onImports(moved);
    let unknown = false;
    for (const progress of moved) {
      const dataset = this.#datasets.find(({ id }) => id === progress.dataset_id);
      if (!dataset) {
        unknown = true;
        continue;
      }
      // Groups are made when a header is read, and by hand at any time.
      unknown ||= dataset.groups_seq !== progress.groups_seq;
      dataset.state = progress.state;
      dataset.files = progress.files;
    }
    if (unknown) void this.#reload();
    this.#drawImports();
  }

  #drawImports(): void {
    const running = this.#scope?.datasets.filter(({ state }) => state === "importing") ?? [];
    if (running.length > 0) this.#status.importing(fractionDone(running.flatMap(({ files }) => files)));
  }

  /** Datasets or groups that this page has not heard of: learn them, without asking the question again. */
  async #reload(): Promise<void> {
    if (this.#reloading) return;
    this.#reloading = true;
    try {
      this.#datasets = await api.datasets();
      const had = this.#scope;
      this.#scope = resolveScope(this.#state, this.#datasets);
      if (!this.#scope) return;
      // Names that were not known may be known now.
      if (!had || this.#failed || scopeKey(had) !== scopeKey(this.#scope)) {
        this.#apply(this.#state);
        return;
      }
      this.#palette = paletteOf(this.#scope.groups);
      this.#bar.setScope(this.#scope);
      const view = this.#connection.screen.get(this.#sub);
      const version = this.#connection.version;
      if (view && version) this.#show({ ...view, fresh: false, window: null, changed: [] }, version);
    } catch (reason) {
      loginIfSignedOut(reason);
    } finally {
      this.#reloading = false;
    }
  }

  #fail(sub: number | null, error: ApiError): void {
    if (sub !== null && sub !== this.#sub) return;
    if (error.code === "unauthenticated") {
      goToLogin();
      return;
    }
    this.root.removeAttribute("aria-busy");
    this.#bar.progress(null);
    this.#bar.fail(error);
    this.#failed = true;
    this.#outdated(true);
    if (this.root.dataset["version"] === undefined) this.root.dataset["state"] = "failed";
  }
}

function scopeKey({ datasets, shown }: Scope): string {
  return JSON.stringify([datasets.map(({ slug }) => slug), shown]);
}

function noDatasets(): HTMLElement {
  return h(
    "div",
    { class: "empty-state" },
    h("h1", {}, "Nothing to explore yet"),
    h("p", {}, "Upload a VCF, and its alleles show up here while it is still on its way."),
    h("p", {}, h("a", { class: "btn btn-primary", href: "/upload" }, "Upload a VCF"), " ", h("a", { class: "btn btn-outline-secondary", href: "/" }, "Load the demo data")),
  );
}
