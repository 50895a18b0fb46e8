import assert from "node:assert/strict";
import test from "node:test";
import type { GroupColumns } from "../protocol/GroupColumns";
import { clipAllele, frequencyCell } from "./cells";

const group: GroupColumns = {
  group: "d.pop.CEU",
  status: ["observed", "ac0", "not_seen", "no_data", "ac0", "not_seen", "observed"],
  ac: [1, 0, 0, null, 0, 0, null],
  an: [192, 192, 192, null, 0, 0, null],
  hom: [0, 0, 0, null, 0, 0, null],
};

test("the kinds of zero are told apart", () => {
  const cells = group.status.map((_, index) => frequencyCell(group, index, "CEU"));
  assert.deepEqual(
    cells.map(({ af, counts, kind }) => [af, counts, kind]),
    [
      ["0.00521", "1 / 192", "observed"],
      ["0", "0 / 192", "ac0"],
      ["not seen", "0 / 192", "not-seen"],
      ["—", "", "no-data"],
      ["", "0 / 0", "uncalled"],
      ["", "0 / 0", "uncalled"],
      ["", "", "uncalled"],
    ],
  );
  assert.equal(new Set(cells.map(({ title }) => title)).size, 7);
});

test("a frequency that the file gives alone is told from one of counts", () => {
  const given: GroupColumns = { group: "d.pop.EUR", status: ["observed", "ac0", "observed"], ac: [null, null, 3], an: [null, null, null], hom: [null, null, null], af_given: [0.25, 0, null] };
  assert.deepEqual(
    given.status.map((_, index) => frequencyCell(given, index, "EUR")).map(({ af, counts, kind }) => [af, counts, kind]),
    [["0.25", "AF only", "given"], ["0", "AF only", "given"], ["", "3 / ?", "uncalled"]],
  );
  const high: GroupColumns = { group: "d.pop.afr", status: ["observed"], ac: [1], an: [4], hom: [0], hq_only: true };
  assert.match(frequencyCell(high, 0, "afr").title, /high-quality calls: the file states no others/);
});

test("long alleles are clipped, short ones are not", () => {
  assert.equal(clipAllele("ACGT"), "ACGT");
  assert.equal(clipAllele("ACGTACGTACGTACGT"), "ACGTAC…CGT (16 bp)");
});
