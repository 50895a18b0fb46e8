/**
 * Sends a file to be judged, piece by piece, and hears how far it is.
 *
 * Invariant: no more than a window of bytes is on its way, so the file is never held in memory; closing the socket
 * ends the check.
 */

import type { ApiError } from "../protocol/ApiError";
import type { CheckProgress } from "../protocol/CheckProgress";
import type { Profile } from "../protocol/Profile";

const SUBPROTOCOL = "allelecast.check.v1";
/** Bytes of one message. */
export const PIECE = 256 * 1024;
/** Bytes sent and not yet judged. */
export const WINDOW = 16 * PIECE;

/** The part of a WebSocket that is used. */
export interface CheckSocket {
  send(data: ArrayBuffer | string): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

export interface CheckListener {
  progress(progress: CheckProgress): void;
  failed(error: ApiError): void;
}

export class CheckRun {
  #sent = 0;
  #judged = 0;
  #reading = false;
  #ended = false;
  #opened = false;

  constructor(
    private readonly file: Blob,
    private readonly socket: CheckSocket,
    private readonly listener: CheckListener,
  ) {
    socket.onopen = () => {
      this.#opened = true;
      void this.#feed();
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data) as CheckProgress);
    socket.onclose = ({ reason }) => this.#fail(this.#opened ? `The check broke off${reason ? `: ${reason}` : ""}.` : "The server did not take the file.", this.#opened ? "Try again." : "It may be busy with other files. Try again in a moment.");
  }

  stop(): void {
    this.#ended = true;
    this.socket.close();
  }

  #hear(progress: CheckProgress): void {
    if (this.#ended) return;
    this.#judged = progress.bytes;
    if (progress.verdict !== null) this.stop();
    this.listener.progress(progress);
    void this.#feed();
  }

  async #feed(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#ended && this.#sent <= this.file.size && this.#sent - this.#judged < WINDOW) {
        const piece = await this.file.slice(this.#sent, this.#sent + PIECE).arrayBuffer();
        if (this.#isOver()) return;
        if (piece.byteLength > 0) this.socket.send(piece);
        this.#sent += piece.byteLength;
        if (this.#sent < this.file.size) continue;
        this.socket.send("end");
        this.#sent = Infinity;
      }
    } catch {
      this.socket.close();
      this.#fail("The file cannot be read.", "It may have been moved or changed since it was chosen.");
    } finally {
      this.#reading = false;
    }
  }

  #isOver(): boolean {
    return this.#ended;
  }

  #fail(message: string, hint: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.listener.failed({ code: "unavailable", message, hint });
  }
}

/** A socket of this page's server. */
export function openCheck(filename: string, profile: Profile): CheckSocket {
  const query = new URLSearchParams({ profile, filename });
  return new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/check?${query.toString()}`, SUBPROTOCOL);
}
