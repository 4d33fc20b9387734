/** `14 GB`, `830 MB`, `16 kB`. */
export function bytesInWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${short(bytes / 1024 ** power)} ${units[power]}`;
}

/** `62 M rows`, `1.5 k rows`, `1 row`. */
export function rowsInWords(rows: number): string {
  const [size, unit] = rows >= 1e9 ? [1e9, " G"] : rows >= 1e6 ? [1e6, " M"] : rows >= 1e4 ? [1e3, " k"] : [1, ""];
  return `${short(rows / size)}${unit} ${rows === 1 ? "row" : "rows"}`;
}

/** `about 4 minutes`, `less than a second`. */
export function secondsInWords(seconds: number): string {
  if (seconds < 1) {
    return "less than a second";
  }
  const [count, unit] =
    seconds < 90 ? [seconds, "second"] : seconds < 90 * 60 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const rounded = Math.round(count);
  return `about ${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}

const short = (value: number): string =>
  value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
