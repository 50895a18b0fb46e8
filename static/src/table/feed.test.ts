import assert from "node:assert/strict";
import test from "node:test";
import type { Listener, LiveConnection, PageOfRows } from "../live/connection";
import type { SubscriptionView } from "../live/screen";
import type { RowColumns } from "../protocol/RowColumns";
import { noRows } from "./columns";
import { Feed, PAGE_SIZE } from "./feed";
import { Pages } from "./pages";

const v = (seq: number) => ({ epoch: 1, seq });

function rows(from: number, n: number): RowColumns {
  const pos = Array.from({ length: n }, (_, i) => from + i);
  return { ...noRows(), chrom: pos.map(() => "20"), pos };
}

/** A connection at a version that notes what it is asked for. */
function fake() {
  let listener: Listener = {};
  const asked: { request: number; after: string | null; limit: number }[] = [];
  const connection = {
    version: v(1),
    listen: (one: Listener) => (listener = one),
    requestPage: (_sub: number, after: string | null, limit: number) => asked.push({ request: asked.length + 1, after, limit }),
  };
  const pages = new Pages();
  const feed = new Feed(connection as unknown as LiveConnection, pages, () => undefined);
  const answer = (page: Partial<PageOfRows>) => listener.page?.({ sub: 1, request: asked.length, version: v(1), next: null, rows: noRows(), ...page });
  return { connection, pages, feed, asked, answer, tell: () => listener };
}

const view = (total: number, first: RowColumns | null, next: string | null, fresh = true): SubscriptionView => ({
  total,
  provisional: true,
  binding: null,
  charts: new Map(),
  window: first && { rows: first, next },
  changed: fresh ? [] : [{ chrom: "20", start: 900, end: 1000 }],
  fresh,
});

test("one page is asked for at a time, and only what is in view", () => {
  const { feed, asked, answer, pages } = fake();
  feed.show(1, view(350, rows(1, 100), "c1"));
  assert.equal(asked.length, 0, "the first page came with the snapshot");
  feed.want(90, 130);
  feed.want(90, 220);
  assert.deepEqual(asked, [{ request: 1, after: "c1", limit: PAGE_SIZE }]);
  answer({ next: "c2", rows: rows(101, 100) });
  assert.deepEqual(asked[1]?.after, "c2");
  answer({ next: "c3", rows: rows(201, 100) });
  assert.equal(asked.length, 2);
  assert.equal(pages.reach, 300);
});

test("a page of an older version is asked for again, one of a later version is good", () => {
  const { feed, asked, answer, connection, pages } = fake();
  feed.show(1, view(250, rows(1, 100), "c1"));
  feed.want(100, 120);
  connection.version = v(2);
  answer({ next: "c2", rows: rows(101, 100), version: v(1) });
  assert.equal(pages.reach, 100);
  assert.equal(asked.length, 2);
  answer({ next: "c2", rows: rows(101, 100), version: v(3) });
  assert.equal(pages.reach, 200);
});

test("rows that come with a change are those of the page asked for last", () => {
  const { feed, answer, pages } = fake();
  feed.show(1, view(180, rows(1, 100), "c1"));
  feed.want(100, 179);
  answer({ next: null, rows: rows(101, 80) });
  feed.show(1, view(190, rows(101, 90), null, false));
  assert.equal(pages.at(189)?.rows.pos[89], 190);
  assert.equal(pages.at(0)?.rows.pos[0], 1, "the first page stands as it was");
});

test("a lost connection forgets what was asked and asks again when it is back", () => {
  const { feed, asked, tell } = fake();
  feed.show(1, view(250, rows(1, 100), "c1"));
  feed.want(100, 120);
  tell().phase?.("live");
  assert.equal(asked.length, 2);
});

test("on the way to rows far down more is asked for at once", () => {
  const { feed, asked } = fake();
  feed.show(1, view(20_000, rows(1, 100), "c1"));
  feed.want(15_000, 15_020);
  assert.equal(asked[0]?.limit, 500);
});
