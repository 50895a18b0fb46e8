/** The groups chooser: checkboxes by family. */

import type { Group } from "../protocol/Group";
import { h, replace } from "../ui/dom";
import { count } from "../ui/format";
import { byFamily } from "../ui/groups";
import type { SeriesClass } from "../ui/palette";

export class GroupsPanel {
  readonly element: HTMLDetailsElement;
  readonly #list: HTMLElement;
  readonly #count: HTMLElement;
  #drawn = "";

  constructor(private readonly choose: (groups: string[]) => void) {
    this.#list = h("div", { class: "families" });
    this.#count = h("span", { class: "badge-count" });
    this.element = h("details", { class: "groups-panel" }, h("summary", {}, "Groups", this.#count), this.#list);
    const wide = matchMedia("(min-width: 992px)");
    const follow = () => (this.element.open = wide.matches);
    wide.addEventListener("change", follow);
    follow();
  }

  /** `shown` are the groups on the screen. */
  update(groups: readonly Group[], shown: readonly string[], palette: ReadonlyMap<string, SeriesClass>): void {
    this.#count.textContent = groups.length === 0 ? "" : `${shown.length} of ${groups.length}`;
    // Rebuilding takes the focus away, so it is done only for other groups.
    const key = groups.map(({ name, samples }) => `${name}=${samples}`).join();
    if (key !== this.#drawn) {
      this.#drawn = key;
      this.#build(groups, palette);
    }
    for (const box of this.#boxes()) box.checked = shown.includes(box.value);
  }

  #boxes(within: ParentNode = this.#list): HTMLInputElement[] {
    return [...within.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  }

  #build(groups: readonly Group[], palette: ReadonlyMap<string, SeriesClass>): void {
    if (groups.length === 0) {
      replace(this.#list, h("p", { class: "hint" }, "Groups appear once the header of the first file is read."));
      return;
    }
    const datasets = new Map<string, Group[]>();
    for (const group of groups) {
      const slug = group.name.split(".")[0] ?? "";
      datasets.set(slug, [...(datasets.get(slug) ?? []), group]);
    }
    const parts: HTMLElement[] = [];
    for (const [slug, own] of datasets) {
      if (datasets.size > 1) parts.push(h("h3", { class: "family-dataset" }, slug));
      for (const [family, members] of byFamily(own)) parts.push(this.#family(family, members, palette));
    }
    replace(this.#list, ...parts);
  }

  #family(family: string, members: readonly Group[], palette: ReadonlyMap<string, SeriesClass>): HTMLElement {
    const fieldset: HTMLFieldSetElement = h(
      "fieldset",
      { class: "family" },
      h("legend", {}, family === "all" ? "everybody" : family),
      ...members.map(({ name, value, samples, from_info: fromInfo }) =>
        h(
          "label",
          { class: "group-choice", title: name },
          h("input", { type: "checkbox", class: "form-check-input", value: name, onchange: (event) => this.#changed(event) }),
          h("span", { class: `swatch ${palette.get(name) ?? ""}`, "aria-hidden": "true" }),
          h("span", { class: "group-value" }, value),
          h("span", { class: "group-samples" }, fromInfo ? "" : count(samples)),
        ),
      ),
    );
    if (members.length > 3) {
      const toggle = h("button", { type: "button", class: "link-button", "aria-label": `All or none of ${family}` }, "all / none");
      toggle.addEventListener("click", () => {
        const boxes = this.#boxes(fieldset);
        const on = boxes.some((box) => !box.checked);
        for (const box of boxes) box.checked = on;
        this.#submit();
      });
      fieldset.querySelector("legend")?.append(toggle);
    }
    return fieldset;
  }

  #changed(event: Event): void {
    // At least one group stays: a table of nothing answers no question.
    if (event.target instanceof HTMLInputElement && this.#boxes().every((box) => !box.checked)) event.target.checked = true;
    this.#submit();
  }

  #submit(): void {
    const chosen = this.#boxes().filter((box) => box.checked);
    if (chosen.length > 0) this.choose(chosen.map(({ value }) => value));
  }
}
