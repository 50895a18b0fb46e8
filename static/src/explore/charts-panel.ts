/**
 * AF spectra of the groups shown, one small chart each, on one y axis.
 *
 * Invariant: a chart stays the same element while its group is shown; `data-sum` is what its bars add up to.
 */

import { AF_BINS, binLabel } from "../plots/af-bins";
import { afSpectrum, binAt, binStripe } from "../plots/af-spectrum";
import type { ChartSums, SubscriptionView } from "../live/screen";
import { sum } from "../live/screen";
import { h, reducedMotion, replace, setText } from "../ui/dom";
import { count, counted, percent } from "../ui/format";
import { label, splitName } from "../ui/groups";
import type { SeriesClass } from "../ui/palette";

const HEIGHT = 140;
const GROW_MS = 180;

interface Panel {
  element: HTMLElement;
  name: HTMLElement;
  family: HTMLElement;
  svg: SVGSVGElement;
  id: string;
  values: readonly number[];
}

export class ChartsPanel {
  readonly element: HTMLElement;
  readonly #grid: HTMLElement;
  readonly #caption: HTMLElement;
  readonly #provisional: HTMLElement;
  readonly #tooltip: HTMLElement;
  readonly #twin: HTMLElement;
  readonly #twinDetails: HTMLDetailsElement;
  readonly #scales: HTMLButtonElement[];
  readonly #panels = new Map<string, Panel>();
  #sums: ChartSums = new Map();
  #isProvisional = false;
  #scale: "linear" | "log" = "linear";
  #made = 0;
  #width = 0;

