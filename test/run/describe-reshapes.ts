import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { plainReshape } from "../../src/online/reshape/written-reshape.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import { type ShapeWriters, shapeWriters } from "../support/shape-writers.ts";
import type { ReshapeKind, Shape } from "./reshape-kinds.ts";

const POLICY = { ...TEST_POLICY, lockDeadlineMs: 20_000 };

/** @param serverUrl absent: the run's server */
export function describeReshapes(kinds: readonly ReshapeKind[], serverUrl?: () => string): void {
  describe.each(kinds)("$name", (kind) => {
    test("nothing that is written through either shape is lost, up, down and through contract", async () => {
      await using db = await testDatabase(serverUrl?.());
      await db.query(givenFor(kind));
      const before = await applicationSchema(db);
      const folder = writeProject({ "0001_it.ts": `export default { steps: [${JSON.stringify(kind.step)}] };` });
      const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
      const writers = shapeWriters(db, kind, 23);
      await writers.during(["old"], () => applyAll(db, folder, { policy: POLICY }));
      await writers.during(["old", "new"], async () => {});
      expect(writers.errors).toEqual([]);
      expect([...(await lost(db, kind, writers, "old")), ...(await lost(db, kind, writers, "new"))]).toEqual([]);
      await writers.during(["old"], () => down(options));
      expect(writers.errors).toEqual([]);
      expect(await lost(db, kind, writers, "old")).toEqual([]);
      expect(await applicationSchema(db)).toEqual(before);
      await writers.during(["old"], () => applyAll(db, folder, { policy: POLICY }));
      await writers.during(["new"], () => contract(options));
      expect(writers.errors).toEqual([]);
      expect(await lost(db, kind, writers, "new")).toEqual([]);
      const after = await applicationSchema(db);
      await using other = await testDatabase(serverUrl?.());
      await other.query(givenFor(kind));
      for (const sql of plainReshape(kind.step.reshape)) await other.query(sql);
      expect(after).toEqual(await applicationSchema(other));
    }, 60_000);
  });
}

/** Rows below 10,000 are nobody's: only the sweep comes to them. */
function givenFor(kind: ReshapeKind): string {
  const columns = Object.entries(kind.insert("old", { n: 1, rest: 2 }));
  return `CREATE TABLE t (id int PRIMARY KEY, note text, ${kind.columns}); CREATE INDEX ON t (note);
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note; RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
    INSERT INTO t (id, ${columns.map(([name]) => `"${name}"`).join(", ")})
    SELECT g, ${columns.map(([, sql]) => `${sql}`).join(", ")} FROM generate_series(1, 3000) AS g;`;
}

/** What clients committed, and what the table says in this shape, where the two differ. */
async function lost(
  db: TestDatabase,
  kind: ReshapeKind,
  { rows }: ShapeWriters,
  shape: Shape,
): Promise<readonly unknown[]> {
  const found = await db.query<{ id: number; said: string; note: string }>(
    `SELECT id, ${kind.read(shape)} AS said, note FROM t WHERE id >= 10000`,
  );
  const untouched = await db.query(
    `SELECT id, ${kind.read(shape)} AS said FROM t WHERE id < 10000 AND (${kind.read(shape)})::jsonb <> '{"n": 1, "rest": 2}'`,
  );
  const there = new Map(found.map(({ id, said, note }) => [id, JSON.stringify({ ...JSON.parse(said), note })]));
  const meant = new Map([...rows].map(([id, { n, rest, note }]) => [id, JSON.stringify({ n, rest, note })]));
  return [
    ...[...new Set([...there.keys(), ...meant.keys()])].flatMap((id) =>
      there.get(id) === meant.get(id) ? [] : [{ shape, id, there: there.get(id), meant: meant.get(id) }],
    ),
    ...untouched,
  ];
}
