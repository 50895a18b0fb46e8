import assert from "node:assert/strict";
import test from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";
import { headIn, vcfHead } from "./vcf-header";

const header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tNA1\tC1::NA2\n1\t1\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\n";

/** One bgzip block. */
function block(text: string): Uint8Array {
  const data = deflateRawSync(text);
  const bytes = Buffer.alloc(18 + data.length + 8);
  bytes.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 0x42, 0x43, 2, 0]);
  bytes.writeUInt16LE(bytes.length - 1, 16);
  bytes.set(data, 18);
  bytes.writeUInt32LE(crc32(Buffer.from(text)), bytes.length - 8);
  bytes.writeUInt32LE(text.length, bytes.length - 4);
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

test("names come from plain text, gzip, a cut gzip, and several bgzip blocks", async () => {
  const long = header.replace("##fileformat", `##note=${"x".repeat(50)}\n##fileformat`) + "1\t2\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\n".repeat(5000);
  const packed = gzipSync(long);
  const cases: [string, Uint8Array[]][] = [
    ["plain", [Buffer.from(header)]],
    ["gzip", [gzipSync(header)]],
    ["cut gzip", [packed.subarray(0, packed.length - 20)]],
    ["bgzip", [block(header.slice(0, 30)), block(header.slice(30)), block("1\t2\n")]],
  ];
  for (const [name, parts] of cases) assert.deepEqual((await vcfHead(new Blob(parts as Uint8Array<ArrayBuffer>[])))?.samples, ["NA1", "C1::NA2"], name);
});

test("a file without samples has none, and one without a header line is not guessed at", async () => {
  const text = `##INFO=<ID=AC,Number=A,Description="x, ID=no">\n##INFO=<Number=1,ID=AN>\n##FORMAT=<ID=GT>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n`;
  assert.deepEqual(headIn(text), { samples: [], infos: ["AC", "AN"] });
  assert.equal(await vcfHead(new Blob(["sample\tpop\nNA1\tCEU\n"])), null);
});
