/**
 * The connection as a state machine without I/O: an event goes in, the next state and a list of effects come out.
 *
 * Invariant: the screen is at `version` and nothing in between. Pieces reach it only as a whole snapshot, or as a
 * whole transition that starts from `version`; anything else ends the connection and begins a fresh one.
 */

import type { ApiError } from "../protocol/ApiError";
import type { ClientMessage } from "../protocol/ClientMessage";
import type { Piece } from "../protocol/Piece";
import type { ServerMessage } from "../protocol/ServerMessage";
import type { Subscription } from "../protocol/Subscription";
import type { Version } from "../protocol/Version";

export const SUBPROTOCOL = "allelecast.v1";

/** Where the connection stands. `stopped` is final: trying again would give the same answer. */
export type Phase = "idle" | "ticket" | "opening" | "greeting" | "live" | "waiting" | "offline" | "stopped";

interface Parts {
  from: Version | null;
  to: Version;
  next: number;
  pieces: Piece[];
}

export interface LiveState {
  readonly phase: Phase;
  /** Failed attempts since the screen last moved. */
  readonly attempt: number;
  readonly subscriptions: readonly Subscription[];
  /** What is on the screen; `null` before the first snapshot and after a reset. */
  readonly version: Version | null;
  readonly parts: Parts | null;
}

export type LiveEvent =
  | { type: "start" }
  | { type: "ticket"; ticket: string }
  | { type: "refused"; error: ApiError | null; retryable: boolean }
  | { type: "opened"; ticket: string }
  | { type: "message"; message: ServerMessage }
  | { type: "closed" }
  | { type: "silent" }
  | { type: "retry" }
  | { type: "online" }
  | { type: "offline" }
  | { type: "subscribe"; subscription: Subscription }
  | { type: "unsubscribe"; sub: number };

export type Effect =
  | { do: "fetch_ticket" }
  | { do: "open"; ticket: string }
  | { do: "close" }
  | { do: "send"; message: ClientMessage }
  | { do: "wait"; ms: number }
  | { do: "show"; version: Version; snapshot: boolean; pieces: Piece[] }
  | { do: "deliver"; message: Extract<ServerMessage, { type: "page" | "progress" | "imports" }> }
  | { do: "forget" }
  | { do: "fail"; sub: number | null; error: ApiError };

export type Step = readonly [LiveState, readonly Effect[]];

export const initial: LiveState = { phase: "idle", attempt: 0, subscriptions: [], version: null, parts: null };

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** Exponential back-off with full jitter: anything from nothing to the cap. `random` is in [0, 1). */
export function backOff(attempt: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16)));
}

export function sameVersion(a: Version | null, b: Version | null): boolean {
  return a === b || (a !== null && b !== null && a.epoch === b.epoch && a.seq === b.seq);
}

/** The next state. `random` decides the back-off, so that the function stays pure. */
export function step(state: LiveState, event: LiveEvent, random: number): Step {
  switch (event.type) {
    case "start":
      return state.phase === "idle" ? dial(state) : [state, []];
    case "ticket":
      return state.phase === "ticket" ? [{ ...state, phase: "opening" }, [{ do: "open", ticket: event.ticket }]] : [state, []];
    case "refused":
      return refused(state, event.error, event.retryable, random);
    case "opened":
      return state.phase === "opening" ? greet(state, event.ticket) : [state, []];
    case "message":
      return state.phase === "greeting" || state.phase === "live" ? receive(state, event.message, random) : [state, []];
    case "closed":
    case "silent":
      return connected(state) ? pause(state, random) : [state, []];
    case "retry":
      return state.phase === "waiting" ? dial(state) : [state, []];
    case "online":
      return state.phase === "offline" || state.phase === "waiting" ? dial({ ...state, attempt: 0 }) : [state, []];
    case "offline":
      return state.phase === "stopped" ? [state, []] : [{ ...state, phase: "offline", parts: null }, [{ do: "close" }]];
    case "subscribe":
      return subscribe(state, event.subscription);
    case "unsubscribe":
      return unsubscribe(state, event.sub);
  }
}

function connected(state: LiveState): boolean {
  return state.phase === "opening" || state.phase === "greeting" || state.phase === "live";
}

function dial(state: LiveState): Step {
  return [{ ...state, phase: "ticket", parts: null }, [{ do: "fetch_ticket" }]];
}

function pause(state: LiveState, random: number, delayMs?: number): Step {
  const ms = delayMs ?? backOff(state.attempt, random);
  return [{ ...state, phase: "waiting", attempt: state.attempt + 1, parts: null }, [{ do: "close" }, { do: "wait", ms }]];
}

