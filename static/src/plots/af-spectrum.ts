/**
 * AF spectrum of one group: number of alleles by allele frequency, as bars.
 *
 * Pure: draws into the SVG element given, reads nothing else, and can be called again with new sums, which moves the
 * bars that are there. Invariant: the marks are made once and only move after that, and the bars add up to `n`.
 */

import { max } from "d3-array";
import { axisLeft } from "d3-axis";
import { scaleBand, scaleLinear, scaleSymlog } from "d3-scale";
import { select } from "d3-selection";
import "d3-transition";
import { count, frequency, short } from "../ui/format";
import { AF_BINS, AF_EDGES, binLabel } from "./af-bins";

export interface AfSpectrumOptions {
  /** What the bars are of, for the accessible name. */
  label: string;
  /** Alleles by bin. */
  values: readonly number[];
  /** Highest count of the y axis, shared by charts that are to be compared; the highest bar when absent. */
  top?: number;
  scale?: "linear" | "log";
  /** The import is under way: bars are hatched. */
  provisional?: boolean;
  width: number;
  height: number;
  /** Unique in the document; names the hatching. */
  id: string;
  /** Milliseconds that bars take to move; 0 puts them there at once. */
  duration?: number;
}

const MARGIN = { top: 8, right: 8, bottom: 24, left: 40 };

/** Edges that get a tick: enough to read by, few enough for the width of a bar. */
const ticksFor = (step: number): number[] => (step > 20 ? [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1] : [0.01, 0.1, 0.5, 1]);

const bins = Array.from({ length: AF_BINS }, (_, bin) => bin);

export function afSpectrum(svg: SVGSVGElement, options: AfSpectrumOptions): void {
  const { values, width, height, id, provisional = false, duration = 0 } = options;
  const bottom = height - MARGIN.bottom;
  const x = scaleBand<number>(bins, [MARGIN.left, width - MARGIN.right]).paddingInner(0.12).paddingOuter(0.06);
  const top = Math.max(1, options.top ?? max(values) ?? 1);
  const y = (options.scale === "log" ? scaleSymlog().constant(1) : scaleLinear()).domain([0, top]).range([bottom, MARGIN.top]);
  if (options.scale !== "log") y.nice(3);
  const n = values.reduce((sum, value) => sum + value, 0);

  const root = select(svg)
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width)
    .attr("height", height)
    .attr("role", "img")
    .attr("aria-label", summary(options.label, values, n, provisional))
    .classed("af-spectrum", true)
    .classed("provisional", provisional);
  if (root.select("g.bars").empty()) scaffold(svg, id);

  const ticks = options.scale === "log" ? powers(top) : y.ticks(3).filter(Number.isInteger);
  root
    .select<SVGGElement>("g.y-axis")
    .attr("transform", `translate(${MARGIN.left},0)`)
    .call(
      axisLeft<number>(y)
        .tickValues(ticks)
        .tickFormat(short)
        .tickSize(-(width - MARGIN.left - MARGIN.right))
        .tickPadding(6),
    )
    .call((axis) => axis.select(".domain").remove());

  drawXAxis(svg, x, bottom);

  const bars = root.select("g.bars").selectAll<SVGRectElement, number>("rect").data(bins);
  const entered = bars
    .enter()
    .append("rect")
    .attr("y", bottom)
    .attr("height", 0);
  const all = entered
    .merge(bars)
    .attr("class", (bin) => (bin === 0 ? "bar blank" : "bar"))
    .attr("fill", provisional ? `url(#${id}-hatch)` : "currentColor")
    .attr("x", (bin) => round(x(bin) ?? 0))
    .attr("width", round(x.bandwidth()))
    .attr("data-value", (bin) => values[bin] ?? 0);
  const barTop = (bin: number) => round(y(values[bin] ?? 0));
  const barHeight = (bin: number) => round(Math.max(0, bottom - y(values[bin] ?? 0)));
  if (duration > 0) all.transition("grow").duration(duration).attr("y", barTop).attr("height", barHeight);
  else all.interrupt("grow").attr("y", barTop).attr("height", barHeight);
}

