/** `"500ms"`, `"2s"`, `"5m"`, `"1h"`, or a number of milliseconds. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Timers of Node and settings of PostgreSQL end here (24.8 days). */
export const LONGEST_DURATION_MS = 2_147_483_647;

/** An age may be longer than a timer: `"7d"`, `"2w"`. */
export type Age = Duration | `${number}d` | `${number}w`;

const AGES: Readonly<Record<string, number>> = { d: 86_400_000, w: 604_800_000 };
/** Ten years. */
const LONGEST_AGE_MS = 3_650 * 86_400_000;

/** @returns milliseconds, or undefined when the value is no age */
export function parseAge(value: unknown): number | undefined {
  const ms = typeof value === "number" ? value : typeof value === "string" ? fromText(value, AGES) : undefined;
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 && ms <= LONGEST_AGE_MS ? Math.round(ms) : undefined;
}

/** @returns milliseconds, or undefined when the value is no duration */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === "number" ? value : typeof value === "string" ? fromText(value) : undefined;
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 && ms <= LONGEST_DURATION_MS ? Math.round(ms) : undefined;
}

/** A bare number is taken for milliseconds: an environment variable cannot hold anything but text. */
function fromText(text: string, more: Readonly<Record<string, number>> = {}): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text);
  const unit = { ...UNITS, ...more }[parts?.[2] === "" ? "ms" : (parts?.[2] ?? "")];
  return unit === undefined ? undefined : Number(parts?.[1]) * unit;
}
