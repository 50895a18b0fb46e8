import assert from "node:assert/strict";
import test from "node:test";
import type { Dataset } from "../protocol/Dataset";
import { formatAddress, parseAddress } from "./address";
import { resolveScope } from "./scope";

const dataset = (id: number, slug: string, build: string, values: string[]): Dataset => ({
  id,
  name: slug,
  slug,
  build,
  profile: "spec",
  absent_sites: "unknown",
  has_coverage: false,
  state: "ready",
  progress: 1,
  alleles: 0,
  samples: 0,
  groups: ["all.all", ...values].map((one, i) => {
    const [family = "", value = ""] = one.split(".");
    return { id: i, name: `${slug}.${one}`, family, value, samples: 1, from_info: false, counting: false };
  }),
  info_groups: "auto",
  groups_seq: 0,
  files: [],
  findings: { errors: 0, warnings: 0 },
  created_at: "2026-11-20T00:00:00Z",
});

test("an address is read back as it was written", () => {
  const address = "/explore?build=GRCh37&dataset=a,b&q=af(CEU)%20%3C%201%25%20AND%20region:20:1-2&groups=a.pop.CEU,b.pop.TSI&scale=log";
  const state = parseAddress(address.slice("/explore".length));
  assert.deepEqual(state.datasets, ["a", "b"]);
  assert.equal(state.query, "af(CEU) < 1% AND region:20:1-2");
  assert.equal(formatAddress(state), address);
  assert.equal(formatAddress(parseAddress("")), "/explore");
});

test("a query with characters of the address syntax survives", () => {
  const state = { ...parseAddress(""), query: "a&b=c#d+e%20,:'\"" };
  assert.equal(parseAddress(formatAddress(state).slice("/explore".length)).query, state.query);
});

test("without a dataset in the address the newest one is open", () => {
  const all = [dataset(1, "old", "GRCh37", []), dataset(2, "new", "GRCh38", [])];
  const scope = resolveScope(parseAddress(""), all);
  assert.equal(scope?.build, "GRCh38");
  assert.deepEqual(scope?.datasets.map(({ slug }) => slug), ["new"]);
  assert.equal(resolveScope(parseAddress("?build=GRCh37"), all)?.datasets[0]?.slug, "old");
  assert.equal(resolveScope(parseAddress("?dataset=old"), all)?.build, "GRCh37");
  assert.deepEqual(resolveScope(parseAddress("?build=GRCh38&dataset=old"), all)?.unknown, ["old"]);
  assert.equal(resolveScope(parseAddress(""), []), null);
});

test("few groups are all shown, of many the smallest family", () => {
  const few = [dataset(1, "a", "GRCh37", ["pop.CEU", "pop.TSI"])];
  assert.deepEqual(resolveScope(parseAddress(""), few)?.shown, []);
  assert.deepEqual(resolveScope(parseAddress("?groups=a.pop.CEU,a.pop.GONE"), few)?.shown, ["a.pop.CEU"]);

  const pops = Array.from({ length: 26 }, (_, i) => `pop.P${i}`);
  const many = [dataset(1, "a", "GRCh37", [...pops, "super_pop.EUR", "super_pop.AFR"])];
  assert.deepEqual(resolveScope(parseAddress(""), many)?.shown, ["a.all.all", "a.super_pop.EUR", "a.super_pop.AFR"]);
});
