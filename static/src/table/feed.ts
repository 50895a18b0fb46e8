/**
 * Keeps a table's pages filled over the connection: one request at a time, newest wish first.
 *
 * Invariant: rows are taken only when they belong to the version on the screen, or to a later one at which, as the
 * server says by sending no transition, all that is on the screen is the same.
 */

import type { LiveConnection, PageOfRows } from "../live/connection";
import type { SubscriptionView } from "../live/screen";
import type { Pages } from "./pages";

export const PAGE_SIZE = 100;

/** Rows asked for at once on the way to rows far down. */
const STRIDE = 500;

export class Feed {
  #sub = 0;
  #asked: { request: number; index: number; after: string | null } | null = null;
  /** The page that the server keeps up to date: the last one it was asked for. */
  #window = 0;
  #view = { first: 0, last: 0 };

  constructor(
    private readonly connection: LiveConnection,
    private readonly pages: Pages,
    private readonly changed: () => void,
  ) {
    connection.listen({
      page: (page) => this.#take(page),
      phase: () => {
        // What was asked over a lost connection will not come; after a resume the window is the first page again.
        this.#asked = null;
        this.#window = 0;
        this.#ask();
      },
      // Asked again when the table is scrolled or changes, not at once: the answer may be the same.
      fail: () => (this.#asked = null),
    });
  }

  /** The subscription has moved to a new version. */
  show(sub: number, view: SubscriptionView): void {
    if (view.fresh) {
      // A query that was bound anew keeps its window; only that of a new subscription is the first page.
      if (sub !== this.#sub) this.#window = 0;
      this.#sub = sub;
      this.#asked = null;
      this.pages.reset(view.total);
    }
    this.pages.total = view.total;
    if (view.window) this.pages.put(this.#window, view.window.rows, view.window.next);
    if (!view.fresh) this.pages.invalidate(view.changed, view.window ? this.#window : -1);
    this.#ask();
  }

  /** Rows that are in view. */
  want(first: number, last: number): void {
    this.#view = { first, last };
    this.#ask();
  }

  #ask(): void {
    if (this.#asked || this.#sub === 0) return;
    const wanted = this.pages.wanted(this.#view.first, this.#view.last);
    if (!wanted) return;
    const far = this.#view.first - this.pages.reach > STRIDE;
    const request = this.connection.requestPage(this.#sub, wanted.after, far ? STRIDE : PAGE_SIZE);
    if (request !== null) this.#asked = { request, ...wanted };
  }

  #take(page: PageOfRows): void {
    if (page.request !== this.#asked?.request) return;
    const { index, after } = this.#asked;
    this.#asked = null;
    this.#window = index;
    const shown = this.connection.version;
    const current = shown !== null && page.version.epoch === shown.epoch && page.version.seq >= shown.seq;
    const fits = current && this.pages.cursor(index) === after;
    if (fits) this.pages.put(index, page.rows, page.next);
    this.changed();
    this.#ask();
  }
}
