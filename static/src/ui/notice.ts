/** An error or a remark with its next step. */

import type { ApiError } from "../protocol/ApiError";
import { h } from "./dom";

export function errorNotice(error: ApiError, action?: { label: string; run: () => void }): HTMLElement {
  return h(
    "div",
    { class: "notice notice-error", role: "alert" },
    h("p", {}, h("strong", {}, error.message), error.hint ? ` ${error.hint}` : ""),
    action && h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: () => action.run() }, action.label),
  );
}
