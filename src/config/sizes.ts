/** `"64MB"`, `"1GB"`, or a number of bytes. */
export type Bytes = number | `${number}${"kB" | "MB" | "GB" | "TB"}`;

const UNITS: Readonly<Record<string, number>> = { "": 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };

/** @returns bytes, above 0; undefined when the value is no size */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  const [, number, unit = ""] =
    /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(typeof value === "string" ? value : "") ?? [];
  const size = UNITS[unit.toLowerCase()];
  return number === undefined || size === undefined || Number(number) === 0
    ? undefined
    : Math.round(Number(number) * size);
}
