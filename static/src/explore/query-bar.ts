/** Build, datasets and query: what is asked. */

import type { ApiError } from "../protocol/ApiError";
import { h, replace } from "../ui/dom";
import { count } from "../ui/format";
import { datasetStateText } from "../ui/imports";
import { queryError } from "./query-error";
import type { Scope } from "./scope";

export interface QueryBarActions {
  build(build: string): void;
  datasets(slugs: string[]): void;
  run(query: string): void;
}

export class QueryBar {
  readonly element: HTMLElement;
  readonly #build: HTMLSelectElement;
  readonly #datasets: HTMLDetailsElement;
  readonly #datasetList: HTMLElement;
  readonly #datasetLabel: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #message: HTMLElement;
  readonly #progress: HTMLProgressElement;

  constructor(private readonly actions: QueryBarActions) {
    this.#build = h("select", { class: "form-select", "aria-label": "Reference build", onchange: () => actions.build(this.#build.value) });
    this.#datasetLabel = h("span", { class: "text-truncate" });
    this.#datasetList = h("div", { class: "menu dataset-menu" });
    this.#datasets = h("details", { class: "chooser" }, h("summary", { class: "form-select", "aria-label": "Datasets" }, this.#datasetLabel), this.#datasetList);
    this.#input = h("input", {
      class: "form-control query-input",
      type: "search",
      name: "q",
      placeholder: "region:20:1000000-2000000 AND af(CEU) < 1%",
      "aria-label": "Query",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "search",
    });
    this.#message = h("div", { class: "query-message" });
    this.#progress = h("progress", { class: "query-progress", max: 1, "aria-label": "Evaluation", hidden: true });
    const form = h(
      "form",
      {
        class: "query-form",
        role: "search",
        onsubmit: (event) => {
          event.preventDefault();
          actions.run(this.#input.value.trim());
        },
      },
      this.#build,
      this.#datasets,
      h("div", { class: "query-field" }, this.#input, h("a", { class: "query-help", href: "/help", title: "Query language" }, "Syntax")),
      h("button", { class: "btn btn-primary", type: "submit" }, "Run"),
    );
    this.element = h("div", { class: "query-bar" }, form, this.#message, this.#progress);
    document.addEventListener("click", (event) => {
      if (event.target instanceof Node && !this.#datasets.contains(event.target)) this.#datasets.open = false;
    });
    this.#datasets.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.#datasets.open = false;
      this.#datasets.querySelector("summary")?.focus();
    });
  }

  setQuery(query: string): void {
    this.#input.value = query;
  }

  setScope(scope: Scope): void {
    replace(this.#build, ...scope.builds.map((name) => h("option", { value: name, selected: name === scope.build }, name)));
    const names = scope.datasets.map(({ name }) => name);
    this.#datasetLabel.textContent = names.length === 1 ? (names[0] ?? "") : `${names.length} datasets`;
    replace(
      this.#datasetList,
      ...scope.candidates.map((dataset) => {
        const chosen = scope.datasets.includes(dataset);
        return h(
          "label",
          { class: "menu-item" },
          h("input", { type: "checkbox", class: "form-check-input", value: dataset.slug, checked: chosen, onchange: () => this.#choose() }),
          h(
            "span",
            {},
            dataset.name,
            h("small", {}, `${count(dataset.samples)} samples${dataset.state === "ready" ? "" : ` · ${datasetStateText[dataset.state].toLowerCase()}`}`),
          ),
        );
      }),
    );
    if (scope.unknown.length > 0) {
      this.fail({
        code: "not_found",
        message: `No dataset of ${scope.build} is called ${scope.unknown.join(", ")}.`,
        hint: `Shown instead: ${names.join(", ") || "nothing"}. Datasets of another build cannot be mixed in; choose the build first.`,
      });
    }
  }

  /** Shows an error below the box; nothing clears it. */
  fail(error: ApiError | null): void {
    replace(this.#message, error && queryError(this.#input.value, error));
    this.#input.classList.toggle("is-invalid", error !== null);
    if (error) {
      this.#input.setAttribute("aria-describedby", "query-error");
      this.#input.setAttribute("aria-invalid", "true");
    } else {
      this.#input.removeAttribute("aria-describedby");
      this.#input.removeAttribute("aria-invalid");
    }
  }

  /** How far the evaluation has come; `null` when there is none. */
  progress(fraction: number | null): void {
    this.#progress.hidden = fraction === null;
    if (fraction !== null) this.#progress.value = fraction;
  }

  #choose(): void {
    const chosen = [...this.#datasetList.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value);
    if (chosen.length > 0) this.actions.datasets(chosen);
    else for (const box of this.#datasetList.querySelectorAll("input")) box.checked = box.defaultChecked;
  }
}
