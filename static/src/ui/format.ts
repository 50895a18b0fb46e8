/** Numbers as they are shown: thousands in groups, the same digits everywhere. */

const grouped = new Intl.NumberFormat("en-US");

export function count(n: number): string {
  return grouped.format(n);
}

/** `1 allele`, `2 alleles`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A frequency with three significant digits, never rounded up to 1 nor down to 0. */
export function frequency(af: number): string {
  if (af === 0) return "0";
  if (af === 1) return "1";
  if (af > 0.999) return "0.999";
  if (af < 0.0001) return af.toExponential(1).replace("e-", "e−");
  return String(Number(af.toPrecision(3)));
}

export function percent(fraction: number): string {
  if (fraction > 0 && fraction < 0.001) return "< 0.1 %";
  if (fraction < 1 && fraction > 0.999) return "> 99.9 %";
  const value = fraction * 100;
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} %`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function bytes(n: number): string {
  let unit = 0;
  while (n >= 1000 && unit < UNITS.length - 1) {
    n /= 1000;
    unit += 1;
  }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** `12k`, `3.4M` for axes. */
export function short(n: number): string {
  if (n >= 1e6) return `${Number((n / 1e6).toPrecision(3))}M`;
  if (n >= 1e3) return `${Number((n / 1e3).toPrecision(3))}k`;
  return String(n);
}

export function moment(rfc3339: string): string {
  const date = new Date(rfc3339);
  return Number.isNaN(date.getTime()) ? rfc3339 : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
