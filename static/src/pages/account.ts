/** The forms of the login and the register page. */

import { api, ApiFailure, describe, nextPath } from "../api";
import type { ApiError } from "../protocol/ApiError";
import { need, replace, textOf } from "../ui/dom";
import { startShell } from "../ui/shell";

startShell();

const form = need<HTMLFormElement>("#account-form");
const button = need<HTMLButtonElement>("button[type=submit]", form);
const register = form.dataset["action"] === "register";

// The way on is kept from one page to the other.
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-keep-next]")) link.search = location.search;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});

async function submit(): Promise<void> {
  clearErrors();
  const value = (name: string) => textOf(form, name);
  if (register && value("password").length < 10) {
    showError({ code: "invalid_field", field: "password", message: "The password is too short.", hint: "Use at least ten characters." });
    return;
  }
  button.disabled = true;
  try {
    const email = value("email").trim();
    if (register) await api.register(email, value("password"), value("name").trim());
    else await api.login(email, value("password"));
    location.assign(nextPath(location.search, location.origin));
  } catch (reason) {
    showError(describe(reason), reason instanceof ApiFailure ? reason.status : 0);
    button.disabled = false;
  }
}

function clearErrors(): void {
  for (const input of form.querySelectorAll("input")) {
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    replace(need(`#${input.id}-error`));
  }
  replace(need("#form-error"));
}

function showError(error: ApiError, status = 422): void {
  const text = error.hint ? `${error.message} ${error.hint}` : error.message;
  const input = error.field && status !== 401 ? form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(error.field)}"]`) : null;
  if (!input) {
    replace(need("#form-error"), text);
    return;
  }
  input.classList.add("is-invalid");
  input.setAttribute("aria-invalid", "true");
  replace(need(`#${input.id}-error`), text);
  input.focus();
}
