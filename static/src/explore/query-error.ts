/** The error of a query, with the part of the text that it speaks of underlined. */

import type { ApiError } from "../protocol/ApiError";
import { h } from "../ui/dom";

/** Text before, in and after the span, which counts characters, not UTF-16 units. */
export function splitAt(text: string, span: { start: number; end: number }): [string, string, string] {
  const characters = Array.from(text);
  const end = Math.max(span.end, span.start);
  return [characters.slice(0, span.start).join(""), characters.slice(span.start, end).join(""), characters.slice(end).join("")];
}

export function queryError(query: string, error: ApiError): HTMLElement {
  const parts = error.span && splitAt(query, error.span);
  return h(
    "div",
    { class: "query-error", role: "alert", id: "query-error" },
    parts && h("code", { class: "query-echo" }, parts[0], h("mark", {}, parts[1] || " "), parts[2]),
    h("p", {}, h("strong", {}, error.message), error.hint ? ` ${error.hint}` : ""),
  );
}
