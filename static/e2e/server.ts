/** The real server, with a database and a data folder of its own, and a proxy in front whose wire can be cut. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = process.env["ALLELECAST_STATIC"] ?? ".";

/** The binary: `ALLELECAST_SERVER`, or the one built last. */
function binary(): string {
  const named = process.env["ALLELECAST_SERVER"];
  if (named) return named;
  const built = ["debug", "release"].map((profile) => join(root, "../target", profile, "allelecast-server")).filter(existsSync);
  const newest = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (!newest) throw new Error("no allelecast-server: run `cargo build`, or name one in ALLELECAST_SERVER");
  return newest;
}

export class TestServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Address of the proxy; browsers go there. */
    readonly url: string,
    readonly wire: Wire,
    private readonly log: string[],
  ) {}

  static async start(): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), "allelecast-e2e-"));
    const wire = await Wire.open();
    const args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", join(folder, "data"), "--static-dir", join(root, "dist"), "--allow-origin", wire.url];
    // The embedded database, whatever the environment says.
    const env = { ...process.env };
    delete env["DATABASE_URL"];
    const child = spawn(binary(), args, { stdio: ["ignore", "pipe", "pipe"], env });
    const log: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => log.push(chunk.toString()));
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /ready at {2}(http:\S+)/.exec(said);
        if (found?.[1]) resolve(found[1]);
      });
      child.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log.join("")}`)));
    });
    wire.lead(Number(new URL(address).port));
    return new TestServer(child, folder, wire.url, wire, log);
  }

  async stop(): Promise<void> {
    this.wire.close();
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
    // As root the database lies elsewhere, in a folder that belongs to this data folder alone.
    const database = /private PostgreSQL database folder=(\S+)/.exec(this.log.join(""))?.[1];
    if (database) rmSync(database, { recursive: true, force: true });
  }
}

/** A TCP proxy. */
export class Wire {
  #target = 0;
  #cut = false;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const wire = new Wire(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("connection", (socket) => wire.#join(socket));
    return wire;
  }

  lead(port: number): void {
    this.#target = port;
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  #join(inner: Socket): void {
    if (this.#cut) {
      inner.destroy();
      return;
    }
    const outer = connect(this.#target, "127.0.0.1");
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
