const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `3 hours`, `2 days`: the largest unit of which there is just one or two at least, rounded down. */
export function ageInWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [unit, size] = UNITS.find(([, one]) => whole === one || whole >= 2 * one) ?? (["second", 1] as const);
  const count = Math.floor(whole / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
