import assert from "node:assert/strict";
import test from "node:test";
import { nextPath } from "../api";
import { splitAt } from "../explore/query-error";
import { bytes, duration, frequency, percent, short } from "./format";
import { label, splitName } from "./groups";
import { paletteOf } from "./palette";
import { Rate } from "./rate";

test("the way on after login stays on this origin", () => {
  const origin = "http://127.0.0.1:8080";
  const cases: [string, string][] = [
    ["?next=%2Fexplore%3Fq%3Daf(CEU)", "/explore?q=af(CEU)"],
    ["", "/"],
    ["?next=https://evil.example/", "/"],
    ["?next=//evil.example/x", "/"],
    ["?next=/%5Cevil.example", "/"],
    ["?next=javascript:alert(1)", "/"],
  ];
  for (const [search, expected] of cases) assert.equal(nextPath(search, origin), expected, search);
});

test("a span counts characters, not UTF-16 units", () => {
  assert.deepEqual(splitAt("a🧬b AND x", { start: 2, end: 3 }), ["a🧬", "b", " AND x"]);
  assert.deepEqual(splitAt("ab", { start: 2, end: 2 }), ["ab", "", ""]);
});

test("frequencies are never rounded to 0 or to 1", () => {
  assert.deepEqual([0, 1, 0.5, 0.00246305, 0.99995, 0.00000123].map(frequency), ["0", "1", "0.5", "0.00246", "0.999", "1.2e−6"]);
  assert.deepEqual([0, 1, 0.4567, 0.0004, 0.9999, 0.056].map(percent), ["0 %", "100 %", "46 %", "< 0.1 %", "> 99.9 %", "5.6 %"]);
});

test("sizes and times read well", () => {
  assert.deepEqual([12, 913_344, 1_234_567, 5e9].map(bytes), ["12 B", "913 kB", "1.2 MB", "5.0 GB"]);
  assert.deepEqual([5.4, 65, 7300].map(duration), ["5 s", "1 min 5 s", "2 h 1 min"]);
  assert.deepEqual([950, 1500, 12_000, 3_400_000].map(short), ["950", "1.5k", "12k", "3.4M"]);
});

test("groups of a family differ in colour, and a group keeps its own", () => {
  const group = (family: string, value: string) => ({ name: `d.${family}.${value}`, family, value });
  const family = ["AFR", "AMR", "EAS", "EUR", "SAS"].map((value) => group("super_pop", value));
  const palette = paletteOf([...family, group("pop", "CEU"), { name: "d.all", family: "all", value: "all" }]);
  assert.equal(new Set(family.map(({ name }) => palette.get(name))).size, family.length);
  assert.equal(palette.get("d.all"), "series-all");
  assert.deepEqual(paletteOf([...family].reverse()).get("d.super_pop.EUR"), palette.get("d.super_pop.EUR"));
});

test("groups are named by their value, with the dataset where several are shown", () => {
  assert.deepEqual(splitName("d.pop.CEU"), { dataset: "d", family: "pop", value: "CEU" });
  assert.deepEqual(splitName("d.all"), { dataset: "d", family: "all", value: "all" });
  assert.equal(label("d.pop.CEU", ["d.pop.CEU", "d.all"]), "CEU");
  assert.equal(label("d.pop.CEU", ["d.pop.CEU", "e.pop.CEU"]), "d · CEU");
});

test("a rate needs time, and begins again when what it measures does", () => {
  const rate = new Rate();
  rate.note(0, 0);
  assert.equal(rate.perSecond(), null);
  rate.note(1000, 500);
  assert.equal(rate.perSecond(), 2000);
  assert.equal(rate.secondsLeft(5000), 2);
  rate.note(100, 1000);
  assert.equal(rate.perSecond(), null);
});