/** The bin under a point of the chart, `null` beside the bars. */
export function binAt(px: number, width: number): number | null {
  const step = (width - MARGIN.left - MARGIN.right) / AF_BINS;
  const bin = Math.floor((px - MARGIN.left) / step);
  return bin >= 0 && bin < AF_BINS ? bin : null;
}

/** Left edge and width of the stripe of a bin. */
export function binStripe(bin: number, width: number): { x: number; width: number } {
  const step = (width - MARGIN.left - MARGIN.right) / AF_BINS;
  return { x: MARGIN.left + bin * step, width: step };
}

function scaffold(svg: SVGSVGElement, id: string): void {
  const root = select(svg);
  const hatch = root
    .append("defs")
    .append("pattern")
    .attr("id", `${id}-hatch`)
    .attr("patternUnits", "userSpaceOnUse")
    .attr("width", 5)
    .attr("height", 5)
    .attr("patternTransform", "rotate(45)");
  hatch.append("rect").attr("width", 5).attr("height", 5).attr("fill", "currentColor").attr("fill-opacity", 0.3);
  hatch.append("rect").attr("width", 2).attr("height", 5).attr("fill", "currentColor");
  root.append("g").attr("class", "y-axis").attr("aria-hidden", "true");
  root.append("rect").attr("class", "stripe").attr("visibility", "hidden");
  root.append("g").attr("class", "bars").attr("aria-hidden", "true");
  root.append("g").attr("class", "x-axis").attr("aria-hidden", "true");
}

function drawXAxis(svg: SVGSVGElement, x: ReturnType<typeof scaleBand<number>>, bottom: number): void {
  const half = (x.step() - x.bandwidth()) / 2;
  const centre = (bin: number) => (x(bin) ?? 0) + x.bandwidth() / 2;
  // An edge belongs between two bars, at the right of the bin that it closes.
  const marks = [
    { at: centre(0), text: "?" },
    { at: centre(1), text: "0" },
    ...ticksFor(x.step()).map((edge) => ({ at: (x(AF_EDGES.indexOf(edge) + 2) ?? 0) + x.bandwidth() + half, text: frequency(edge) })),
  ];
  const axis = select(svg).select("g.x-axis").attr("transform", `translate(0,${bottom})`);
  const range = x.range();
  axis
    .selectAll("path.base")
    .data([0])
    .join("path")
    .attr("class", "base")
    .attr("d", `M${range[0]},0.5H${range[1]}`);
  const tick = axis
    .selectAll<SVGGElement, (typeof marks)[number]>("g.tick")
    .data(marks)
    .join((enter) => {
      const g = enter.append("g").attr("class", "tick");
      g.append("line").attr("y2", 4);
      g.append("text").attr("y", 8).attr("dy", "0.71em");
      return g;
    })
    .attr("transform", (mark) => `translate(${round(mark.at)},0)`);
  tick.select("text").attr("text-anchor", (mark) => (mark.text === "1" ? "end" : "middle")).text((mark) => mark.text);
}

function summary(label: string, values: readonly number[], n: number, provisional: boolean): string {
  let highest = 0;
  values.forEach((value, bin) => {
    if (value > (values[highest] ?? 0)) highest = bin;
  });
  const most = n === 0 ? "" : `, most of them with ${binLabel(highest)} (${count(values[highest] ?? 0)})`;
  return `Allele-frequency spectrum of ${label}: ${count(n)} alleles${most}${provisional ? "; provisional" : ""}.`;
}

function powers(top: number): number[] {
  const ticks = [0];
  for (let power = 1; power <= top; power *= 10) ticks.push(power);
  return ticks.length > 5 ? ticks.filter((_, index) => index % 2 === (ticks.length - 1) % 2) : ticks;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
