/**
 * The pages of a result that a table holds, in genome order, addressed by row number.
 *
 * The server pages by cursor, so page k + 1 can be asked for once page k has come. Invariant: the pages known are a
 * gapless prefix of the result (rows of some may have been dropped, their number and cursor stay), and the rows of a
 * page that is not stale are those of the version on the screen.
 */

import type { GenomeSpan } from "../protocol/GenomeSpan";
import type { RowColumns } from "../protocol/RowColumns";
import { rowCount } from "./columns";

interface Page {
  /** Cursor that the page follows; `null` for the first. */
  after: string | null;
  /** Cursor of the page after it; `null` at the end of the result. */
  next: string | null;
  start: number;
  count: number;
  rows: RowColumns | null;
  stale: boolean;
}

/** A page to ask for. */
export interface Wanted {
  index: number;
  after: string | null;
}

/** Pages whose rows are kept. */
const KEEP = 40;

export class Pages {
  #pages: Page[] = [];
  total = 0;

  /** Forgets everything. */
  reset(total: number): void {
    this.#pages = [];
    this.total = total;
  }

  /** Rows known from the top without a gap. */
  get reach(): number {
    const last = this.#pages.at(-1);
    return last ? last.start + last.count : 0;
  }

  /** Takes the rows of a page. Pages after it are forgotten when it no longer ends where they begin. */
  put(index: number, rows: RowColumns, next: string | null): void {
    const before = this.#pages[index - 1];
    if (index > this.#pages.length || (index > 0 && !before)) return;
    const old = this.#pages[index];
    const start = before ? before.start + before.count : 0;
    const page: Page = { after: before?.next ?? null, next, start, count: rowCount(rows), rows, stale: false };
    this.#pages[index] = page;
    if (old && (old.next !== next || old.count !== page.count)) this.#pages.length = index + 1;
    this.#drop(index);
  }

  /** The page to ask for next so that rows `first` to `last` can be shown; `null` when they are all here. */
  wanted(first: number, last: number): Wanted | null {
    for (const [index, page] of this.#pages.entries()) {
      if (page.start + page.count <= first && !page.stale) continue;
      if (page.start > last) return null;
      if (page.stale || page.rows === null) return { index, after: page.after };
    }
    const end = this.#pages.at(-1);
    if (!end) return { index: 0, after: null };
    if (this.reach > last || end.next === null) return null;
    return { index: this.#pages.length, after: end.next };
  }

  /** The cursor that a page follows, `undefined` while it cannot be known. */
  cursor(index: number): string | null | undefined {
    return index === 0 ? null : (this.#pages[index - 1]?.next ?? undefined);
  }

  /** The rows and the place in them of a row of the result; `null` while they are not here. */
  at(row: number): { rows: RowColumns; index: number } | null {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const page = this.#pages[middle];
      if (!page) return null;
      if (row < page.start) high = middle - 1;
      else if (row >= page.start + page.count) low = middle + 1;
      else return page.rows ? { rows: page.rows, index: row - page.start } : null;
    }
    return null;
  }

  /**
   * Marks what a change of the genome may have altered, except page `current`, whose rows came with the change. The
   * row numbers of what follows an altered page may have moved, so the pages after it are stale too.
   */
  invalidate(changed: readonly GenomeSpan[], current: number): void {
    if (changed.length === 0) return;
    const first = this.#pages.findIndex((page, index) => index !== current && this.#touches(index, page, changed));
    if (first < 0) return;
    for (const page of this.#pages.slice(first)) page.stale = true;
    const kept = this.#pages[current];
    if (kept && current === first) kept.stale = false;
  }

  #touches(index: number, page: Page, changed: readonly GenomeSpan[]): boolean {
    const before = this.#pages[index - 1];
    const from = before?.rows ? lastPlace(before.rows) : null;
    const to = page.next !== null && page.rows ? lastPlace(page.rows) : null;
    return changed.some((span) => {
      const rank = chromRank(span.chrom);
      if (rank === null) return true;
      const endsBefore = from !== null && compare(rank, span.end, from) < 0;
      const beginsAfter = to !== null && compare(rank, span.start, to) > 0;
      return !endsBefore && !beginsAfter;
    });
  }

  /** Lets go of rows far from the page that was just put. */
  #drop(index: number): void {
    this.#pages.forEach((page, other) => {
      if (Math.abs(other - index) > KEEP / 2) page.rows = null;
    });
  }
}

interface Place {
  rank: number | null;
  pos: number;
}

function lastPlace(rows: RowColumns): Place | null {
  const last = rowCount(rows) - 1;
  if (last < 0) return null;
  return { rank: chromRank(rows.chrom[last] ?? ""), pos: rows.pos[last] ?? 0 };
}

/** Where a place stands to another; 0 where that cannot be told. */
function compare(rank: number, pos: number, place: Place | null): number {
  if (!place || place.rank === null) return 0;
  return rank - place.rank || pos - place.pos;
}

/** Genome order of the chromosomes; `null` for contigs whose place only the server knows. */
function chromRank(chrom: string): number | null {
  const name = chrom.replace(/^chr/, "");
  const special = { X: 23, Y: 24, MT: 25, M: 25 }[name];
  if (special !== undefined) return special;
  return /^([1-9]|1\d|2[0-2])$/.test(name) ? Number(name) : null;
}
