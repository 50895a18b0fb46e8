import assert from "node:assert/strict";
import test from "node:test";
import type { Piece } from "../protocol/Piece";
import type { RowColumns } from "../protocol/RowColumns";
import { noRows } from "../table/columns";
import { applyPieces, sum } from "./screen";

const rows = (...pos: number[]): RowColumns => ({
  ...noRows(),
  chrom: pos.map(() => "20"),
  pos,
  ref: pos.map(() => "A"),
  alt: pos.map(() => "G"),
  id: pos.map(() => null),
  filter: pos.map(() => "PASS"),
  type: pos.map(() => "snv"),
});

const snapshot: Piece[] = [
  { piece: "state", sub: 1, snapshot: true, total: 3, provisional: true, changed: [], binding: { query: "", groups: ["d.pop.CEU"] } },
  { piece: "chart", sub: 1, set: true, chart: { kind: "af_spectrum", series: [{ group: "d.pop.CEU", values: [1, 0, 2] }] } },
  { piece: "rows", sub: 1, first: true, next: null, rows: rows(1, 2) },
  { piece: "rows", sub: 1, first: false, next: "c", rows: rows(3) },
];

test("a snapshot sets, a transition adds, and the chart adds up to the total at both", () => {
  const first = applyPieces(new Map(), snapshot).get(1);
  assert.ok(first);
  assert.equal(first.total, sum(first.charts.get("af_spectrum")?.get("d.pop.CEU") ?? []));
  assert.deepEqual(first.window?.rows.pos, [1, 2, 3]);
  assert.equal(first.window?.next, "c");

  const next = applyPieces(new Map([[1, first]]), [
    { piece: "state", sub: 1, snapshot: false, total: 2, provisional: false, changed: [{ chrom: "20", start: 1, end: 9 }] },
    { piece: "chart", sub: 1, set: false, chart: { kind: "af_spectrum", series: [{ group: "d.pop.CEU", values: [0, 1, -2] }] } },
  ]).get(1);
  assert.ok(next);
  assert.deepEqual(next.charts.get("af_spectrum")?.get("d.pop.CEU"), [1, 1, 0]);
  assert.equal(next.total, 2);
  assert.equal(next.window, null, "the window did not change");
  assert.deepEqual(next.binding?.groups, ["d.pop.CEU"], "names do not move");
  assert.deepEqual(first.charts.get("af_spectrum")?.get("d.pop.CEU"), [1, 0, 2], "the state before is not touched");
});

test("a subscription that no piece speaks of stays the same object", () => {
  const before = applyPieces(new Map(), snapshot);
  const after = applyPieces(before, [{ piece: "state", sub: 2, snapshot: true, total: 0, provisional: false, changed: [] }]);
  assert.equal(after.get(1), before.get(1));
});
