/** Says things to screen readers, at most one every two seconds, always the newest. */

import { h } from "./dom";

const PAUSE_MS = 2000;

let region: HTMLElement | null = null;
let waiting: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  region ??= document.body.appendChild(h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" }));
  if (timer !== undefined) {
    waiting = text;
    return;
  }
  say(text);
}

function say(text: string): void {
  if (region && region.textContent !== text) region.textContent = text;
  timer = setTimeout(() => {
    timer = undefined;
    const next = waiting;
    waiting = null;
    if (next !== null) say(next);
  }, PAUSE_MS);
}
