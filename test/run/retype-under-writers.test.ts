import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { type Writers, writersOn } from "../support/writers.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0, lockDeadlineMs: 20_000 };

const GIVEN = `CREATE TABLE t (id int PRIMARY KEY, n int, note text);
  CREATE INDEX ON t (n); CREATE INDEX ON t (note) WHERE n IS NOT NULL;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note; RETURN NEW; END $$;
  CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
  INSERT INTO t SELECT g, g, 'g' FROM generate_series(100001, 104000) g;`;

const CHANGES = [
  ["a column", "ALTER TABLE t ALTER n TYPE bigint", "n"],
  ["the key", "ALTER TABLE t ALTER id TYPE bigint", "id"],
  ["a column by USING", "ALTER TABLE t ALTER n TYPE text USING n::text", "n"],
  ["both", "ALTER TABLE t ALTER id TYPE bigint, ALTER n TYPE numeric(12, 2)", "n"],
] as const;

/** What clients committed, and what the table holds, where the two differ. */
async function lost(db: TestDatabase, { rows }: Writers): Promise<readonly unknown[]> {
  const found = await db.query<{ id: number; n: number | null; note: string }>(
    "SELECT id::int, n::int, note FROM t WHERE id < 100000",
  );
  const there = new Map(found.map((row) => [row.id, JSON.stringify(row)]));
  const meant = new Map([...rows.values()].map((row) => [row.id, JSON.stringify(row)]));
  const untouched = await db.query("SELECT FROM t WHERE id > 100000 AND n::int IS DISTINCT FROM id::int");
  return [
    ...[...new Set([...there.keys(), ...meant.keys()])].flatMap((id) =>
      there.get(id) === meant.get(id) ? [] : [{ there: there.get(id), meant: meant.get(id) }],
    ),
    ...untouched,
  ];
}

/** So many runs of each, with other writes. */
const SEEDS = Array.from({ length: Number(process.env["LOCKKEEPER_SEEDS"] ?? 1) }, (_, index) => index + 7);

describe.each(SEEDS)("while clients write, a type changes and nothing is lost (%i)", (seed) => {
  test.each(CHANGES)(
    "%s",
    async (_, migration, column) => {
      await using db = await testDatabase();
      await db.query(GIVEN);
      const folder = writeProject({ "0001_it.sql": migration });
      const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
      const writers = writersOn(db, 3, seed);
      await writers.during(() => applyAll(db, folder, { policy: POLICY }));
      expect(writers.errors).toEqual([]);
      expect(await lost(db, writers)).toEqual([]);
      const kept = `lockkeeper_dropped_${column}`;
      expect(await db.query(`SELECT * FROM t WHERE ${kept}::text IS DISTINCT FROM ${column}::int::text`)).toEqual([]);
      await writers.during(() => down(options));
      expect(writers.errors).toEqual([]);
      expect(await lost(db, writers)).toEqual([]);
      await writers.during(() => applyAll(db, folder, { policy: POLICY }));
      await writers.during(() => contract(options));
      expect(writers.errors).toEqual([]);
      expect(await lost(db, writers)).toEqual([]);
    },
    60_000,
  );
});
