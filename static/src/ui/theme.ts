/** Dark, light, or what the system says; the choice is kept in this browser. */

export type ThemeChoice = "light" | "dark" | "system";

const KEY = "theme";

export function themeChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is off: the choice holds for this page.
  }
  applyTheme(choice);
}

export function applyTheme(choice: ThemeChoice = themeChoice()): void {
  const dark = choice === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : choice === "dark";
  document.documentElement.dataset["bsTheme"] = dark ? "dark" : "light";
}
