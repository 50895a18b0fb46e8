/** Something on its way to a size: a bar, and in words how far, how fast, how long still. */

import { bytes, duration } from "./format";
import type { Rate } from "./rate";

export function setBar(bar: HTMLProgressElement, value: number, size: number | null): void {
  if (size === null || size === 0) bar.removeAttribute("value");
  else bar.value = Math.min(1, value / size);
}

export function progressText(value: number, size: number | null, rate: Rate): string {
  const of = size === null ? bytes(value) : `${bytes(value)} of ${bytes(size)}`;
  if (size !== null && value >= size) return of;
  const speed = rate.perSecond();
  const left = size === null ? null : rate.secondsLeft(size);
  return [of, speed ? `${bytes(speed)}/s` : "", left !== null && speed ? `${duration(left)} left` : ""].filter((part) => part !== "").join(" · ");
}
