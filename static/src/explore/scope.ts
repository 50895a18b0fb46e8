/** What is in scope: which datasets an address means, and which groups are shown when it names none. */

import type { Dataset } from "../protocol/Dataset";
import type { Group } from "../protocol/Group";
import type { ExploreState } from "./address";

export interface Scope {
  build: string;
  /** All builds that have a dataset. */
  builds: readonly string[];
  /** Datasets of the build, newest first. */
  candidates: readonly Dataset[];
  /** The chosen ones. */
  datasets: readonly Dataset[];
  /** Slugs in the address that name no dataset of the build. */
  unknown: readonly string[];
  groups: readonly Group[];
  /** Groups asked for; empty for all of the scope. */
  shown: readonly string[];
}

/** More groups than this at once are chosen by hand. */
const USUAL_GROUPS = 12;

/** `null` when there is no dataset at all. */
export function resolveScope(state: ExploreState, datasets: readonly Dataset[]): Scope | null {
  const newest = [...datasets].sort((a, b) => b.id - a.id);
  const named = newest.filter(({ slug }) => state.datasets.includes(slug));
  const build = state.build ?? named[0]?.build ?? newest[0]?.build;
  if (build === undefined) return null;
  const candidates = newest.filter((dataset) => dataset.build === build);
  const chosen = candidates.filter(({ slug }) => state.datasets.includes(slug));
  const scope = chosen.length > 0 ? chosen : candidates.slice(0, 1);
  const groups = scope.flatMap((dataset) => dataset.groups);
  return {
    build,
    builds: [...new Set([...newest.map((dataset) => dataset.build), build])].sort(),
    candidates,
    datasets: scope,
    unknown: state.datasets.filter((slug) => !candidates.some((dataset) => dataset.slug === slug)),
    groups,
    shown: shownGroups(state.groups, groups),
  };
}

function shownGroups(asked: readonly string[] | null, groups: readonly Group[]): readonly string[] {
  // While an import has not read its header there are no groups yet: all of them, once they are there.
  if (groups.length === 0) return [];
  if (asked) {
    const known = asked.filter((name) => groups.some((group) => group.name === name));
    if (known.length > 0) return known;
  }
  if (groups.length <= USUAL_GROUPS) return [];
  const sizes = new Map<string, number>();
  for (const { family } of groups) sizes.set(family, (sizes.get(family) ?? 0) + 1);
  const smallest = [...sizes].filter(([family]) => family !== "all").sort((a, b) => a[1] - b[1])[0]?.[0];
  return groups.filter(({ family }) => family === "all" || family === smallest).map(({ name }) => name);
}
