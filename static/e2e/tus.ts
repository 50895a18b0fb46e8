/** Uploads by hand, byte by byte, with the cookie of a page. */

import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import type { CreatedDataset } from "../src/protocol/CreatedDataset";
import type { NewDataset } from "../src/protocol/NewDataset";

export class Uploader {
  constructor(
    private readonly context: BrowserContext,
    private readonly url: string,
  ) {}

  async dataset(data: NewDataset): Promise<CreatedDataset> {
    return (await this.#call("POST", "/api/v1/datasets", { data })).json() as Promise<CreatedDataset>;
  }

  /** Announces a file; returns its address. */
  async create(dataset: number, filename: string, size: number): Promise<string> {
    const encode = (text: string) => Buffer.from(text).toString("base64");
    const headers = {
      "tus-resumable": "1.0.0",
      "upload-length": String(size),
      "upload-metadata": `dataset_id ${encode(String(dataset))},filename ${encode(filename)}`,
    };
    const location = (await this.#call("POST", "/api/v1/uploads", { headers })).headers()["location"];
    assert.ok(location, "an upload has an address");
    return new URL(location, this.url).pathname;
  }

  async append(path: string, offset: number, data: Buffer): Promise<void> {
    const headers = { "tus-resumable": "1.0.0", "upload-offset": String(offset), "content-type": "application/offset+octet-stream" };
    await this.#call("PATCH", path, { headers, data });
  }

  async complete(dataset: number): Promise<void> {
    await this.#call("POST", `/api/v1/datasets/${dataset}/complete`, {});
  }

  async #call(method: string, path: string, { headers = {}, data }: { headers?: Record<string, string>; data?: Buffer | NewDataset }) {
    const response = await this.context.request.fetch(this.url + path, { method, headers: { origin: this.url, ...headers }, ...(data ? { data } : {}) });
    assert.ok(response.ok(), `${method} ${path}: ${response.status()} ${await response.text()}`);
    return response;
  }
}
