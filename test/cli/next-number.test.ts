import { expect, test } from "vitest";
import { nextNumber } from "../../src/cli/next-number.ts";

const now = new Date("2026-03-04T05:06:07.089Z");

test.each([
  ["an empty folder", [], "0001"],
  ["files that have no number", ["README.md", "schema.sql"], "0001"],
  ["four digits", ["0001_a.sql", "0009_b.sql", "0009_b.down.sql"], "0010"],
  ["no leading zeros", ["1_a.sql", "9_b.sql"], "10"],
  ["a number that outgrows its width", ["98_a.sql", "99_b.sql"], "100"],
  ["the newest by value, not by spelling", ["9_a.sql", "10_b.sql"], "11"],
  ["two widths: that of the newest", ["0001_a.sql", "000002_b.sql"], "000003"],
  ["calendar timestamps", ["20240102030405_a.sql"], "20260304050607"],
  ["timestamps to the minute", ["202401020304_a.sql"], "202603040506"],
  ["Unix time in milliseconds", ["1704186000000_a.sql"], "1772600767089"],
  ["a timestamp of the future", ["20990102030405_a.sql"], "20990102030406"],
  ["folders that are migrations", ["20240102030405_a", "migration_lock.toml"], "20260304050607"],
  ["versions with a V", ["V1__a.sql", "V10__b.sql"], "11"],
  ["digits that belong to a word", ["2fa.sql", "0001_a.sql"], "0002"],
])("%s", (_, names, expected) => {
  expect(nextNumber(names, now)).toBe(expected);
});
