import { expect, test } from "vitest";
import { momentOf, partitionsFrom } from "../../src/online/partition/time-partitions.ts";

const now = new Date("2026-11-21T13:00:00Z");

const from = (moment: string, every: string, ahead: number): readonly string[] =>
  partitionsFrom(momentOf(moment) ?? now, { every, ahead }, { table: "t", now }).map(
    (one) => `${one.name} ${one.from} ${one.to}`,
  );

test("partitions begin where stretches of time do, and go on until those ahead", () => {
  expect(from("2026-12-01", "1 month", 2)).toEqual([
    "t_2026_12 2026-12-01 00:00:00+00 2027-01-01 00:00:00+00",
    "t_2027_01 2027-01-01 00:00:00+00 2027-02-01 00:00:00+00",
  ]);
  expect(from("2026-12-15 06:30+02", "1 quarter", 2)).toEqual([
    "t_2026_12 2026-12-15 04:30:00+00 2027-01-01 00:00:00+00",
    "t_2027_01 2027-01-01 00:00:00+00 2027-04-01 00:00:00+00",
    "t_2027_04 2027-04-01 00:00:00+00 2027-07-01 00:00:00+00",
  ]);
  expect(from("2026-11-16", "1 week", 1)).toEqual([
    "t_2026_11_16 2026-11-16 00:00:00+00 2026-11-23 00:00:00+00",
    "t_2026_11_23 2026-11-23 00:00:00+00 2026-11-30 00:00:00+00",
  ]);
  expect(from("2026-11-21 12:00", "1 hour", 1)).toEqual([
    "t_2026_11_21_12 2026-11-21 12:00:00+00 2026-11-21 13:00:00+00",
    "t_2026_11_21_13 2026-11-21 13:00:00+00 2026-11-21 14:00:00+00",
    "t_2026_11_21_14 2026-11-21 14:00:00+00 2026-11-21 15:00:00+00",
  ]);
  expect(from("2026-01-01", "1 year", 1)).toHaveLength(2);
  expect(from("2028-01-01", "1 year", 1)).toEqual([]);
});

test("what names no moment is none", () => {
  expect(["MAXVALUE", "2026-13-01", "next year", "infinity", ""].map(momentOf)).toEqual(Array(5).fill(undefined));
});
