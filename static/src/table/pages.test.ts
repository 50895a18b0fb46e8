import assert from "node:assert/strict";
import test from "node:test";
import type { RowColumns } from "../protocol/RowColumns";
import { noRows } from "./columns";
import { Pages } from "./pages";

/** Rows at positions `from` to `to` of chromosome 20, one each. */
function rows(from: number, to: number): RowColumns {
  const pos = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return { ...noRows(), chrom: pos.map(() => "20"), pos };
}

/** 25 rows at positions 1 to 25 in pages of ten. */
function three(): Pages {
  const pages = new Pages();
  pages.reset(25);
  pages.put(0, rows(1, 10), "c1");
  pages.put(1, rows(11, 20), "c2");
  pages.put(2, rows(21, 25), null);
  return pages;
}

const pos = (pages: Pages, row: number) => {
  const found = pages.at(row);
  return found ? found.rows.pos[found.index] : null;
};

test("pages are asked for in order, by the cursor of the page before", () => {
  const pages = new Pages();
  pages.reset(25);
  assert.deepEqual(pages.wanted(0, 30), { index: 0, after: null });
  pages.put(0, rows(1, 10), "c1");
  assert.equal(pages.wanted(0, 9), null);
  assert.deepEqual(pages.wanted(18, 22), { index: 1, after: "c1" }, "reads ahead to the rows wanted");
  pages.put(1, rows(11, 20), "c2");
  assert.deepEqual(pages.wanted(18, 22), { index: 2, after: "c2" });
  pages.put(2, rows(21, 25), null);
  assert.equal(pages.wanted(0, 99), null, "the end is the end");
});

test("a row is found by its number", () => {
  const pages = three();
  assert.deepEqual([0, 9, 10, 24, 25].map((row) => pos(pages, row)), [1, 10, 11, 25, null]);
});

test("a change makes stale the pages that it touches and those after them", () => {
  const cases: [string, number, number, number | null][] = [
    ["within the second page", 15, 16, 1],
    ["behind the last row, where an import appends", 90, 99, 2],
    ["on the seam of the first two", 10, 11, 0],
  ];
  for (const [name, start, end, stale] of cases) {
    const pages = three();
    pages.invalidate([{ chrom: "20", start, end }], -1);
    assert.equal(pages.wanted(0, 24)?.index, stale, name);
  }
  const pages = three();
  pages.invalidate([{ chrom: "2", start: 1, end: 9 }], -1);
  assert.equal(pages.wanted(0, 24)?.index, 0, "before the first row, where rows would come in");
  pages.invalidate([], -1);
});

test("a page that ends elsewhere than before takes those after it along", () => {
  const pages = three();
  pages.put(0, rows(1, 10), "other");
  assert.equal(pages.reach, 10);
  assert.deepEqual(pages.wanted(0, 24), { index: 1, after: "other" });

  const same = three();
  same.put(0, rows(1, 10), "c1");
  assert.equal(same.reach, 25);
});

test("rows far away are let go and can be had again by their cursor", () => {
  const pages = new Pages();
  pages.reset(1000);
  for (let i = 0; i < 60; i += 1) pages.put(i, rows(i * 10 + 1, i * 10 + 10), `c${i + 1}`);
  assert.equal(pos(pages, 0), null);
  assert.deepEqual(pages.wanted(0, 5), { index: 0, after: null });
  assert.equal(pos(pages, 595), 596);
  pages.put(0, rows(1, 10), "c1");
  assert.equal(pos(pages, 0), 1);
  assert.equal(pages.reach, 600);
});
