/** The widths of timestamps that serve as numbers: seconds and minutes of the calendar, milliseconds of Unix time. */
const TIMESTAMPS: Readonly<Record<number, (now: Date) => string>> = {
  14: (now) => calendar(now).slice(0, 14),
  13: (now) => String(now.getTime()),
  12: (now) => calendar(now).slice(0, 12),
};

const FIRST = "0001";

/**
 * The number that follows those of the files in a folder, in their own manner: as wide as the newest, or a timestamp
 * where that is one.
 *
 * @param names of files and folders; those without a number do not count
 */
export function nextNumber(names: readonly string[], now: Date): string {
  const numbers = names.flatMap((name) => /^[Vv]?(\d+)(?![\p{L}\p{N}])/u.exec(name)?.[1] ?? []);
  const newest = numbers.reduce<string | undefined>(
    (greatest, number) => (greatest === undefined || BigInt(number) > BigInt(greatest) ? number : greatest),
    undefined,
  );
  if (newest === undefined) {
    return FIRST;
  }
  const timestamp = TIMESTAMPS[newest.length]?.(now);
  const following = BigInt(newest) + 1n;
  const next = timestamp !== undefined && BigInt(timestamp) > following ? timestamp : String(following);
  return next.padStart(newest.length, "0");
}

/** `20240131235959…` in UTC. */
function calendar(now: Date): string {
  return now.toISOString().replace(/\D/g, "");
}
