import assert from "node:assert/strict";
import test from "node:test";
import type { CheckProgress } from "../protocol/CheckProgress";
import { CheckRun, PIECE, WINDOW } from "./run";
import type { CheckSocket } from "./run";

class FakeSocket implements CheckSocket {
  onopen: CheckSocket["onopen"] = null;
  onmessage: CheckSocket["onmessage"] = null;
  onclose: CheckSocket["onclose"] = null;
  bytes = 0;
  texts: string[] = [];
  closed = false;

  send(data: ArrayBuffer | string): void {
    if (typeof data === "string") this.texts.push(data);
    else this.bytes += data.byteLength;
  }

  close(): void {
    this.closed = true;
  }

  hear(progress: Partial<CheckProgress>): void {
    const whole = { bytes: 0, lines: 0, vcf_version: null, findings: [], verdict: null, ...progress };
    this.onmessage?.({ data: JSON.stringify(whole) } as MessageEvent<string>);
  }
}

/** Lets what was begun go on until it waits. */
async function settle(): Promise<void> {
  for (let i = 0; i < 100; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

function begin(size: number) {
  const socket = new FakeSocket();
  const heard: string[] = [];
  const run = new CheckRun(new Blob([new Uint8Array(size)]), socket, {
    progress: ({ verdict }) => heard.push(verdict ?? "progress"),
    failed: ({ message }) => heard.push(message),
  });
  return { socket, heard, run };
}

test("no more than a window is on its way, and the end is told once", async () => {
  const size = WINDOW + 3 * PIECE + 5;
  const { socket, heard } = begin(size);
  assert.equal(socket.bytes, 0);
  socket.onopen?.(new Event("open"));
  await settle();
  assert.deepEqual([socket.bytes, socket.texts], [WINDOW, []]);
  socket.hear({ bytes: PIECE });
  await settle();
  assert.deepEqual([socket.bytes, socket.texts], [WINDOW + PIECE, []]);
  socket.hear({ bytes: WINDOW });
  await settle();
  assert.deepEqual([socket.bytes, socket.texts], [size, ["end"]]);
  socket.hear({ bytes: size, verdict: "accepted" });
  assert.ok(socket.closed);
  socket.onclose?.({ code: 1000, reason: "" } as CloseEvent);
  assert.deepEqual(heard, ["progress", "progress", "accepted"]);
});

test("an empty file has an end, a cancelled check says nothing more", async () => {
  const { socket, heard, run } = begin(0);
  socket.onopen?.(new Event("open"));
  await settle();
  assert.deepEqual([socket.bytes, socket.texts], [0, ["end"]]);
  run.stop();
  socket.hear({ verdict: "refused" });
  socket.onclose?.({ code: 1005, reason: "" } as CloseEvent);
  assert.deepEqual([heard, socket.closed], [[], true]);
});

test("a socket that breaks off is told with its reason", () => {
  const busy = begin(10);
  busy.socket.onclose?.({ code: 1006, reason: "" } as CloseEvent);
  const cut = begin(10);
  cut.socket.onopen?.(new Event("open"));
  cut.socket.onclose?.({ code: 1012, reason: "the server stops" } as CloseEvent);
  assert.deepEqual([busy.heard, cut.heard], [["The server did not take the file."], ["The check broke off: the server stops."]]);
});
