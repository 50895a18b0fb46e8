/** The bins of an AF spectrum, as the server sums them: blank, zero, then one for each upper edge. */

import { frequency } from "../ui/format";

/** Upper edges, inclusive; the table of the wire definition, checked against the Rust source by a test. */
export const AF_EDGES: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
];

export const AF_BINS = AF_EDGES.length + 2;

/** What a bin holds, in words. */
export function binLabel(bin: number): string {
  if (bin === 0) return "AF unknown";
  if (bin === 1) return "AF = 0";
  const lower = AF_EDGES[bin - 3] ?? 0;
  const upper = AF_EDGES[bin - 2] ?? 1;
  return `${frequency(lower)} < AF ≤ ${frequency(upper)}`;
}