function refused(state: LiveState, error: ApiError | null, retryable: boolean, random: number): Step {
  if (state.phase !== "ticket") return [state, []];
  if (retryable || error === null) return pause(state, random);
  return [{ ...state, phase: "stopped" }, [{ do: "fail", sub: null, error }]];
}

function greet(state: LiveState, ticket: string): Step {
  const hello: ClientMessage = { type: "hello", protocol: SUBPROTOCOL, ticket };
  if (state.version !== null && state.subscriptions.length > 0) {
    hello.resume = { version: state.version, subscriptions: [...state.subscriptions] };
  }
  return [{ ...state, phase: "greeting" }, [{ do: "send", message: hello }]];
}

function subscribe(state: LiveState, subscription: Subscription): Step {
  const subscriptions = [...state.subscriptions.filter(({ sub }) => sub !== subscription.sub), subscription];
  if (state.phase === "live") {
    return [{ ...state, subscriptions }, [{ do: "send", message: { type: "subscribe", ...subscription } }]];
  }
  // A version names what was watched at it, so it cannot be resumed with something new.
  return [{ ...state, subscriptions, version: null }, []];
}

function unsubscribe(state: LiveState, sub: number): Step {
  const subscriptions = state.subscriptions.filter((one) => one.sub !== sub);
  if (subscriptions.length === state.subscriptions.length) return [state, []];
  return [{ ...state, subscriptions }, state.phase === "live" ? [{ do: "send", message: { type: "unsubscribe", sub } }] : []];
}

function receive(state: LiveState, message: ServerMessage, random: number): Step {
  switch (message.type) {
    case "welcome":
      return welcome(state);
    case "ping":
      return [state, [{ do: "send", message: { type: "pong" } }]];
    case "goaway":
      return pause({ ...state, attempt: 0 }, random, message.delay_ms);
    case "reset":
      return [{ ...state, version: null, parts: null }, [{ do: "forget" }]];
    case "page":
    case "progress":
    case "imports":
      return [state, [{ do: "deliver", message }]];
    case "error":
      return failed(state, message, random);
    case "snapshot":
    case "transition":
      return part(state, message, random);
    default:
      // A newer server may say more than this page knows.
      return [state, []];
  }
}

function welcome(state: LiveState): Step {
  if (state.phase !== "greeting") return [state, []];
  const resumed = state.version !== null && state.subscriptions.length > 0;
  const sends = resumed ? [] : state.subscriptions.map((one): Effect => ({ do: "send", message: { type: "subscribe", ...one } }));
  return [{ ...state, phase: "live" }, sends];
}

function failed(state: LiveState, message: Extract<ServerMessage, { type: "error" }>, random: number): Step {
  const { code, message: text, field, span, hint } = message;
  const error: ApiError = { code, message: text };
  if (field !== undefined) error.field = field;
  if (span !== undefined) error.span = span;
  if (hint !== undefined) error.hint = hint;
  if (message.sub !== undefined) {
    const subscriptions = message.retryable ? state.subscriptions : state.subscriptions.filter(({ sub }) => sub !== message.sub);
    return [{ ...state, subscriptions }, [{ do: "fail", sub: message.sub, error }]];
  }
  // A ticket that ran out before it was used is no reason to give up; a new one is fetched, and that says the rest.
  if (message.retryable || code === "unauthenticated") return pause(state, random);
  return [{ ...state, phase: "stopped" }, [{ do: "close" }, { do: "fail", sub: null, error }]];
}

function part(state: LiveState, message: Extract<ServerMessage, { type: "snapshot" | "transition" }>, random: number): Step {
  const from = message.type === "transition" ? message.from : null;
  let parts = state.parts;
  if (message.part === 0) {
    if (from !== null && !sameVersion(from, state.version)) return astray(state, random);
    parts = { from, to: message.to, next: 0, pieces: [] };
  }
  const fits = parts !== null && parts.next === message.part && sameVersion(parts.to, message.to) && sameVersion(parts.from, from);
  if (parts === null || !fits) return astray(state, random);
  const pieces = [...parts.pieces, ...message.pieces];
  if (!message.last) return [{ ...state, parts: { ...parts, next: parts.next + 1, pieces } }, []];
  return [
    { ...state, version: message.to, parts: null, attempt: 0 },
    [
      { do: "show", version: message.to, snapshot: from === null, pieces },
      { do: "send", message: { type: "applied", to: message.to } },
    ],
  ];
}

/** What came does not follow from what is shown: begin again without a version. */
function astray(state: LiveState, random: number): Step {
  return pause({ ...state, version: null }, random);
}
