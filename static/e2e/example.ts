/** The shapeit4 example and what is to be found in it, counted here from the file itself. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { AF_BINS, AF_EDGES } from "../src/plots/af-bins";

const root = join(process.env["ALLELECAST_STATIC"] ?? ".", "..");

export const vcfPath = join(root, "data/cache/shapeit4-example/usr/share/doc/shapeit4/examples/test/unphased.vcf.gz");
export const panelPath = join(root, "deploy/demo/shapeit4_example_panel.tsv");

export interface Allele {
  id: string;
  pos: number;
  ac: Record<string, number>;
  an: Record<string, number>;
}

export interface Example {
  bytes: Buffer;
  panel: string;
  alleles: Allele[];
}

/** Groups by `family.value`. */
export function readExample(): Example {
  const bytes = readFileSync(vcfPath);
  const panel = readFileSync(panelPath, "utf8");
  const population = new Map(panel.trim().split("\n").slice(1).map((line) => line.split("\t").slice(0, 2) as [string, string]));
  const alleles: Allele[] = [];
  let groups: string[] = [];
  for (const line of gunzipSync(bytes).toString("latin1").split("\n")) {
    const fields = line.split("\t");
    if (line.startsWith("#CHROM")) groups = fields.slice(9).map((sample) => `pop.${population.get(sample) ?? ""}`);
    if (line.startsWith("#") || line === "") continue;
    const allele: Allele = { id: [fields[0], fields[1], fields[3], fields[4]].join("-"), pos: Number(fields[1]), ac: {}, an: {} };
    groups.forEach((group, sample) => {
      for (const call of (fields[9 + sample] ?? "").split(":")[0]?.split(/[/|]/) ?? []) {
        if (call === ".") continue;
        allele.an[group] = (allele.an[group] ?? 0) + 1;
        if (call === "1") allele.ac[group] = (allele.ac[group] ?? 0) + 1;
      }
    });
    alleles.push(allele);
  }
  return { bytes, panel, alleles };
}

export function frequency(allele: Allele, group: string): number | null {
  const an = allele.an[group] ?? 0;
  return an === 0 ? null : (allele.ac[group] ?? 0) / an;
}

/** The AF spectrum of a group. */
export function spectrum(alleles: readonly Allele[], group: string): number[] {
  const bins = new Array<number>(AF_BINS).fill(0);
  for (const allele of alleles) {
    const af = frequency(allele, group);
    const bin = af === null ? 0 : af === 0 ? 1 : 2 + AF_EDGES.findIndex((edge) => af <= edge);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}
