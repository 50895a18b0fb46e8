/**
 * Calls to the HTTP interface.
 *
 * Invariant: every failure is an `ApiFailure` with words for a person; 401 outside the account pages leads to login.
 */

import type { Account } from "./protocol/Account";
import type { ApiError } from "./protocol/ApiError";
import type { CreatedDataset } from "./protocol/CreatedDataset";
import type { Dataset } from "./protocol/Dataset";
import type { ErrorBody } from "./protocol/ErrorBody";
import type { Export } from "./protocol/Export";
import type { FindingsPage } from "./protocol/FindingsPage";
import type { Group } from "./protocol/Group";
import type { GroupUpdate } from "./protocol/GroupUpdate";
import type { InfoGroupOffer } from "./protocol/InfoGroupOffer";
import type { InfoGroupsRequest } from "./protocol/InfoGroupsRequest";
import type { NewDataset } from "./protocol/NewDataset";
import type { NewExport } from "./protocol/NewExport";
import type { NewGroup } from "./protocol/NewGroup";
import type { PanelPreview } from "./protocol/PanelPreview";
import type { Severity } from "./protocol/Severity";
import type { PanelPreviewRequest } from "./protocol/PanelPreviewRequest";
import type { SamplePage } from "./protocol/SamplePage";
import type { WsTicket } from "./protocol/WsTicket";
import { TicketRefused } from "./live/connection";

const BASE = "/api/v1";

export class ApiFailure extends Error {
  constructor(
    /** HTTP status, 0 when the server was not reached. */
    readonly status: number,
    readonly error: ApiError,
  ) {
    super(error.message);
  }
}

const unreachable: ApiError = {
  code: "unavailable",
  message: "The server did not answer.",
  hint: "Check the connection and try again.",
};

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, headers: { accept: "application/json" }, credentials: "same-origin" };
  if (body instanceof Blob) {
    init.body = body;
  } else if (body !== undefined) {
    init.headers = { accept: "application/json", "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch {
    throw new ApiFailure(0, unreachable);
  }
  if (!response.ok) throw new ApiFailure(response.status, await readError(response));
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined as T;
  return (await response.json()) as T;
}

async function readError(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as ErrorBody;
    if (body.error.message) return body.error;
  } catch {
    // Something between here and the server answered in its own words.
  }
  return { code: "internal", message: `The server answered ${response.status} ${response.statusText}.`.trim() };
}

/** A query string of what is given. */
function parameters(values: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, String(value)]]));
  return new URLSearchParams(given).toString();
}

export const api = {
  login: (email: string, password: string) => call<Account>("POST", "/account/login", { email, password }),
  register: (email: string, password: string, name: string) =>
    call<Account>("POST", "/account/register", name ? { email, password, name } : { email, password }),
  logout: () => call<void>("POST", "/account/logout"),
  datasets: () => call<Dataset[]>("GET", "/datasets"),
  dataset: (id: number) => call<Dataset>("GET", `/datasets/${id}`),
  createDataset: (dataset: NewDataset) => call<CreatedDataset>("POST", "/datasets", dataset),
  replaceCallable: (id: number, bed: Blob) => call<Dataset>("PUT", `/datasets/${id}/callable`, bed),
  completeDataset: (id: number) => call<void>("POST", `/datasets/${id}/complete`),
  deleteDataset: (id: number) => call<void>("DELETE", `/datasets/${id}`),
  cancelFile: (id: number) => call<void>("POST", `/files/${id}/cancel`),
  retryFile: (id: number) => call<void>("POST", `/files/${id}/retry`),
  findings: (id: number, wanted: { rule?: string; severity?: Severity; after?: string | null; limit: number }) => call<FindingsPage>("GET", `/datasets/${id}/findings?${parameters(wanted)}`),
  previewPanel: (request: PanelPreviewRequest) => call<PanelPreview>("POST", "/panel/preview", request),
  previewInfoGroups: (request: InfoGroupsRequest) => call<InfoGroupOffer[]>("POST", "/info-groups/preview", request),
  samples: (id: number, after: string | null) => call<SamplePage>("GET", `/datasets/${id}/samples${after === null ? "" : `?after=${encodeURIComponent(after)}`}`),
  createGroup: (group: NewGroup) => call<Group>("POST", "/groups", group),
  changeGroup: (id: number, update: GroupUpdate) => call<Group>("PATCH", `/groups/${id}`, update),
  deleteGroup: (id: number) => call<void>("DELETE", `/groups/${id}`),
  createExport: (wanted: NewExport) => call<Export>("POST", "/exports", wanted),
  export: (id: string) => call<Export>("GET", `/exports/${id}`),
  deleteExport: (id: string) => call<void>("DELETE", `/exports/${id}`),
  loadDemo: () => call<CreatedDataset>("POST", "/demo"),
};

/** A ticket for one `hello`. */
export async function wsTicket(): Promise<string> {
  try {
    return (await call<WsTicket>("POST", "/ws-ticket")).ticket;
  } catch (reason) {
    if (!(reason instanceof ApiFailure)) throw reason;
    throw new TicketRefused(reason.error, reason.status === 0 || reason.status >= 500 || reason.status === 429);
  }
}

/** Words for whatever was thrown. */
export function describe(reason: unknown): ApiError {
  if (reason instanceof ApiFailure) return reason.error;
  return { code: "internal", message: "This page stumbled over a fault of its own.", hint: "Reload it." };
}

/** Where to go once signed in; an address of another origin is not accepted. */
export function nextPath(search: string, origin: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  try {
    const url = new URL(next, origin);
    return url.origin === origin && next.startsWith("/") ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}

/** Leads to the login page when the failure says that nobody is signed in. */
export function loginIfSignedOut(reason: unknown): boolean {
  if (!(reason instanceof ApiFailure) || reason.status !== 401) return false;
  goToLogin();
  return true;
}

export function goToLogin(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}
