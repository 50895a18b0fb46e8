/** The list of names that a person pastes: one a line, or divided by commas, semicolons or blanks. */

export function namesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== "");
}

/** The list with names added behind it, each once, or taken out. */
export function withNames(text: string, names: readonly string[], on: boolean): string {
  const listed = namesOf(text);
  const changed = new Set(names);
  const kept = on ? listed : listed.filter((name) => !changed.has(name));
  const known = new Set(kept);
  return [...kept, ...(on ? names.filter((name) => !known.has(name)) : [])].join("\n");
}
