/**
 * Colours of groups: eight hues that stay apart for the colour-blind and have 3:1 contrast on both themes. A group has
 * the same colour wherever it appears, and groups of one family differ as long as the family has no more than eight.
 */

export const HUES = 8;

/** Class that carries the colour in CSS: `series-0` to `series-7`, `series-all` for everybody. */
export type SeriesClass = string;

interface Named {
  name: string;
  family: string;
  value: string;
}

/** By fully qualified name; within a family a hue that is taken moves the next group on, in order of their names. */
export function paletteOf(groups: readonly Named[]): Map<string, SeriesClass> {
  const families = new Map<string, Named[]>();
  for (const group of groups) {
    const key = group.name.slice(0, group.name.length - group.value.length);
    families.set(key, [...(families.get(key) ?? []), group]);
  }
  const classes = new Map<string, SeriesClass>();
  for (const family of families.values()) {
    const taken = new Set<number>();
    for (const group of [...family].sort((a, b) => (a.value < b.value ? -1 : 1))) {
      if (group.family === "all") {
        classes.set(group.name, "series-all");
        continue;
      }
      let hue = hash(group.value.toUpperCase()) % HUES;
      if (taken.size < HUES) while (taken.has(hue)) hue = (hue + 1) % HUES;
      taken.add(hue);
      classes.set(group.name, `series-${hue}`);
    }
  }
  return classes;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
