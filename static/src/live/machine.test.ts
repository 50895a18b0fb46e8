import assert from "node:assert/strict";
import test from "node:test";
import type { Piece } from "../protocol/Piece";
import type { ServerMessage } from "../protocol/ServerMessage";
import type { Subscription } from "../protocol/Subscription";
import type { Effect, LiveEvent, LiveState } from "./machine";
import { backOff, initial, step } from "./machine";

const subscription: Subscription = {
  sub: 1,
  build: "GRCh37",
  datasets: ["demo"],
  query: "",
  groups: [],
  charts: ["af_spectrum"],
  page_size: 100,
  hq: false,
};

const piece = (total: number, snapshot = false): Piece => ({ piece: "state", sub: 1, snapshot, total, provisional: true, changed: [] });
const v = (seq: number) => ({ epoch: 1, seq });

function run(state: LiveState, ...events: LiveEvent[]): [LiveState, Effect[]] {
  const all: Effect[] = [];
  for (const event of events) {
    const [next, effects] = step(state, event, 0.5);
    state = next;
    all.push(...effects);
  }
  return [state, all];
}

const message = (m: ServerMessage): LiveEvent => ({ type: "message", message: m });
const snapshot = (seq: number, part = 0, last = true): LiveEvent =>
  message({ type: "snapshot", to: v(seq), part, last, pieces: [piece(seq, true)] });
const transition = (from: number, to: number, part = 0, last = true): LiveEvent =>
  message({ type: "transition", from: v(from), to: v(to), part, last, pieces: [piece(to)] });
const upTo: LiveEvent[] = [
  { type: "subscribe", subscription },
  { type: "start" },
  { type: "ticket", ticket: "t" },
  { type: "opened", ticket: "t" },
  message({ type: "welcome", protocol: "allelecast.v1", connection_id: "c", head: v(5) }),
];

const kinds = (effects: Effect[]) => effects.map((effect) => (effect.do === "send" ? `send ${effect.message.type}` : effect.do));

test("a fresh connection fetches a ticket, greets without a version and subscribes", () => {
  const [state, effects] = run(initial, ...upTo);
  assert.equal(state.phase, "live");
  assert.deepEqual(kinds(effects), ["fetch_ticket", "open", "send hello", "send subscribe"]);
  assert.deepEqual(effects[2], { do: "send", message: { type: "hello", protocol: "allelecast.v1", ticket: "t" } });
});

test("parts are shown together and acknowledged once, after they are shown", () => {
  const [state, effects] = run(initial, ...upTo, snapshot(5, 0, false), snapshot(5, 1, true));
  assert.deepEqual(state.version, v(5));
  assert.deepEqual(kinds(effects).slice(4), ["show", "send applied"]);
  const show = effects[4];
  assert.ok(show?.do === "show" && show.snapshot && show.pieces.length === 2);
});

test("a transition moves the screen only from its own version", () => {
  const [moved, effects] = run(initial, ...upTo, snapshot(5), transition(5, 6));
  assert.deepEqual(moved.version, v(6));
  assert.deepEqual(kinds(effects).slice(-2), ["show", "send applied"]);

  const [lost, after] = run(moved, transition(7, 8));
  assert.equal(lost.phase, "waiting");
  assert.equal(lost.version, null, "the next hello asks for a snapshot");
  assert.deepEqual(kinds(after), ["close", "wait"]);
});

test("a part that does not follow the one before ends the connection and shows nothing", () => {
  for (const wrong of [transition(5, 6, 2, true), transition(5, 7, 1, true), snapshot(6, 1, true)]) {
    const [state, effects] = run(initial, ...upTo, snapshot(5), transition(5, 6, 0, false), wrong);
    assert.equal(state.phase, "waiting");
    assert.equal(kinds(effects).filter((kind) => kind === "show").length, 1, "only the snapshot");
  }
});

test("a lost connection resumes from the version on the screen", () => {
  const [state, effects] = run(
    initial,
    ...upTo,
    snapshot(5),
    transition(5, 6, 0, false),
    { type: "closed" },
    { type: "retry" },
    { type: "ticket", ticket: "u" },
    { type: "opened", ticket: "u" },
    message({ type: "welcome", protocol: "allelecast.v1", connection_id: "d", head: v(9) }),
    transition(5, 9),
  );
  assert.deepEqual(state.version, v(9));
  const hellos = effects.flatMap((e) => (e.do === "send" && e.message.type === "hello" ? [e.message] : []));
  assert.deepEqual(hellos[1]?.resume, { version: v(5), subscriptions: [subscription] });
  assert.equal(kinds(effects).filter((kind) => kind === "send subscribe").length, 1, "resume carries the subscription");
});

test("a subscription made while away is not resumed from a version that it was not part of", () => {
  const [, effects] = run(
    initial,
    ...upTo,
    snapshot(5),
    { type: "closed" },
    { type: "subscribe", subscription: { ...subscription, sub: 2, query: "1:1-2" } },
    { type: "retry" },
    { type: "ticket", ticket: "u" },
    { type: "opened", ticket: "u" },
  );
  const last = effects.at(-1);
  assert.ok(last?.do === "send" && last.message.type === "hello" && last.message.resume === undefined);
});

test("reset forgets the version and waits for the snapshot on the same connection", () => {
  const [state, effects] = run(initial, ...upTo, snapshot(5), message({ type: "reset", reason: "restored" }), snapshot(2));
  assert.deepEqual(state.version, v(2));
  assert.equal(state.phase, "live");
  assert.ok(kinds(effects).includes("forget"));
});

test("ping is answered, goaway waits as long as it says", () => {
  const [state, effects] = run(initial, ...upTo, message({ type: "ping", head: v(5) }), message({ type: "goaway", delay_ms: 1234 }));
  assert.equal(state.phase, "waiting");
  assert.deepEqual(kinds(effects).slice(4), ["send pong", "close", "wait"]);
  assert.deepEqual(effects.at(-1), { do: "wait", ms: 1234 });
});

test("an error of one subscription drops it alone; a final one of the connection stops it", () => {
  const [state, effects] = run(
    initial,
    ...upTo,
    message({ type: "error", sub: 1, code: "query_syntax", message: "No.", span: { start: 0, end: 2 }, retryable: false }),
  );
  assert.equal(state.phase, "live");
  assert.equal(state.subscriptions.length, 0);
  assert.deepEqual(effects.at(-1), {
    do: "fail",
    sub: 1,
    error: { code: "query_syntax", message: "No.", span: { start: 0, end: 2 } },
  });

  const [stopped] = run(state, message({ type: "error", code: "protocol", message: "No.", retryable: false }));
  assert.equal(stopped.phase, "stopped");
  assert.deepEqual(run(stopped, { type: "closed" }, { type: "retry" })[1], []);
});

test("offline closes at once, online dials at once", () => {
  const [away, closing] = run(initial, ...upTo, snapshot(5), { type: "offline" });
  assert.equal(away.phase, "offline");
  assert.deepEqual(kinds(closing).slice(-1), ["close"]);
  const [back, dialling] = run(away, { type: "closed" }, { type: "online" });
  assert.equal(back.phase, "ticket");
  assert.deepEqual(kinds(dialling), ["fetch_ticket"]);
});

test("back-off grows, is capped, and spreads from zero", () => {
  assert.equal(backOff(0, 0), 0);
  assert.equal(backOff(0, 0.999), 500);
  assert.equal(backOff(3, 0.5), 2000);
  assert.equal(backOff(40, 0.5), 15_000);
});
