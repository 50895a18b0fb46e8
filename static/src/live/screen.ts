/**
 * What is on the screen: the state of each subscription at one version.
 *
 * Invariant: after each `applyPieces`, the values of every series of a chart add up to `total`.
 */

import type { Binding } from "../protocol/Binding";
import type { ChartKind } from "../protocol/ChartKind";
import type { GenomeSpan } from "../protocol/GenomeSpan";
import type { Piece } from "../protocol/Piece";
import type { RowColumns } from "../protocol/RowColumns";
import { appendRows, noRows } from "../table/columns";

/** Sums by bin, keyed by the fully qualified group. */
export type ChartSums = ReadonlyMap<string, readonly number[]>;

export interface Window {
  rows: RowColumns;
  next: string | null;
}

export interface SubscriptionView {
  total: number;
  provisional: boolean;
  binding: Binding | null;
  charts: ReadonlyMap<ChartKind, ChartSums>;
  /** Rows sent with the last change, `null` when it did not touch the window. */
  window: Window | null;
  /** Where rows may have changed with it. */
  changed: readonly GenomeSpan[];
  /** Whether the last change replaced everything. */
  fresh: boolean;
}

export type ScreenView = ReadonlyMap<number, SubscriptionView>;

const empty: SubscriptionView = {
  total: 0,
  provisional: false,
  binding: null,
  charts: new Map(),
  window: null,
  changed: [],
  fresh: true,
};

/** The screen after the pieces of one whole snapshot or transition; views that no piece speaks of stay the same object. */
export function applyPieces(screen: ScreenView, pieces: readonly Piece[]): ScreenView {
  const next = new Map(screen);
  for (const piece of pieces) {
    const before = next.get(piece.sub) ?? empty;
    switch (piece.piece) {
      case "state":
        next.set(piece.sub, {
          total: piece.total,
          provisional: piece.provisional,
          binding: piece.binding ?? (piece.snapshot ? null : before.binding),
          charts: piece.snapshot ? new Map() : before.charts,
          window: null,
          changed: piece.changed,
          fresh: piece.snapshot,
        });
        break;
      case "chart":
        next.set(piece.sub, {
          ...before,
          charts: new Map(before.charts).set(
            piece.chart.kind,
            addSeries(piece.set ? new Map() : (before.charts.get(piece.chart.kind) ?? new Map()), piece.chart.series),
          ),
        });
        break;
      case "rows": {
        const held = piece.first || before.window === null ? noRows() : before.window.rows;
        next.set(piece.sub, { ...before, window: { rows: appendRows(held, piece.rows), next: piece.next } });
        break;
      }
    }
  }
  return next;
}

function addSeries(sums: ChartSums, series: readonly { group: string; values: readonly number[] }[]): ChartSums {
  const next = new Map(sums);
  for (const { group, values } of series) {
    const before = next.get(group);
    next.set(group, before ? before.map((value, bin) => value + (values[bin] ?? 0)) : [...values]);
  }
  return next;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
