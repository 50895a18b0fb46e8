/**
 * A table that shows a window of a long result: only the rows in view are in the document.
 *
 * Invariant: the number of row elements depends on the height of the viewport, not on the result; every row says its
 * number in the whole (`aria-rowindex`).
 */

import { count } from "../ui/format";
import { h, setText } from "../ui/dom";
import { splitName } from "../ui/groups";
import { clipAllele, frequencyCell } from "./cells";
import { variantId } from "./columns";
import type { Pages } from "./pages";

const ROW_HEIGHT = 40;
const OVERSCAN = 6;
/** Browsers stop laying out somewhere above this; a longer result is scrolled in proportion. */
const MAX_HEIGHT = 12_000_000;

export interface Column {
  group: string;
  label: string;
  className: string;
}

interface RowView {
  element: HTMLTableRowElement;
  index: HTMLElement;
  variant: HTMLElement;
  /** ID, type and filter in one line, for screens that have no room for their columns. */
  meta: HTMLElement;
  id: HTMLElement;
  type: HTMLElement;
  filter: HTMLElement;
  groups: { cell: HTMLElement; af: HTMLElement; counts: HTMLElement }[];
}

export class VirtualTable {
  readonly element: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #body: HTMLTableSectionElement;
  readonly #above: HTMLTableCellElement;
  readonly #below: HTMLTableCellElement;
  #rows: RowView[] = [];
  #columns: readonly Column[] = [];
  #frame = 0;

