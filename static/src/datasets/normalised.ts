/** Says how a dataset's alleles were normalised: trimmed only, or left-aligned and with which reference. */

import type { Dataset } from "../protocol/Dataset";
import { count, counted } from "../ui/format";

/** A sentence for each reference that files were aligned with, and one for files without. */
export function normalised({ build, files }: Pick<Dataset, "build" | "files">): string[] {
  const begun = files.filter(({ state, alleles }) => state === "ready" || (state === "importing" && alleles > 0));
  const byReference = new Map<string, { name: string; shifted: number; unshifted: number }>();
  for (const { alignment } of begun) {
    if (!alignment) continue;
    const sum = byReference.get(alignment.sha256) ?? { name: alignment.reference, shifted: 0, unshifted: 0 };
    sum.shifted += alignment.shifted;
    sum.unshifted += alignment.unshifted;
    byReference.set(alignment.sha256, sum);
  }
  const sentences = [...byReference].map(
    ([sha256, { name, shifted, unshifted }]) =>
      `left-aligned with ${name} (SHA-256 ${sha256.slice(0, 12)}…): ${counted(shifted, "allele")} moved, ${count(unshifted)} could not be`,
  );
  const without = begun.filter(({ alignment }) => !alignment).length;
  if (without === begun.length) return begun.length === 0 ? ["—"] : [`trimmed only: the server had no reference sequence of ${build}`];
  return without === 0 ? sentences : [...sentences, `trimmed only: ${counted(without, "file")}`];
}
