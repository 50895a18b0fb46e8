import assert from "node:assert/strict";
import test from "node:test";
import type { FileAlignment } from "../protocol/FileAlignment";
import type { VcfFile } from "../protocol/VcfFile";
import { normalised } from "./normalised";

const file = (alignment?: FileAlignment, state: VcfFile["state"] = "ready"): VcfFile => ({
  id: 1,
  dataset_id: 1,
  filename: "x.vcf",
  state,
  size: 1,
  received: 1,
  parsed: 1,
  records: 1,
  alleles: 1,
  ...(alignment && { alignment }),
});
const aligned: FileAlignment = { reference: "GRCh38.fa.gz", sha256: "0123456789abcdef".repeat(4), shifted: 1200, unshifted: 3 };

test("without a reference the page says so", () => {
  assert.deepEqual(normalised({ build: "GRCh38", files: [] }), ["—"]);
  assert.deepEqual(normalised({ build: "GRCh38", files: [file(undefined, "failed")] }), ["—"]);
  assert.deepEqual(normalised({ build: "GRCh38", files: [file(), file()] }), ["trimmed only: the server had no reference sequence of GRCh38"]);
});

test("files of one reference are summed, others are named apart", () => {
  const first = "left-aligned with GRCh38.fa.gz (SHA-256 0123456789ab…): 2,400 alleles moved, 6 could not be";
  assert.deepEqual(normalised({ build: "GRCh38", files: [file(aligned), file(aligned)] }), [first]);
  const other: FileAlignment = { ...aligned, reference: "b.fa", sha256: "f".repeat(64), shifted: 1, unshifted: 0 };
  assert.deepEqual(normalised({ build: "GRCh38", files: [file(aligned), file(aligned), file(other), file()] }), [
    first,
    "left-aligned with b.fa (SHA-256 ffffffffffff…): 1 allele moved, 0 could not be",
    "trimmed only: 1 file",
  ]);
});
