const thousands = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const count = (value: number): string => thousands.format(value);

export function duration(ms: number): string {
  if (ms < 10 && !Number.isInteger(ms)) {
    return `${ms.toFixed(1)} ms`;
  }
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
