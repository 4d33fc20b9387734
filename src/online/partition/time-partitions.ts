import type { PartitionsInTime, RangeBound, RangePartition } from "../../migrations/partition-steps.ts";

interface Length {
  readonly months: number;
  readonly hours: number;
}

const LENGTHS: Readonly<Record<string, Length & { readonly name: (at: Date) => string }>> = {
  hour: { months: 0, hours: 1, name: (at) => iso(at).slice(0, 13) },
  day: { months: 0, hours: 24, name: (at) => iso(at).slice(0, 10) },
  week: { months: 0, hours: 168, name: (at) => iso(at).slice(0, 10) },
  month: { months: 1, hours: 0, name: (at) => iso(at).slice(0, 7) },
  quarter: { months: 3, hours: 0, name: (at) => iso(at).slice(0, 7) },
  year: { months: 12, hours: 0, name: (at) => iso(at).slice(0, 4) },
};

const HOUR = 3_600_000;
/** A Monday: multiples of a week, a day and an hour from here on begin where those do. */
const MONDAY = Date.UTC(1969, 11, 29);

const iso = (at: Date): string => at.toISOString();

/** Stretches of time of one length, one behind the other. */
export interface Stretches {
  /** Where the stretch begins in which a moment is. */
  readonly startOf: (at: Date) => Date;
  /** Where the one begins that is so many behind the one that begins here. */
  readonly next: (start: Date, count?: number) => Date;
  /** By which it is told from others, such as `2027_01`. */
  readonly nameOf: (start: Date) => string;
}

/** @param every such as `1 month`, in the form that the step's check lets through */
export function stretches(every: string): Stretches {
  const [count = "1", unit = "month"] = every.trim().split(" ");
  const { months, hours, name } = LENGTHS[unit.replace(/s$/, "")] ?? { months: 1, hours: 0, name: iso };
  const [manyMonths, manyHours] = [months * Number(count), hours * Number(count)];
  const nameOf = (start: Date): string => name(start).replaceAll(/[-T]/g, "_");
  if (manyMonths > 0) {
    const monthsOf = (at: Date): number => at.getUTCFullYear() * 12 + at.getUTCMonth();
    const inMonth = (month: number): Date => new Date(Date.UTC(Math.floor(month / 12), month % 12, 1));
    return {
      startOf: (at) => inMonth(Math.floor(monthsOf(at) / manyMonths) * manyMonths),
      next: (start, many = 1) => inMonth(monthsOf(start) + many * manyMonths),
      nameOf,
    };
  }
  const length = manyHours * HOUR;
  return {
    startOf: (at) => new Date(MONDAY + Math.floor((at.getTime() - MONDAY) / length) * length),
    next: (start, many = 1) => new Date(start.getTime() + many * length),
    nameOf,
  };
}

/**
 * The partitions from a moment on, up to the one that is `ahead` beyond that of now. The first begins at the moment, also
 * where no stretch does.
 */
export function partitionsFrom(
  from: Date,
  { every, ahead }: PartitionsInTime,
  { table, now }: { readonly table: string; readonly now: Date },
): readonly (RangePartition & { readonly from: string; readonly to: string })[] {
  const { startOf, next, nameOf } = stretches(every);
  const end = next(startOf(now), ahead + 1);
  const made: (RangePartition & { readonly from: string; readonly to: string })[] = [];
  for (let start = from; start < end; ) {
    const to = next(startOf(start));
    made.push({ name: `${table}_${nameOf(start)}`, from: momentText(start), to: momentText(to) });
    start = to;
  }
  return made;
}

/** With its zone, by which `date` and `timestamp` do not go. */
const momentText = (at: Date): string => iso(at).replace("T", " ").replace(".000Z", "+00").replace("Z", "+00");

/** The moment that a bound in SQL names: in UTC where it names no zone. */
export function momentOf(text: string): Date | undefined {
  const found = /^(\d{4,6}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    text.trim(),
  );
  if (found === null) return undefined;
  const [, day = "", time = "00:00", zone = "Z"] = found;
  const at = new Date(`${day}T${time}${zone.length === 3 ? `${zone}:00` : zone}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Types of columns with a time in them. */
export const IN_TIME = /^(date|timestamp(\(\d\))? with(out)? time zone)$/;

/** Bounds in time as they are meant, whatever the session's time zone is. */
export function inUtc(range: Omit<RangePartition, "name">): Omit<RangePartition, "name"> {
  const text = (bound: RangeBound): RangeBound => {
    const [value] = [bound].flat();
    const at = typeof value === "string" ? momentOf(value) : undefined;
    return at === undefined ? bound : momentText(at);
  };
  return {
    ...(range.from === undefined ? {} : { from: text(range.from) }),
    ...(range.to === undefined ? {} : { to: text(range.to) }),
  };
}

/** The ends of a bound over one column, so that the same ones are equal however they are written. */
export function sidesOf(bound: string): { readonly from: string | number; readonly to: string | number } | undefined {
  const [, from, to] = /FROM \((.*)\) TO \((.*)\)\s*$/i.exec(bound) ?? [];
  return from === undefined || to === undefined ? undefined : { from: comparable(from), to: comparable(to) };
}

function comparable(side: string): string | number {
  const quoted = /^'(.*)'/.exec(side.trim())?.[1];
  if (quoted === undefined) return side.trim().toUpperCase();
  return momentOf(quoted)?.getTime() ?? quoted;
}
