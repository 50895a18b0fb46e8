/** What a cell says. The three kinds of zero never look alike. */

import type { GroupColumns } from "../protocol/GroupColumns";
import { count, frequency } from "../ui/format";

export interface FrequencyCell {
  /** The frequency, or what stands in its place. */
  af: string;
  /** `AC / AN`, empty where there are no counts. */
  counts: string;
  /** Class of the cell. */
  kind: "observed" | "ac0" | "not-seen" | "no-data" | "uncalled" | "given";
  /** The whole story, for the tooltip. */
  title: string;
}

export function frequencyCell(group: GroupColumns, index: number, name: string): FrequencyCell {
  const status = group.status[index] ?? "no_data";
  const ac = group.ac[index] ?? null;
  const an = group.an[index] ?? null;
  const hom = group.hom[index] ?? null;
  const given = group.af_given?.[index] ?? null;
  if (given !== null) return { af: frequency(given), counts: "AF only", kind: "given", title: `${name}: AF ${frequency(given)} as the file gives it; it gives no AC and AN` };
  if (status === "no_data") {
    return { af: "—", counts: "", kind: "no-data", title: `${name}: no data. Its files do not cover this position, or say nothing of sites that they leave out` };
  }
  if (ac === null || an === null) {
    const stated = ac !== null ? `AC ${count(ac)}, AN not known` : "neither AC nor AF is known of the calls asked for";
    return { af: "", counts: ac === null ? "" : `${count(ac)} / ?`, kind: "uncalled", title: `${name}: recorded, ${stated}` };
  }
  const counts = `${count(ac)} / ${count(an)}`;
  const quality = group.hq_only ? ", of high-quality calls: the file states no others" : "";
  const detail = `AC ${count(ac)}, AN ${count(an)}${hom === null ? "" : `, ${count(hom)} homozygous`}${quality}`;
  if (status === "not_seen" && an > 0) {
    return { af: "not seen", counts, kind: "not-seen", title: `${name}: not seen. The position is covered and the allele not recorded; the counts are inferred (${detail})` };
  }
  if (status === "not_seen") return { af: "", counts, kind: "uncalled", title: `${name}: covered, but nobody of the group has a call of high quality` };
  if (an === 0) return { af: "", counts, kind: "uncalled", title: `${name}: recorded, but nobody of the group has a call` };
  if (ac === 0) return { af: "0", counts, kind: "ac0", title: `${name}: recorded, and no called allele of the group is it (${detail})` };
  return { af: frequency(ac / an), counts, kind: "observed", title: `${name}: AF ${frequency(ac / an)}, ${detail}` };
}

/** Alleles can be thousands of bases long: the ends and the length are shown. */
export function clipAllele(bases: string): string {
  return bases.length <= 12 ? bases : `${bases.slice(0, 6)}…${bases.slice(-3)} (${count(bases.length)} bp)`;
}
