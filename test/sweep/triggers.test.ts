import { expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";

const TOUCH = `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.touched := true; RETURN new; END $$;
  CREATE TRIGGER touch BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch()`;
const TABLE = `CREATE TABLE a (id int PRIMARY KEY, n int, touched boolean NOT NULL DEFAULT false, parent int REFERENCES a);
  INSERT INTO a SELECT k FROM generate_series(1, 1000) AS k; ${TOUCH}`;

const spec = (set: string, more: Partial<SweepSpec> = {}): SweepSpec => ({
  table: { schema: "public", name: "a" },
  action: { kind: "update", set },
  visits: "again",
  triggers: "skip",
  ...more,
});

const touched = async (db: TestDatabase): Promise<unknown> =>
  (await db.query("SELECT count(*) FILTER (WHERE touched)::int AS n FROM a"))[0]?.["n"];

test("triggers of users are kept from firing where the sweep says so", async () => {
  await using db = await testDatabase();
  await db.query(TABLE);
  const token = await takeLease(db.url);
  const sweep = sweepHere(db.url, token, spec("n = id"));
  expect(await sweep.done).toMatchObject({ rows: 1_000, fired: [] });
  expect(await touched(db)).toBe(0);
  expect(sweep.events.map(({ type }) => type)).not.toContain("sweep.notice");
  expect(await sweepHere(db.url, token, spec("n = id", { triggers: "fire" }), { step: 1 }).done).toMatchObject({
    fired: [],
  });
  expect(await touched(db)).toBe(1_000);
});

test("a role that may not keep them from firing is told which do", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE ROLE keeper_of_a LOGIN; GRANT CREATE ON DATABASE ${db.name} TO keeper_of_a;
    ${TABLE}; ALTER TABLE a OWNER TO keeper_of_a`);
  try {
    const url = new URL(db.url);
    url.username = "keeper_of_a";
    const sweep = sweepHere(url.href, await takeLease(url.href), spec("n = id"));
    expect(await sweep.done).toMatchObject({ rows: 1_000, fired: ["a.touch"] });
    expect(await touched(db)).toBe(1_000);
    expect(sweep.events).toContainEqual({
      type: "sweep.notice",
      message:
        "These triggers fire for the rows that are changed, because the role may not set session_replication_role: a.touch.",
    });
  } finally {
    await db.query("DROP OWNED BY keeper_of_a CASCADE; DROP ROLE keeper_of_a");
  }
});

test("referential checks outweigh the wish that no trigger fires", async () => {
  await using db = await testDatabase();
  await db.query(TABLE);
  const sweep = sweepHere(db.url, await takeLease(db.url), spec("parent = id + 1"), { policy: { setAside: 1 } });
  expect(await sweep.done).toMatchObject({ rows: 999, setAside: 1, fired: ["a.touch"] });
  expect(sweep.events).toContainEqual(
    expect.objectContaining({ type: "sweep.notice", message: expect.stringContaining("a_parent_fkey") }),
  );
});

test("rows that are removed take what hangs on them along, whatever triggers are to do", async () => {
  await using db = await testDatabase();
  await db.query(`${TABLE}; CREATE TABLE child (a int REFERENCES a ON DELETE CASCADE); INSERT INTO child SELECT id FROM a;
    CREATE TRIGGER never BEFORE DELETE ON a FOR EACH ROW EXECUTE FUNCTION touch(); UPDATE a SET n = 1`);
  await sweepHere(
    db.url,
    await takeLease(db.url),
    spec("", { action: { kind: "delete" }, where: "id <= 10" }),
  ).done.catch(() => {});
  expect(await db.query("SELECT count(*)::int AS n FROM child WHERE a NOT IN (SELECT id FROM a)")).toEqual([{ n: 0 }]);
});

test("a trigger that fires always is named", async () => {
  await using db = await testDatabase();
  await db.query(`${TABLE}; ALTER TABLE a ENABLE ALWAYS TRIGGER touch`);
  expect(await sweepHere(db.url, await takeLease(db.url), spec("n = id")).done).toMatchObject({ fired: ["a.touch"] });
  expect(await touched(db)).toBe(1_000);
});

test("a sweep of the planner's passes over the triggers that keep columns in step, a statement of the user's does not", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE a (id int PRIMARY KEY, n int); INSERT INTO a SELECT k FROM generate_series(1, 10) AS k;
    CREATE TABLE seen (n int); CREATE FUNCTION lockkeeper_note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO seen VALUES (1); RETURN new; END $$;
    CREATE TRIGGER note BEFORE UPDATE ON a FOR EACH ROW
      WHEN (pg_catalog.current_setting('lockkeeper.sweep', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION lockkeeper_note()`);
  const token = await takeLease(db.url);
  // As those of Lockkeeper's are: none of the user's.
  await db.query("ALTER FUNCTION lockkeeper_note() SET SCHEMA lockkeeper");
  const seen = "SELECT count(*)::int AS n FROM seen";
  await sweepHere(db.url, token, spec("n = id")).done;
  expect(await db.query(seen)).toEqual([{ n: 0 }]);
  await sweepHere(db.url, token, spec("n = id", { triggers: "fire" }), { step: 1 }).done;
  expect(await db.query(seen)).toEqual([{ n: 10 }]);
});
