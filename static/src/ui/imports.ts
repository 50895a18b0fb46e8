/** How far a dataset's import has come, in words and as a fraction. */

import type { DatasetState } from "../protocol/DatasetState";
import type { FileState } from "../protocol/FileState";
import type { VcfFile } from "../protocol/VcfFile";

/** Fraction of the bytes declared that are read, `null` where a size is not known. */
export function fractionDone(files: readonly VcfFile[]): number | null {
  let size = 0;
  let parsed = 0;
  for (const file of files) {
    if (file.state === "failed" || file.state === "cancelled") continue;
    if (file.size === null) return null;
    size += file.size;
    parsed += file.state === "ready" ? file.size : file.parsed;
  }
  return size > 0 ? Math.min(1, parsed / size) : null;
}

export const datasetStateText: Record<DatasetState, string> = {
  empty: "No file yet",
  importing: "Importing",
  ready: "Ready",
  failed: "Failed",
};

export const fileStateText: Record<FileState, string> = {
  waiting: "Waiting",
  importing: "Importing",
  ready: "Ready",
  failed: "Refused",
  cancelled: "Cancelled",
};
