/** The groups of a dataset: listed by family, made, changed, renamed and removed by hand. */

import { api, describe } from "../api";
import type { Dataset } from "../protocol/Dataset";
import type { Group } from "../protocol/Group";
import type { Sample } from "../protocol/Sample";
import { h, replace } from "../ui/dom";
import { count, counted } from "../ui/format";
import { byFamily } from "../ui/groups";
import { errorNotice } from "../ui/notice";
import { namesOf, withNames } from "./members";

/** Samples listed to choose from; the filter finds the others. */
const LISTED = 200;

export class GroupsSection {
  readonly element = h("section", { class: "card-section", id: "groups" });
  #dataset: Dataset | null = null;
  #drawn = "";
  readonly #head = h("div", { class: "section-head" });
  readonly #list = h("div", {});
  readonly #dialog = h("dialog", { class: "confirm group-dialog", "aria-labelledby": "group-title" });

  constructor(private readonly reload: () => void) {
    this.element.append(this.#head, this.#list, this.#dialog);
  }

  show(dataset: Dataset): void {
    this.#dataset = dataset;
    const key = JSON.stringify([dataset.groups, dataset.samples]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const stated = dataset.groups.some(({ from_info }) => from_info);
    replace(
      this.#head,
      h("h2", {}, "Groups"),
      stated && h("p", {}, "found in INFO: the file has no samples"),
      dataset.samples > 0 && h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", id: "new-group", onclick: () => void this.#edit(null) }, "New group"),
    );
    const families = [...byFamily(dataset.groups)];
    replace(
      this.#list,
      families.length === 0 && h("p", { class: "hint" }, "Groups appear once the header of the first file is read."),
      ...families.map(([family, groups]) => this.#family(family, groups)),
    );
  }

  #family(family: string, groups: readonly Group[]): HTMLElement {
    return h("div", { class: "family-row" }, h("h3", {}, family === "all" ? "everybody" : family), h("ul", {}, ...groups.map((group) => this.#group(group))));
  }

  #group(group: Group): HTMLElement {
    const { name, value, samples, from_info: fromInfo, counting } = group;
    const size = fromInfo ? "" : counted(samples, "sample");
    const text = [h("code", {}, value), h("span", {}, counting ? `${size}, being counted` : size)];
    if (group.family === "all") return h("li", { title: name }, ...text);
    return h("li", {}, h("button", { type: "button", class: "group-edit", title: `${name}: change or delete`, onclick: () => void this.#edit(group) }, ...text));
  }

  /** The dialog: of a new group, or of one that is there. */
  async #edit(group: Group | null): Promise<void> {
    const dataset = this.#dataset;
    if (!dataset) return;
    const family = h("input", { class: "form-control", id: "group-family", maxlength: 100, autocomplete: "off", value: group?.family ?? "custom" });
    const value = h("input", { class: "form-control", id: "group-value", maxlength: 100, autocomplete: "off", value: group?.value ?? "" });
    const members = h("textarea", { class: "form-control code", id: "group-members", rows: 5, spellcheck: "false", placeholder: "one name a line, or divided by commas or blanks" });
    const tally = h("p", { class: "hint", "aria-live": "polite" });
    const message = h("div", {});
    const editsMembers = !group?.from_info;
    const save = h("button", { type: "submit", class: "btn btn-primary" }, group ? "Save" : "Make the group");
    const form = h(
      "form",
      { novalidate: true },
      h("h2", { id: "group-title" }, group ? group.name : "New group"),
      h("div", { class: "field-row" }, field("Name", value), field("Family", family)),
      editsMembers && field("Samples", members),
      editsMembers && tally,
      editsMembers && this.#chooser(dataset, members),
      message,
      h(
        "div",
        { class: "actions" },
        group && h("button", { type: "button", class: "btn btn-outline-danger", onclick: () => confirmDelete() }, "Delete"),
        h("button", { type: "button", class: "btn btn-outline-secondary", onclick: () => this.#dialog.close() }, "Cancel"),
        save,
      ),
    );
    const retell = () => (tally.textContent = counted(namesOf(members.value).length, "sample"));
    members.addEventListener("input", retell);
    form.addEventListener("input", () => replace(message));
    const attempt = async (run: () => Promise<unknown>) => {
      save.disabled = true;
      try {
        await run();
        this.#dialog.close();
        this.reload();
      } catch (reason) {
        replace(message, errorNotice(describe(reason)));
      }
      save.disabled = false;
    };
    const confirmDelete = () => {
      if (!group) return;
      const question = h("p", {}, `Delete ${group.name}? It goes from every open screen; its samples stay.`);
      const yes = h("button", { type: "button", class: "btn btn-danger", id: "group-delete", onclick: () => void attempt(() => api.deleteGroup(group.id)) }, "Delete it");
      replace(message, h("div", { class: "notice", role: "alert" }, question, yes));
      yes.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const names = namesOf(members.value);
      const name = { family: family.value.trim(), value: value.value.trim() };
      if (!group) void attempt(() => api.createGroup({ dataset_id: dataset.id, ...name, members: names }));
      else {
        const renamed = name.family !== group.family || name.value !== group.value;
        const changed = editsMembers && names.join("\n") !== before;
        void attempt(async () => {
          if (renamed || changed) await api.changeGroup(group.id, { ...(renamed ? name : {}), ...(changed ? { members: names } : {}) });
        });
      }
    });
    let before = "";
    replace(this.#dialog, form);
    this.#dialog.showModal();
    if (group && editsMembers) {
      members.disabled = true;
      try {
        const samples = await this.#samples(dataset.id);
        before = samples.filter(({ groups }) => groups.includes(group.id)).map(({ name }) => name).join("\n");
        members.value = before;
      } catch (reason) {
        replace(message, errorNotice(describe(reason)));
      }
      members.disabled = false;
    }
    retell();
  }

  /** The samples to tick, found by a part of their name or by a group. */
  #chooser(dataset: Dataset, members: HTMLTextAreaElement): HTMLElement {
    const filter = h("input", { class: "form-control", type: "search", "aria-label": "Find samples", placeholder: "part of a name" });
    const from = h("select", { class: "form-select", "aria-label": "Of the group" }, ...dataset.groups.map(({ id, family, value }) => h("option", { value: id }, family === "all" ? "everybody" : `${family}.${value}`)));
    const list = h("div", { class: "sample-list" });
    const all = h("button", { type: "button", class: "btn btn-sm btn-outline-secondary" }, "Add these");
    let found: Sample[] = [];
    const put = (names: readonly string[], on: boolean) => {
      members.value = withNames(members.value, names, on);
      members.dispatchEvent(new Event("input"));
    };
    const draw = async () => {
      const wanted = filter.value.trim().toLowerCase();
      const samples = await this.#samples(dataset.id);
      found = samples.filter(({ name, groups }) => name.toLowerCase().includes(wanted) && groups.includes(Number(from.value)));
      const chosen = new Set(namesOf(members.value));
      all.textContent = `Add ${count(found.length)}`;
      all.disabled = found.length === 0;
      const tick = ({ name }: Sample) => {
        const box = h("input", { type: "checkbox", class: "form-check-input", checked: chosen.has(name) });
        box.addEventListener("change", () => put([name], box.checked));
        return h("label", {}, box, " ", name);
      };
      replace(list, ...found.slice(0, LISTED).map(tick), found.length > LISTED && h("p", { class: "hint" }, `and ${count(found.length - LISTED)} more`));
    };
    all.addEventListener("click", () => {
      put(found.map(({ name }) => name), true);
      void draw();
    });
    filter.addEventListener("input", () => void draw());
    from.addEventListener("change", () => void draw());
    const details = h("details", { class: "more" }, h("summary", {}, "Choose from the samples"), h("div", { class: "sample-filter" }, filter, from, all), list);
    details.addEventListener("toggle", () => {
      if (details.open) void draw();
    });
    return details;
  }

  /** Every sample with its groups. */
  async #samples(id: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    let after: string | null = null;
    do {
      const page = await api.samples(id, after);
      samples.push(...page.samples);
      after = page.next;
    } while (after !== null);
    return samples;
  }
}

function field(label: string, input: HTMLElement): HTMLElement {
  return h("div", { class: "field" }, h("label", { class: "form-label", for: input.id }, label), input);
}
