import { expect, test } from "vitest";
import { addPartitions, partitionTable } from "../../src/migrations/partition-steps.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const moduleOf = (step: object): string => `export default { steps: [${JSON.stringify(step)}] };`;

test("partitions are made up to those ahead, once, also beside a default one, and go with the way back unless they have rows", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE visits (id int GENERATED ALWAYS AS IDENTITY, at timestamp NOT NULL, note text CHECK (note <> ''));
    ALTER TABLE visits ADD PRIMARY KEY (id, at); INSERT INTO visits (at) SELECT now() - g * interval '1 day' FROM generate_series(0, 90) AS g;
    CREATE TABLE seen (at date) PARTITION BY RANGE (at); CREATE TABLE seen_other PARTITION OF seen DEFAULT;
    INSERT INTO seen VALUES ('2020-01-01');`);
  const before = await applicationSchema(db);
  const [next] = await db.query<{ at: string }>(
    "SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + '1 month')::date::text AS at",
  );
  const parted = partitionTable({
    table: "visits",
    by: "range",
    columns: ["at"],
    existing: { to: next?.at ?? "" },
    partitions: { every: "1 month", ahead: 1 },
  });
  const folder = writeProject({
    "0001_parts.ts": moduleOf(parted),
    "0002_more.ts": moduleOf(addPartitions({ table: "visits", every: "1 month", ahead: 3 })),
    "0003_seen.ts": moduleOf(addPartitions({ table: "seen", every: "2 weeks", ahead: 2 })),
    "0004_again.ts": moduleOf(addPartitions({ table: "visits", every: "1 month", ahead: 3 })),
  });
  await applyAll(db, folder);
  const parts = (table: string) =>
    db.query<{ parts: number }>(
      `SELECT count(*)::int AS parts FROM pg_inherits WHERE inhparent = '${table}'::regclass`,
    );
  expect([await parts("visits"), await parts("seen")]).toEqual([[{ parts: 4 }], [{ parts: 4 }]]);
  await db.query(`INSERT INTO visits (at) SELECT now() + g * interval '1 month' FROM generate_series(0, 3) AS g;
    INSERT INTO seen SELECT now() + g * interval '14 days' FROM generate_series(0, 2) AS g`);
  expect(await db.query("SELECT FROM seen_other")).toHaveLength(1);
  expect(await db.query("SELECT id FROM visits GROUP BY id HAVING count(*) > 1")).toEqual([]);
  await expect(db.query("INSERT INTO visits (at, note) VALUES (now() + interval '3 months', '')")).rejects.toThrow(
    /check/,
  );
  const options = { ...operationOn(db), policy: TEST_POLICY, migrations: readProject(folder) };
  await down({ ...options, steps: 4 });
  expect(await db.query("SELECT count(*)::int AS all FROM visits")).toEqual([{ all: 95 }]);
  expect([await parts("seen")]).toEqual([[{ parts: 4 }]]);
  const ofVisits = (lines: readonly string[]) =>
    lines.filter((line) => line.includes("visits") && !/^sequence /.test(line));
  expect(ofVisits(await applicationSchema(db))).toEqual(ofVisits(before));
});
