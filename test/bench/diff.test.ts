import { expect, test } from "vitest";
import { markdown, type Report, verdictText } from "../../bench/diff/report.ts";
import { changedModel, changeKinds } from "../../bench/diff/sample-changes.ts";
import { sampleDdl } from "../../bench/diff/sample-ddl.ts";
import { type Sample, sampleModel, sizeOf } from "../../bench/diff/sample-model.ts";

const size = sizeOf(1000);
const sum = (sample: Sample, count: (table: string) => number): number =>
  [...sample.tables.keys()].reduce((total, table) => total + count(table), 0);
const sizes = (sample: Sample, part: "columns" | "indexes" | "foreignKeys"): number =>
  sum(sample, (table) => sample.tables.get(table)?.[part].size ?? 0);

test("the schema of the benchmark has exactly as many objects as it says", () => {
  const sample = sampleModel(size);
  // Each table has the index of its primary key besides.
  expect({
    tables: sample.tables.size,
    columns: sizes(sample, "columns"),
    indexes: sizes(sample, "indexes") + sample.tables.size,
    foreignKeys: sizes(sample, "foreignKeys"),
    functions: sample.functions.size,
    views: sample.views.size,
  }).toEqual(size);
});

test("each kind of change is in the changed schema five times", () => {
  const [before, after] = [new Set(sampleDdl(sampleModel(size))), new Set(sampleDdl(changedModel(size)))];
  const come = [...after].filter((sql) => !before.has(sql));
  const gone = [...before].filter((sql) => !after.has(sql));
  const tables = (list: readonly string[]): readonly string[] => list.filter((sql) => sql.startsWith("CREATE TABLE"));
  expect(changeKinds()).toHaveLength(20);
  expect(tables(come).filter((sql) => sql.includes("public.created"))).toHaveLength(5);
  expect(tables(gone).length - tables(come).length).toBe(0);
  expect(come.filter((sql) => sql.startsWith("CREATE FUNCTION"))).toHaveLength(5);
  expect(come.filter((sql) => sql.startsWith("CREATE VIEW"))).toHaveLength(5);
  expect(come.filter((sql) => sql.startsWith("CREATE POLICY") && sql.includes(" owners "))).toHaveLength(5);
});

test("the report names who could not be measured, and who does not lead to the target", () => {
  const figures = { rounds: [{ seconds: 2, cpuSeconds: 1, serverCpuSeconds: 1 }] };
  const contender = { name: "some", wanted: "database" } as const;
  const report: Report = {
    size,
    rounds: 1,
    machine: {
      ...{ date: "2026-01-01", cores: 2, cpu: "cpu", memoryGiB: 1, kernel: "k", fileSystem: "f", fdatasyncMs: 1 },
      ...{ loadAtStart: 0, node: "v24", postgres: "18", settings: {} },
    },
    changed: { table: 10 },
    changeKinds: changeKinds(),
    standings: [
      { contender, version: "1", figures: { "no change": figures, "100 changes": { rounds: [], failure: "it fell" } } },
      {
        contender: { ...contender, wanted: "file" },
        version: "?",
        missing: "is not there",
        figures: { "no change": { rounds: [] }, "100 changes": { rounds: [] } },
      },
    ],
  };
  const text = markdown(report);
  expect(text).toContain("NOT MEASURED: some (database), 100 changes: it fell");
  expect(text).toContain("NOT MEASURED: some (file): is not there");
  expect(text).toContain("| some 1 | 2.000 | 2.000–2.000 | 1 |");
  expect(verdictText({ statements: 3, missed: {} })).toBe("yes, 3 statements");
  expect(verdictText({ statements: 3, missed: { view: 2 }, refused: { times: 1, first: "a | b" } })).toBe(
    "**no**: the server refuses 1, first: a \\| b; misses 2 view",
  );
});
