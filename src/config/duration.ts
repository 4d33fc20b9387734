/** `"500ms"`, `"2s"`, `"5m"`, `"1h"`, or a number of milliseconds. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Timers of Node and settings of PostgreSQL end here (24.8 days). */
export const LONGEST_DURATION_MS = 2_147_483_647;

/** @returns milliseconds, or undefined when the value is no duration */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === "number" ? value : typeof value === "string" ? fromText(value) : undefined;
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 && ms <= LONGEST_DURATION_MS ? Math.round(ms) : undefined;
}

/** A bare number is taken for milliseconds: an environment variable cannot hold anything but text. */
function fromText(text: string): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text);
  const unit = UNITS[parts?.[2] === "" ? "ms" : (parts?.[2] ?? "")];
  return unit === undefined ? undefined : Number(parts?.[1]) * unit;
}
