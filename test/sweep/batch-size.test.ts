import { expect, test } from "vitest";
import { BatchSize } from "../../src/sweep/batch-size.ts";

test("a batch grows by little at a time, to what takes as long as it should", () => {
  const size = new BatchSize(100, 10);
  size.took(100, 1, 80);
  expect(size.size).toBe(120);
  for (let batch = 0; batch < 50; batch++) size.took(size.size, size.size / 10, 80);
  expect(size.size).toBe(800);
});

test("one that met resistance comes back to its usual size, also where the way to the server is longer than a batch should last", () => {
  const size = new BatchSize(100, 64);
  for (let times = 0; times < 10; times++) size.halve();
  expect(size.size).toBe(1);
  for (let batch = 0; batch < 50; batch++) size.took(size.size, 120, 80);
  expect(size.size).toBe(64);
});

test("one that is slow because of its rows stays small", () => {
  const size = new BatchSize(100, 64);
  for (let times = 0; times < 10; times++) size.halve();
  for (let batch = 0; batch < 50; batch++) size.took(size.size, 60 * size.size, 80);
  expect(size.size).toBeLessThan(4);
});
