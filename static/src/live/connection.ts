/**
 * The socket behind the state machine: carries out its effects and tells the page what came of them.
 *
 * Invariant: listeners are told of a new version after the screen holds it, and `applied` is sent after they were.
 */

import type { ApiError } from "../protocol/ApiError";
import type { ClientMessage } from "../protocol/ClientMessage";
import type { ImportProgress } from "../protocol/ImportProgress";
import type { RowColumns } from "../protocol/RowColumns";
import type { ServerMessage } from "../protocol/ServerMessage";
import type { Subscription } from "../protocol/Subscription";
import type { Version } from "../protocol/Version";
import { appendRows, noRows } from "../table/columns";
import { initial, step, SUBPROTOCOL } from "./machine";
import type { Effect, LiveEvent, LiveState, Phase } from "./machine";
import { applyPieces } from "./screen";
import type { ScreenView } from "./screen";

/** A page of rows, whole. */
export interface PageOfRows {
  sub: number;
  request: number;
  version: Version;
  next: string | null;
  rows: RowColumns;
}

export interface Listener {
  phase?(phase: Phase): void;
  /** The screen moved to `version`; `snapshot` when it was replaced. */
  show?(screen: ScreenView, version: Version): void;
  page?(page: PageOfRows): void;
  progress?(sub: number, done: number, of: number): void;
  imports?(datasets: ImportProgress[]): void;
  fail?(sub: number | null, error: ApiError): void;
}

/** Why no ticket was given; without an error the server was not reached. */
export class TicketRefused extends Error {
  constructor(
    readonly error: ApiError | null,
    readonly retryable: boolean,
  ) {
    super(error?.message ?? "no answer");
  }
}

/** What the connection needs of the world. */
export interface World {
  /** A new one-time ticket; rejects with `TicketRefused`. */
  ticket(): Promise<string>;
  socket(): WebSocket;
  random(): number;
  later(ms: number, run: () => void): () => void;
}

/** The server pings every 20 s; a connection that is silent for longer than two of these is dead. */
const SILENCE_MS = 45_000;

export class LiveConnection {
  #state: LiveState = initial;
  #screen: ScreenView = new Map();
  #socket: WebSocket | null = null;
  #cancelRetry: () => void = () => undefined;
  #cancelWatch: () => void = () => undefined;
  #pages = new Map<number, RowColumns>();
  #lastRequest = 0;
  readonly #listeners = new Set<Listener>();

  constructor(private readonly world: World) {}

  get phase(): Phase {
    return this.#state.phase;
  }

  get version(): Version | null {
    return this.#state.version;
  }

  get screen(): ScreenView {
    return this.#screen;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#dispatch({ type: "start" });
  }

  subscribe(subscription: Subscription): void {
    this.#dispatch({ type: "subscribe", subscription });
  }

  unsubscribe(sub: number): void {
    const screen = new Map(this.#screen);
    screen.delete(sub);
    this.#screen = screen;
    this.#dispatch({ type: "unsubscribe", sub });
  }

  /** Asks for a page; the number returned comes back with it. `null` while there is no connection to ask over. */
  requestPage(sub: number, after: string | null, limit: number): number | null {
    if (this.#state.phase !== "live") return null;
    const request = ++this.#lastRequest;
    this.#send({ type: "page", sub, request, limit, ...(after === null ? {} : { after }) });
    return request;
  }

  /** What the browser says about the network. */
  network(online: boolean): void {
    this.#dispatch({ type: online ? "online" : "offline" });
  }

  #dispatch(event: LiveEvent): void {
    const before = this.#state.phase;
    const [state, effects] = step(this.#state, event, this.world.random());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (state.phase !== before) {
      if (state.phase !== "live") this.#pages.clear();
      this.#tell((listener) => listener.phase?.(this.#state.phase));
    }
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "fetch_ticket":
        this.#cancelRetry();
        void this.#fetchTicket();
        break;
      case "open":
        this.#open(effect.ticket);
        break;
      case "close":
        this.#drop();
        break;
      case "send":
        this.#send(effect.message);
        break;
      case "wait":
        this.#cancelRetry();
        this.#cancelRetry = this.world.later(effect.ms, () => this.#dispatch({ type: "retry" }));
        break;
      case "show":
        this.#screen = applyPieces(this.#screen, effect.pieces);
        this.#tell((listener) => listener.show?.(this.#screen, effect.version));
        break;
      case "deliver":
        this.#deliver(effect.message);
        break;
      case "forget":
        this.#screen = new Map();
        this.#pages.clear();
        break;
      case "fail":
        this.#tell((listener) => listener.fail?.(effect.sub, effect.error));
        break;
    }
  }

  async #fetchTicket(): Promise<void> {
    try {
      this.#dispatch({ type: "ticket", ticket: await this.world.ticket() });
    } catch (reason) {
      const known = reason instanceof TicketRefused;
      this.#dispatch({ type: "refused", error: known ? reason.error : null, retryable: known ? reason.retryable : true });
    }
  }

  #open(ticket: string): void {
    const socket = this.world.socket();
    this.#socket = socket;
    const current = () => this.#socket === socket;
    socket.onopen = () => current() && this.#dispatch({ type: "opened", ticket });
    socket.onclose = () => current() && this.#dispatch({ type: "closed" });
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (!current() || typeof event.data !== "string") return;
      this.#watch();
      this.#dispatch({ type: "message", message: JSON.parse(event.data) as ServerMessage });
    };
    this.#watch();
  }

  #watch(): void {
    this.#cancelWatch();
    this.#cancelWatch = this.world.later(SILENCE_MS, () => this.#dispatch({ type: "silent" }));
  }

  #drop(): void {
    this.#cancelWatch();
    this.#cancelRetry();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #deliver(message: Extract<ServerMessage, { type: "page" | "progress" | "imports" }>): void {
    switch (message.type) {
      case "imports":
        this.#tell((listener) => listener.imports?.(message.datasets));
        break;
      case "progress":
        this.#tell((listener) => listener.progress?.(message.sub, message.done, message.of));
        break;
      case "page": {
        const rows = appendRows(this.#pages.get(message.request) ?? noRows(), message.rows);
        if (!message.last) {
          this.#pages.set(message.request, rows);
          return;
        }
        this.#pages.delete(message.request);
        const { sub, request, version, next } = message;
        this.#tell((listener) => listener.page?.({ sub, request, version, next, rows }));
        break;
      }
    }
  }

  #tell(call: (listener: Listener) => void): void {
    for (const listener of [...this.#listeners]) call(listener);
  }
}

/** The connection of a page: ticket by HTTP, socket on the same origin. */
export function browserWorld(ticket: () => Promise<string>): World {
  return {
    ticket,
    socket: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, SUBPROTOCOL),
    random: Math.random,
    later: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
