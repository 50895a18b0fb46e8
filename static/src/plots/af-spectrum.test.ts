import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { parseHTML } from "linkedom";
import { matchSnapshot } from "../testing/snapshot";
import { AF_BINS, AF_EDGES, binLabel } from "./af-bins";
import { afSpectrum, binAt, binStripe } from "./af-spectrum";
import type { AfSpectrumOptions } from "./af-spectrum";

const values = [0, 120, 0, 0, 400, 310, 280, 350, 260, 300, 210, 190, 150, 120, 90, 80, 60, 40];
const options: AfSpectrumOptions = { label: "CEU", values, width: 320, height: 150, id: "t" };

function svg(): SVGSVGElement {
  const { document } = parseHTML("<!doctype html><body></body>");
  return document.body.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg")) as unknown as SVGSVGElement;
}

function drawn(...calls: AfSpectrumOptions[]): SVGSVGElement {
  const element = svg();
  for (const call of calls) afSpectrum(element, call);
  return element;
}

const bars = (element: SVGSVGElement) => [...element.querySelectorAll("rect.bar")];

test("draws what it drew before", () => {
  matchSnapshot("plots/af-spectrum-final.svg", drawn(options).outerHTML);
  matchSnapshot("plots/af-spectrum-provisional-log.svg", drawn({ ...options, provisional: true, scale: "log" }).outerHTML);
});

test("nothing yet is an empty chart, not a broken one", () => {
  const element = drawn({ ...options, values: new Array<number>(AF_BINS).fill(0) });
  assert.ok(bars(element).every((bar) => bar.getAttribute("height") === "0"));
  assert.ok(!element.outerHTML.includes("NaN"));
});

test("drawing again moves the same nodes and ends where a fresh drawing ends", () => {
  const element = drawn(options);
  const first = bars(element);
  const nodes = element.querySelectorAll("*").length;
  const grown = { ...options, values: values.map((value) => value * 2), top: 800 };
  afSpectrum(element, grown);
  assert.deepEqual(bars(element), first);
  assert.equal(element.querySelectorAll("*").length, nodes);
  const heights = (one: SVGSVGElement) => bars(one).map((bar) => bar.getAttribute("height"));
  assert.deepEqual(heights(element), heights(drawn(grown)));
});

test("the bars add up to n, and the name says so", () => {
  const element = drawn(options);
  assert.equal(bars(element).reduce((sum, bar) => sum + Number(bar.getAttribute("data-value")), 0), 2960);
  assert.match(element.getAttribute("aria-label") ?? "", /CEU: 2,960 alleles, most of them with 0\.002 < AF ≤ 0\.005 \(400\)/);
});

test("a point finds its bin", () => {
  for (let bin = 0; bin < AF_BINS; bin += 1) {
    const stripe = binStripe(bin, 320);
    assert.equal(binAt(stripe.x + stripe.width / 2, 320), bin);
  }
  assert.equal(binAt(3, 320), null);
  assert.equal(binAt(319, 320), null);
});

test("bins are named by their edges", () => {
  assert.deepEqual([0, 1, 2, 3, 17].map(binLabel), ["AF unknown", "AF = 0", "0 < AF ≤ 0.001", "0.001 < AF ≤ 0.002", "0.9 < AF ≤ 1"]);
});

test("the edges are those of the wire definition", (t) => {
  const source = join(process.env["ALLELECAST_STATIC"] ?? ".", "../protocol/src/chart.rs");
  if (!existsSync(source)) return t.skip("protocol/src/chart.rs is not there");
  const found = /AF_SPECTRUM_EDGES: &\[f64\] =\s*&\[([^\]]*)\]/.exec(readFileSync(source, "utf8"));
  assert.deepEqual(found?.[1]?.match(/[\d.]+/g)?.map(Number), AF_EDGES);
});
