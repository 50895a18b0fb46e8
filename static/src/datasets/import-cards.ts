/** Imports that run, live. A card stays until its import has ended and a little longer, to say how it ended. */

import type { ImportProgress } from "../protocol/ImportProgress";
import { h, replace } from "../ui/dom";
import { FileProgress } from "./file-progress";
import { stateChip } from "./list";

interface Card {
  element: HTMLElement;
  head: HTMLElement;
  files: Map<number, FileProgress>;
}

export type Import = Pick<ImportProgress, "dataset_id" | "name" | "slug" | "state" | "files">;

export class ImportCards {
  readonly #cards = new Map<number, Card>();

  constructor(private readonly host: HTMLElement) {}

  get empty(): boolean {
    return this.#cards.size === 0;
  }

  update(progress: Import): void {
    let card = this.#cards.get(progress.dataset_id);
    if (!card) {
      if (progress.state !== "importing") return;
      card = { element: h("article", { class: "import-card" }), head: h("header", {}), files: new Map() };
      card.element.append(card.head);
      this.#cards.set(progress.dataset_id, card);
      this.host.append(card.element);
    }
    replace(
      card.head,
      h("a", { class: "import-name", href: `/datasets/${progress.dataset_id}` }, progress.name),
      stateChip(progress),
      h("a", { class: "btn btn-sm btn-primary", href: `/explore?dataset=${encodeURIComponent(progress.slug)}` }, "Watch"),
    );
    for (const file of progress.files) {
      let view = card.files.get(file.id);
      if (!view) {
        view = new FileProgress();
        card.files.set(file.id, view);
        card.element.append(view.element);
      }
      view.update(file, performance.now());
    }
  }
}
