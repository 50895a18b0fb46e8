/**
 * Files on their way to the server by tus, one after the other: each is one streaming request, so that the server reads
 * the first records while the last are still here. Resumes where it was after an interruption, also after a reload.
 */

import { DetailedError, Upload } from "tus-js-client";
import type { ApiError } from "../protocol/ApiError";
import type { ErrorBody } from "../protocol/ErrorBody";
import type { VcfFile } from "../protocol/VcfFile";

export type TransferState = "waiting" | "sending" | "paused" | "sent" | "failed" | "cancelled";

export interface Transfer {
  readonly file: File;
  state: TransferState;
  sent: number;
  error: ApiError | null;
}

const ENDPOINT = "/api/v1/uploads";
/** Largest file whose SHA-256 is computed here: it has to be in memory as a whole. */
const MOST_DIGESTED = 256 * 1024 * 1024;
const RETRY_DELAYS_MS = [0, 500, 1000, 2000, 5000, 10_000, 20_000];

export class Transfers {
  readonly all: readonly Transfer[];
  #upload: Upload | null = null;
  #current: Transfer | null = null;

  constructor(
    private readonly dataset: number,
    files: readonly File[],
    private readonly known: readonly VcfFile[],
    private readonly changed: () => void,
    private readonly finished: () => void,
  ) {
    this.all = files.map((file) => ({ file, state: "waiting", sent: 0, error: null }));
  }

  /** Whether leaving the page would interrupt something. */
  get busy(): boolean {
    return this.all.some(({ state }) => state === "waiting" || state === "sending" || state === "paused");
  }

  start(): void {
    void this.#next();
  }

  async pause(): Promise<void> {
    if (this.#current?.state !== "sending") return;
    this.#current.state = "paused";
    this.changed();
    await this.#upload?.abort();
  }

  /** Goes on after a pause or an error, from the last byte that arrived. */
  resume(): void {
    if (!this.#current || !this.#upload) return;
    this.#current.state = "sending";
    this.#current.error = null;
    this.changed();
    this.#upload.start();
  }

  /** Gives the current file up, on the server too, and goes on with the next. */
  async cancel(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    current.state = "cancelled";
    this.changed();
    try {
      await this.#upload?.abort(true);
    } catch {
      // The server forgets an upload that stays away by itself.
    }
    await this.#next();
  }

  async #next(): Promise<void> {
    const transfer = this.all.find(({ state }) => state === "waiting") ?? null;
    this.#current = transfer;
    if (!transfer) {
      this.changed();
      this.finished();
      return;
    }
    transfer.state = "sending";
    this.changed();
    const sha256 = await this.#digest(transfer.file);
    const upload = new Upload(transfer.file, {
      endpoint: ENDPOINT,
      metadata: { dataset_id: String(this.dataset), filename: transfer.file.name, ...(sha256 ? { sha256 } : {}) },
      retryDelays: RETRY_DELAYS_MS,
      onShouldRetry: mayPass,
      removeFingerprintOnSuccess: true,
      // A file is the same upload only within its dataset.
      fingerprint: (file: File) => Promise.resolve(["vcf", this.dataset, file.name, file.size, file.lastModified].join("|")),
      onProgress: (sent) => {
        transfer.sent = sent;
        this.changed();
      },
      onSuccess: () => {
        transfer.state = "sent";
        transfer.sent = transfer.file.size;
        void this.#next();
      },
      onError: (reason) => {
        if (transfer.state === "cancelled") return;
        transfer.state = "failed";
        transfer.error = uploadError(reason);
        this.changed();
      },
    });
    this.#upload = upload;
    const [before] = await upload.findPreviousUploads();
    if (before) upload.resumeFromPreviousUpload(before);
    if (transfer.state === "sending") upload.start();
  }

  /** The SHA-256 of a file where the dataset has one of its length: the same bytes are then refused before they are sent. */
  async #digest(file: File): Promise<string | null> {
    const alike = this.known.some(({ size, received, state }) => size === file.size && received === size && state !== "failed" && state !== "cancelled");
    // Pages that came over plain HTTP from elsewhere have no digests; the server compares the bytes then.
    if (!alike || file.size > MOST_DIGESTED || !("subtle" in crypto)) return null;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** Whether the same may be accepted later: a conflict is another writer, or our own broken connection, unless nothing was begun. */
function mayPass(reason: DetailedError): boolean {
  const status = reason.originalResponse?.getStatus() ?? 0;
  if (status < 400 || status >= 500) return true;
  return (status === 409 || status === 423) && reason.originalRequest.getMethod() !== "POST";
}

/** The server's own words where it gave any. */
function uploadError(reason: Error): ApiError {
  if (reason instanceof DetailedError && reason.originalResponse) {
    try {
      return (JSON.parse(reason.originalResponse.getBody()) as ErrorBody).error;
    } catch {
      return { code: "internal", message: `The server answered ${reason.originalResponse.getStatus()}.` };
    }
  }
  return { code: "unavailable", message: "The connection was lost.", hint: "What has arrived is kept; go on when the server can be reached." };
}
