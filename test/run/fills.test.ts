import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { FILL_CASES } from "../online/cases/fills.ts";
import { casesOn } from "../online/online-case.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };
const CASES = casesOn(18, FILL_CASES).filter(({ refused }) => refused === undefined);

/** Numbers of a sequence that was there before are gone. */
const isKept = (line: string): boolean => !line.startsWith("sequence public.s ");

describe("columns that are filled in sweeps hold what they should, and down takes them back", () => {
  test.each(CASES)("$name", async ({ given, migration, wrong }) => {
    await using db = await testDatabase();
    await db.query(given);
    await db.query("ANALYZE");
    const before = await applicationSchema(db);
    const folder = writeProject({ "0001_it.sql": migration });
    await applyAll(db, folder, { policy: POLICY });
    expect(await db.query("SELECT FROM lockkeeper.step WHERE kind = 'sweep' AND state = 'done'")).not.toEqual([]);
    expect(wrong === undefined ? [] : await db.query(wrong)).toEqual([]);
    expect(await applicationSchema(db)).not.toEqual(before);
    await down({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
    expect((await applicationSchema(db)).filter(isKept)).toEqual(before.filter(isKept));
    expect(await db.query("SELECT proname FROM pg_proc WHERE proname LIKE 'sync_%'")).toEqual([]);
  });
});

describe("a sweep that would need a key", () => {
  const MADE = "CREATE FUNCTION luck() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';\n";
  const ADD = "ALTER TABLE p ADD COLUMN c int DEFAULT luck()";

  test.each([
    ["is refused where a partition has none", ADD, { code: "sweep_key_missing", at: { line: 2 } }],
    ["runs where the same file makes it first", `ALTER TABLE p1 ADD PRIMARY KEY (id); ${ADD}`, undefined],
  ])("%s, before anything is run", async (_, migration, refused) => {
    await using db = await testDatabase();
    await db.query(`CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
      INSERT INTO p SELECT generate_series(1, 20); ANALYZE`);
    const run = applyAll(db, { "0001_it.sql": MADE + migration }, { policy: POLICY });
    if (refused === undefined) {
      await run;
      expect(await db.query("SELECT FROM p WHERE c IS NULL")).toEqual([]);
    } else {
      await expect(run).rejects.toMatchObject(refused);
      expect(await db.query("SELECT FROM lockkeeper.run")).toEqual([]);
    }
  });
});
