import { describe, expect, test } from "vitest";
import {
  btreeBytes,
  entryBytes,
  hashBytes,
  heapBytesOf,
  logOfInsert,
  PAGE,
  rowBytes,
  rowsOnPage,
  type Shape,
} from "../../../src/safety/estimate/storage.ts";

const fixed = (width: number, align: Shape["align"] = 4, nulls = 0): Shape => ({ width, align, isFixed: true, nulls });

describe("rows on pages", () => {
  test.each([
    ["one integer", [fixed(4)], 32],
    ["an integer and a bigint, which is aligned", [fixed(4), fixed(8, 8)], 40],
    ["a bigint and an integer", [fixed(8, 8), fixed(4)], 40],
    [
      "nine columns of which one is always null: the bitmap takes eight bytes more",
      [...Array(8).fill(fixed(4)), fixed(4, 4, 1)],
      64,
    ],
  ])("%s", (_, shapes, bytes) => {
    expect(rowBytes(shapes)).toBe(bytes);
  });

  test("226 rows of one integer fit on a page, as PostgreSQL puts them", () => {
    expect(rowsOnPage(32)).toBe(226);
    expect(heapBytesOf(226, 32)).toBe(PAGE);
    expect(heapBytesOf(227, 32)).toBe(2 * PAGE);
    expect(heapBytesOf(0, 32)).toBe(0);
  });

  test("half a fillfactor takes twice the pages", () => {
    expect(heapBytesOf(100_000, 32, 50) / heapBytesOf(100_000, 32)).toBeCloseTo(2, 1);
  });
});

describe("B-trees", () => {
  const keys = [fixed(4)];

  test("an entry of an integer is of the length of one of a bigint", () => {
    expect(entryBytes(keys)).toBe(16);
    expect(entryBytes([fixed(8, 8)])).toBe(16);
  });

  test("a primary key of a million integers takes 2745 pages, as PostgreSQL builds it", () => {
    const pages = btreeBytes(1_000_000, { keys, sharing: 1, fillfactor: 90 }) / PAGE;
    expect(Math.abs(pages - 2_745)).toBeLessThan(30);
  });

  test("keys that many rows share are kept once, and no entry grows without bounds", () => {
    const alone = btreeBytes(1_000_000, { keys, sharing: 1, fillfactor: 90 });
    const shared = btreeBytes(1_000_000, { keys, sharing: 1_000, fillfactor: 90 });
    expect(shared / alone).toBeGreaterThan(0.25);
    expect(shared / alone).toBeLessThan(0.4);
    expect(btreeBytes(1_000_000, { keys, sharing: 500_000, fillfactor: 90 })).toBe(shared);
  });

  test("an index without entries has its one page", () => {
    expect(btreeBytes(0, { keys, sharing: 1, fillfactor: 90 })).toBe(PAGE);
  });
});

test("the log of a row is the row without its header, and what every record has", () => {
  expect(logOfInsert(32)).toBeCloseTo((64 * PAGE) / (PAGE - 24), 5);
});

test("a hash index has as many buckets as doubling gives, and beyond 512 in steps of a quarter", () => {
  const pages = (entries: number): number => hashBytes(entries) / PAGE;
  expect(pages(10)).toBe(2 + 2);
  expect(pages(13_680)).toBe(64 + 2);
  expect(pages(25_813)).toBe(128 + 2);
  expect(pages(200_000)).toBe(768 + 2);
});