  constructor(chooseScale: (scale: "linear" | "log") => void) {
    this.#grid = h("div", { class: "chart-grid", role: "group", "aria-label": "Charts by group", tabindex: 0 });
    this.#caption = h("p", { class: "chart-caption" });
    this.#provisional = h("span", { class: "chip chip-provisional", hidden: true }, "provisional");
    this.#tooltip = h("div", { class: "chart-tooltip", hidden: true });
    this.#twin = h("div", { class: "table-responsive", role: "region", "aria-label": "Numbers of the charts", tabindex: 0 });
    this.#twinDetails = h("details", { class: "chart-twin" }, h("summary", {}, "Show as table"), this.#twin);
    this.#twinDetails.addEventListener("toggle", () => this.#drawTwin());
    this.#scales = (["linear", "log"] as const).map((scale) =>
      h("button", { type: "button", class: "segment", value: scale, onclick: () => chooseScale(scale) }, scale === "log" ? "Log" : "Linear"),
    );
    this.element = h(
      "section",
      { class: "charts", "aria-labelledby": "charts-title" },
      h(
        "header",
        { class: "chart-header" },
        h("h2", { id: "charts-title" }, "Allele-frequency spectrum"),
        this.#provisional,
        h("div", { class: "segments", role: "group", "aria-label": "Scale of the count axis" }, ...this.#scales),
      ),
      this.#caption,
      this.#grid,
      this.#tooltip,
      this.#twinDetails,
    );
    new ResizeObserver(() => {
      if (this.#grid.clientWidth !== this.#width) this.#draw(0);
    }).observe(this.#grid);
  }

  setScale(scale: "linear" | "log"): void {
    this.#scale = scale;
    for (const button of this.#scales) button.setAttribute("aria-pressed", String(button.value === scale));
    this.#draw(0);
  }

  update(view: SubscriptionView, palette: ReadonlyMap<string, SeriesClass>): void {
    const sums = view.charts.get("af_spectrum") ?? new Map<string, readonly number[]>();
    this.#sums = sums;
    this.#isProvisional = view.provisional;
    this.#provisional.hidden = !view.provisional;
    setText(
      this.#caption,
      `Alleles by frequency in each group, n = ${count(view.total)}. Bars “?” and “0”: frequency unknown, and zero.${view.provisional ? " Hatched while the import runs." : ""}`,
    );
    const shown = view.binding?.groups ?? [...sums.keys()];
    for (const [group, panel] of this.#panels) {
      if (shown.includes(group)) continue;
      panel.element.remove();
      this.#panels.delete(group);
    }
    for (const group of shown) {
      const panel = this.#panels.get(group) ?? this.#create(group);
      panel.values = sums.get(group) ?? new Array<number>(AF_BINS).fill(0);
      panel.element.className = `chart-panel ${palette.get(group) ?? "series-all"}`;
      panel.element.dataset["sum"] = String(sum(panel.values));
      setText(panel.name, label(group, shown));
      setText(panel.family, splitName(group).family === "all" ? "everybody" : splitName(group).family);
      this.#grid.append(panel.element);
    }
    this.#draw(reducedMotion() ? 0 : GROW_MS);
    this.#drawTwin();
  }

  #create(group: string): Panel {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const name = h("strong", {});
    const family = h("span", { class: "panel-family" });
    const element = h("div", { "data-group": group, "data-sum": 0 }, h("header", { title: group }, h("span", { class: "swatch", "aria-hidden": "true" }), name, family), svg);
    this.#made += 1;
    const panel: Panel = { element, name, family, svg, id: `spectrum-${this.#made}`, values: [] };
    svg.addEventListener("pointermove", (event) => this.#point(panel, event));
    svg.addEventListener("pointerdown", (event) => this.#point(panel, event));
    svg.addEventListener("pointerleave", () => this.#unpoint(panel));
    this.#panels.set(group, panel);
    return panel;
  }

  #draw(duration: number): void {
    this.#width = this.#grid.clientWidth;
    let top = 1;
    for (const { values } of this.#panels.values()) for (const value of values) top = Math.max(top, value);
    for (const [group, panel] of this.#panels) {
      const width = panel.element.clientWidth;
      if (width === 0) continue;
      afSpectrum(panel.svg, {
        label: group,
        values: panel.values,
        top,
        scale: this.#scale,
        provisional: this.#isProvisional,
        width,
        height: HEIGHT,
        id: panel.id,
        duration,
      });
    }
  }

  #point(panel: Panel, event: PointerEvent): void {
    const box = panel.svg.getBoundingClientRect();
    const bin = binAt(event.clientX - box.left, box.width);
    const stripe = panel.svg.querySelector("rect.stripe");
    if (bin === null || !stripe) {
      this.#unpoint(panel);
      return;
    }
    const { x, width } = binStripe(bin, box.width);
    for (const [name, value] of Object.entries({ x, width, y: 8, height: HEIGHT - 32, visibility: "visible" })) stripe.setAttribute(name, String(value));
    const value = panel.values[bin] ?? 0;
    const n = sum(panel.values);
    replace(
      this.#tooltip,
      h("strong", {}, counted(value, "allele")),
      n > 0 ? ` · ${percent(value / n)}` : "",
      h("br"),
      `${panel.name.textContent ?? ""}: ${binLabel(bin)}`,
    );
    this.#tooltip.hidden = false;
    const host = this.element.getBoundingClientRect();
    const left = Math.min(Math.max(0, box.left - host.left + x + width / 2 - this.#tooltip.offsetWidth / 2), host.width - this.#tooltip.offsetWidth);
    this.#tooltip.style.left = `${left}px`;
    this.#tooltip.style.top = `${box.top - host.top - this.#tooltip.offsetHeight + 4}px`;
  }

  #unpoint(panel: Panel): void {
    panel.svg.querySelector("rect.stripe")?.setAttribute("visibility", "hidden");
    this.#tooltip.hidden = true;
  }

  /** The same numbers as a table; drawn only while it is open. */
  #drawTwin(): void {
    if (!this.#twinDetails.open) return;
    const groups = [...this.#panels.keys()];
    replace(
      this.#twin,
      h(
        "table",
        { class: "twin" },
        h("caption", { class: "visually-hidden" }, "Alleles by frequency in each group"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "AF"), ...groups.map((group) => h("th", { scope: "col", title: group }, label(group, groups))))),
        h(
          "tbody",
          {},
          ...Array.from({ length: AF_BINS }, (_, bin) =>
            h("tr", {}, h("th", { scope: "row" }, binLabel(bin)), ...groups.map((group) => h("td", {}, count(this.#sums.get(group)?.[bin] ?? 0)))),
          ),
        ),
        h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "Sum"), ...groups.map((group) => h("td", {}, count(sum(this.#sums.get(group) ?? [])))))),
      ),
    );
  }
}
