/** What every page has: theme switch, account menu, build badge. */

import { api } from "../api";
import { applyTheme, chooseTheme, themeChoice } from "./theme";
import type { ThemeChoice } from "./theme";

export function startShell(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>("input[name=theme]")) {
    input.checked = input.value === themeChoice();
    input.addEventListener("change", () => chooseTheme(input.value as ThemeChoice));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyTheme());
  window.addEventListener("storage", () => applyTheme());

  const menu = document.querySelector<HTMLDetailsElement>("#account-menu");
  document.addEventListener("click", (event) => {
    if (menu && event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.querySelector("#log-out")?.addEventListener("click", () => {
    void api.logout().finally(() => location.assign("/login"));
  });
}

/** Says in the header which reference build the page speaks of. */
export function setBuildBadge(build: string): void {
  const badge = document.querySelector<HTMLElement>("#build-badge");
  if (!badge) return;
  badge.textContent = build;
  badge.hidden = false;
}
