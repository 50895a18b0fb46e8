/** Rows held by column, as they come over the socket. */

import type { GroupColumns } from "../protocol/GroupColumns";
import type { RowColumns } from "../protocol/RowColumns";

export function noRows(): RowColumns {
  return { chrom: [], pos: [], ref: [], alt: [], id: [], filter: [], type: [], groups: [] };
}

export function rowCount(rows: RowColumns): number {
  return rows.pos.length;
}

/** The rows of `head` followed by those of `tail`; both list the same groups in the same order. */
export function appendRows(head: RowColumns, tail: RowColumns): RowColumns {
  if (rowCount(head) === 0) return tail;
  return {
    ...(head.genes && tail.genes ? { genes: head.genes.concat(tail.genes) } : {}),
    chrom: head.chrom.concat(tail.chrom),
    pos: head.pos.concat(tail.pos),
    ref: head.ref.concat(tail.ref),
    alt: head.alt.concat(tail.alt),
    id: head.id.concat(tail.id),
    filter: head.filter.concat(tail.filter),
    type: head.type.concat(tail.type),
    groups: head.groups.map((group, index) => {
      const more = tail.groups[index];
      if (!more) return group;
      return {
        group: group.group,
        status: group.status.concat(more.status),
        ac: group.ac.concat(more.ac),
        an: group.an.concat(more.an),
        hom: group.hom.concat(more.hom),
        ...(group.hq_only || more.hq_only ? { hq_only: true } : {}),
        ...givenOf(group, more),
      };
    }),
  };
}

function givenOf(head: GroupColumns, tail: GroupColumns): Pick<GroupColumns, "af_given"> {
  if (!head.af_given && !tail.af_given) return {};
  const padded = ({ af_given: given, status }: GroupColumns) => given ?? status.map(() => null);
  return { af_given: padded(head).concat(padded(tail)) };
}

/** `chrom-pos-ref-alt`, the name of the allele in queries and addresses. */
export function variantId(rows: RowColumns, index: number): string {
  return `${rows.chrom[index] ?? ""}-${rows.pos[index] ?? ""}-${rows.ref[index] ?? ""}-${rows.alt[index] ?? ""}`;
}
