/** Names of groups: `dataset.family.value` in queries, the value alone on screen where that is clear. */

import type { Group } from "../protocol/Group";

export interface GroupName {
  dataset: string;
  family: string;
  value: string;
}

/** Splits a fully qualified name; `demo.all` is everybody of the dataset. */
export function splitName(name: string): GroupName {
  const [dataset = "", family = "", ...rest] = name.split(".");
  return rest.length === 0 ? { dataset, family, value: family } : { dataset, family, value: rest.join(".") };
}

/** What a group is called where only the groups `among` are shown: `CEU`, or `kgp · CEU` where several datasets are. */
export function label(name: string, among: readonly string[]): string {
  const { dataset, value } = splitName(name);
  const several = among.some((other) => splitName(other).dataset !== dataset);
  return several ? `${dataset} · ${value}` : value;
}

/** Groups by family, `all` first, in the order of the list. */
export function byFamily(groups: readonly Group[]): Map<string, Group[]> {
  const families = new Map<string, Group[]>();
  for (const group of [...groups].sort((a, b) => Number(b.family === "all") - Number(a.family === "all"))) {
    families.set(group.family, [...(families.get(group.family) ?? []), group]);
  }
  return families;
}
