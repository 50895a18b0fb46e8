/**
 * The header out of the head of a VCF file, in the browser, so that the panel and the groups of INFO can be tried before
 * anything is sent.
 * Plain text, gzip and bgzip (gzip members of at most 64 KiB, which are inflated one after the other).
 */

/** A header longer than this is not waited for. */
const MOST = 8 * 1024 * 1024;

/** What the head of a file says before any record. */
export interface VcfHead {
  /** Names of the samples in the order of the columns. */
  samples: string[];
  /** Ids of the INFO lines. */
  infos: string[];
}

/** `null` where the header cannot be told from the file's head. */
export async function vcfHead(file: Blob): Promise<VcfHead | null> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of inflated(file)) {
    text += decoder.decode(bytes, { stream: true });
    const head = headIn(text);
    if (head) return head;
    if (text.length > MOST) return null;
  }
  return headIn(`${text}\n`);
}

/** The header, once the `#CHROM` line is whole. */
export function headIn(text: string): VcfHead | null {
  const line = /^#CHROM\t[^\n]*\n/m.exec(text);
  if (!line) return null;
  const infos = text.slice(0, line.index).matchAll(/^##INFO=<(?:[^"\n]*,)?ID=([^,>\n]*)/gm);
  return { samples: line[0].trimEnd().split("\t").slice(9), infos: [...infos].map(([, id]) => id ?? "") };
}

async function* inflated(file: Blob): AsyncGenerator<Uint8Array> {
  const head = file.slice(0, MOST);
  const magic = new Uint8Array(await head.slice(0, 2).arrayBuffer());
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
    yield new Uint8Array(await head.arrayBuffer());
    return;
  }
  const bytes = new Uint8Array(await head.arrayBuffer());
  let at = 0;
  for (;;) {
    const length = blockLength(bytes, at);
    yield* gunzip(length === null ? bytes.subarray(at) : bytes.subarray(at, at + length));
    if (length === null || at + length >= bytes.length) return;
    at += length;
  }
}

/** Length of the bgzip block at an offset, from its `BC` extra field; `null` for any other gzip. */
export function blockLength(bytes: Uint8Array, at: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  if (view.byteLength < 18 || view.getUint8(3) !== 4) return null;
  const isBlock = view.getUint8(12) === 0x42 && view.getUint8(13) === 0x43 && view.getUint16(14, true) === 2;
  return isBlock ? view.getUint16(16, true) + 1 : null;
}

async function* gunzip(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch {
    // The head of a file ends in the middle of its data; what came before is good.
  }
}
