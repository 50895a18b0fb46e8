/** The groups that a file without samples states in INFO: shown before anything is sent, to take, rename or leave out. */

import { api, describe } from "../api";
import type { InfoGroupChoice } from "../protocol/InfoGroupChoice";
import type { InfoGroupOffer } from "../protocol/InfoGroupOffer";
import type { InfoGroups } from "../protocol/InfoGroups";
import { h, need, replace } from "../ui/dom";
import { counted } from "../ui/format";

interface Row {
  offer: InfoGroupOffer;
  box: HTMLInputElement;
  name: HTMLInputElement;
}

export class InfoField {
  readonly #field = need("#info-groups-field");
  readonly #list = need("#info-groups");
  #rows: Row[] = [];
  #asked = 0;

  /** The keys of a file without samples; none for a file that has some. */
  async setKeys(infos: string[]): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#rows = [];
    this.#field.hidden = true;
    if (infos.length === 0) return;
    try {
      const offers = await api.previewInfoGroups({ infos });
      if (asked === this.#asked) this.#show(offers.filter(({ key }) => key !== "all"));
    } catch (reason) {
      if (asked !== this.#asked) return;
      this.#field.hidden = false;
      replace(this.#list, h("p", { class: "field-error", role: "alert" }, describe(reason).message));
    }
  }

  /** What is chosen; `null` where nothing was offered. */
  get value(): InfoGroups | null {
    if (this.#rows.length === 0) return null;
    const chosen = this.#rows.filter(({ box }) => box.checked);
    if (chosen.length === 0) return "none";
    const asOffered = this.#rows.every(({ offer, box, name }) => box.checked === !offer.is_subset && name.value.trim() === offer.value);
    if (asOffered) return "auto";
    return chosen.map(({ offer, name }): InfoGroupChoice => {
      const value = name.value.trim();
      return value === "" || value === offer.value ? { key: offer.key } : { key: offer.key, value };
    });
  }

  #show(offers: readonly InfoGroupOffer[]): void {
    this.#field.hidden = offers.length === 0;
    const families = new Map<string, InfoGroupOffer[]>();
    for (const offer of offers) families.set(offer.family, [...(families.get(offer.family) ?? []), offer]);
    const taken = offers.filter(({ is_subset: subset }) => !subset).length;
    replace(
      this.#list,
      h("p", { class: "preview-good" }, `${counted(taken, "group")} found in INFO. Rename them here, or untick those that are not wanted.`),
      ...[...families].map(([family, members]) => this.#family(family, members)),
    );
  }

  #family(family: string, offers: readonly InfoGroupOffer[]): HTMLElement {
    const rows = offers.map((offer): Row => {
      const box = h("input", { type: "checkbox", class: "form-check-input", checked: !offer.is_subset, "aria-label": `Make ${offer.value}` });
      const name = h("input", { class: "form-control", value: offer.value, maxlength: 100, autocomplete: "off", "aria-label": `Name of ${offer.value}` });
      return { offer, box, name };
    });
    this.#rows.push(...rows);
    const toggle = h("button", { type: "button", class: "link-button" }, "all / none");
    toggle.addEventListener("click", () => {
      const on = rows.some(({ box }) => !box.checked);
      for (const { box } of rows) box.checked = on;
    });
    const subset = offers.every(({ is_subset: optional }) => optional);
    const list = h("div", { class: "info-rows" }, ...rows.map(({ offer, box, name }) => h("div", { class: "info-row" }, box, name, h("span", { class: "hint" }, keysOf(offer)))));
    const summary = [h("b", {}, family), ` ${counted(offers.length, "group")}${subset ? ", a part of the cohort" : ""} `];
    return h("details", { class: "info-family", open: offers.length <= 6 && !subset }, h("summary", {}, ...summary), toggle, list);
  }
}

function keysOf({ raw, high_quality: high, af }: InfoGroupOffer): string {
  const parts = [raw.join(" "), high.length > 0 && `high quality: ${high.join(" ")}`, af && `${af}, frequency only`];
  return parts.filter((part) => part).join("; ");
}
