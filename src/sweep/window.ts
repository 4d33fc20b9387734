import type { SweepWindow } from "./sweep-policy.ts";

/** @param now ms since 1970 */
export function isWithin({ from, to, timeZone = "UTC" }: SweepWindow, now: number): boolean {
  const time = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(now);
  return from <= to ? from <= time && time < to : time >= from || time < to;
}