  /** `need` is called with the rows in view whenever some of them may be missing. */
  constructor(
    private readonly pages: Pages,
    private readonly need: (first: number, last: number) => void,
  ) {
    this.#above = h("td", { class: "spacer" });
    this.#below = h("td", { class: "spacer" });
    this.#body = h("tbody");
    this.#table = h("table", { class: "variants" });
    this.element = h("div", { class: "table-viewport", tabindex: 0, role: "region", "aria-label": "Matching alleles" }, this.#table);
    this.element.addEventListener("scroll", () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#schedule()).observe(this.element);
  }

  /** The groups that have a column; the table is built anew only when they or their looks changed. */
  setColumns(columns: readonly Column[]): void {
    const key = (list: readonly Column[]) => JSON.stringify(list.map(({ group, label, className }) => [group, label, className]));
    if (key(columns) === key(this.#columns)) return;
    this.#columns = columns;
    this.#rows = [];
    this.#body.replaceChildren(
      h("tr", { class: "spacer", "aria-hidden": "true" }, this.#above),
      h("tr", { class: "spacer", "aria-hidden": "true" }, this.#below),
    );
    this.#table.replaceChildren(
      h("colgroup", {}, ...["index", "variant", "id", "type", "filter"].map((name) => h("col", { class: `col-${name}` })), ...columns.map(() => h("col", { class: "col-group" }))),
      h("thead", {}, h("tr", { "aria-rowindex": 1 }, ...this.#head())),
      this.#body,
    );
    for (const spacer of [this.#above, this.#below]) spacer.colSpan = 5 + columns.length;
    this.refresh();
  }

  /** Shows what the pages hold now. */
  refresh(): void {
    this.#table.setAttribute("aria-rowcount", String(this.pages.total + 1));
    this.#render();
  }

  scrollToTop(): void {
    this.element.scrollTop = 0;
  }

  #head(): HTMLElement[] {
    const plain = ["#", "Variant", "ID", "Type", "Filter"].map((text, i) =>
      h("th", { scope: "col", class: ["row-index", "variant", "id", "type", "filter"][i] ?? "" }, text),
    );
    const groups = this.#columns.map(({ group, label, className }) =>
      h(
        "th",
        { scope: "col", class: "group", title: group },
        h("span", { class: "group-name" }, h("span", { class: `swatch ${className}`, "aria-hidden": "true" }), label),
        h("span", { class: "group-unit" }, splitName(group).family === "all" ? "AF" : `AF · ${splitName(group).family}`),
      ),
    );
    return [...plain, ...groups];
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    const total = this.pages.total;
    const full = total * ROW_HEIGHT;
    const height = Math.min(full, MAX_HEIGHT);
    const view = Math.max(this.element.clientHeight - 44, ROW_HEIGHT);
    const visible = Math.ceil(view / ROW_HEIGHT);
    const scroll = Math.min(this.element.scrollTop, Math.max(0, height - view));
    const ratio = height > view ? (full - view) / (height - view) : 1;
    const top = scroll * ratio;
    const first = Math.max(0, Math.min(Math.floor(top / ROW_HEIGHT) - OVERSCAN, total - visible - OVERSCAN));
    const last = Math.min(total, first + visible + 2 * OVERSCAN) - 1;

    // Where the first row lies in the scrolled height: in place when nothing is compressed.
    const offset = Math.max(0, scroll - (top - first * ROW_HEIGHT));
    const shown = Math.max(0, last - first + 1);
    this.#above.style.height = `${offset}px`;
    this.#below.style.height = `${Math.max(0, height - offset - shown * ROW_HEIGHT)}px`;

    this.#resize(shown);
    this.#rows.forEach((row, i) => this.#fill(row, first + i));
    if (total > 0) this.need(Math.max(0, Math.floor(top / ROW_HEIGHT)), last);
  }

  #resize(shown: number): void {
    while (this.#rows.length > shown) this.#rows.pop()?.element.remove();
    while (this.#rows.length < shown) {
      const row = this.#createRow();
      this.#rows.push(row);
      this.#body.insertBefore(row.element, this.#body.lastElementChild);
    }
  }

  #createRow(): RowView {
    const index = h("td", { class: "row-index" });
    const variant = h("span", { class: "variant-id" });
    const meta = h("span", { class: "variant-meta", "aria-hidden": "true" });
    const id = h("td", { class: "id" });
    const type = h("td", { class: "type" });
    const filter = h("td", { class: "filter" });
    const groups = this.#columns.map(() => {
      const af = h("span", { class: "af" });
      const counts = h("span", { class: "counts" });
      return { cell: h("td", { class: "group" }, af, counts), af, counts };
    });
    const element = h("tr", {}, index, h("th", { scope: "row", class: "variant" }, variant, meta), id, type, filter, ...groups.map(({ cell }) => cell));
    return { element, index, variant, meta, id, type, filter, groups };
  }

  #fill(row: RowView, number: number): void {
    row.element.setAttribute("aria-rowindex", String(number + 2));
    setText(row.index, count(number + 1));
    const found = this.pages.at(number);
    row.element.classList.toggle("pending", found === null);
    if (!found) {
      row.element.removeAttribute("data-variant");
      for (const cell of [row.variant, row.meta, row.id, row.type, row.filter]) setText(cell, "");
      for (const { cell, af, counts } of row.groups) {
        cell.className = "group";
        setText(af, "");
        setText(counts, "");
      }
      return;
    }
    const { rows, index } = found;
    const variant = variantId(rows, index);
    row.element.dataset["variant"] = variant;
    setText(row.variant, `${rows.chrom[index] ?? ""}-${rows.pos[index] ?? ""}-${clipAllele(rows.ref[index] ?? "")}-${clipAllele(rows.alt[index] ?? "")}`);
    row.variant.title = variant;
    setText(row.id, rows.id[index] ?? "");
    setText(row.type, rows.type[index] ?? "");
    const filter = rows.filter[index] ?? "";
    setText(row.filter, filter === "" ? "·" : filter);
    row.filter.classList.toggle("failed", filter !== "" && filter !== "PASS");
    setText(row.meta, [rows.id[index] ?? "", rows.type[index] ?? "", filter === "PASS" ? "" : filter].filter((part) => part !== "").join(" · "));
    row.groups.forEach(({ cell, af, counts }, i) => {
      const column = this.#columns[i];
      // Rows on their way from before a change of columns may list other groups.
      const values = rows.groups.find(({ group }) => group === column?.group);
      if (!values || !column) {
        setText(af, "");
        setText(counts, "");
        return;
      }
      const text = frequencyCell(values, index, column.label);
      cell.className = `group ${text.kind}`;
      cell.title = text.title;
      setText(af, text.af);
      setText(counts, text.counts);
    });
  }
}
