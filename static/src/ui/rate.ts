/** The rate of something that grows, over the last few seconds. */

interface Mark {
  at: number;
  value: number;
}

const WINDOW_MS = 8000;

export class Rate {
  #marks: Mark[] = [];

  /** Notes that it stands at `value`; a step back (begun again) forgets what was before. */
  note(value: number, at: number): void {
    const last = this.#marks.at(-1);
    if (last && value < last.value) this.#marks = [];
    this.#marks.push({ at, value });
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > WINDOW_MS) this.#marks.shift();
  }

  /** Units a second, `null` while there is too little to tell. */
  perSecond(): number | null {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.at - first.at < 250) return null;
    return ((last.value - first.value) * 1000) / (last.at - first.at);
  }

  /** Seconds until `goal` at this rate, `null` where that cannot be told. */
  secondsLeft(goal: number): number | null {
    const rate = this.perSecond();
    const last = this.#marks.at(-1);
    return rate && last ? (goal - last.value) / rate : null;
  }
}
