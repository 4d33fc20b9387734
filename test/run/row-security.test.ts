import { expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { applyAll, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };
const RESHAPE = JSON.stringify({
  table: "t",
  fill: { half: { type: "int", value: "n / 2" } },
  back: { n: "half * 2" },
  drop: ["n"],
});

const CHANGES: readonly ProjectFiles[] = [
  { "0001_it.sql": "ALTER TABLE t ALTER COLUMN n TYPE bigint;" },
  { "0001_it.sql": "ALTER TABLE t RENAME COLUMN n TO amount;" },
  { "0001_it.sql": "ALTER TABLE t ADD COLUMN u uuid DEFAULT gen_random_uuid();" },
  { "0001_it.sql": "ALTER TABLE parts ALTER COLUMN n TYPE bigint;" },
  { "0001_it.ts": `export default { steps: [{ reshape: ${RESHAPE} }] };` },
];

test("no row that a forced policy hides from the owner is left behind: nothing is begun, and a role that sees all may", async () => {
  await using db = await testDatabase();
  await using owner = await testRole(db);
  await db.query(`CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 200) g;
    CREATE TABLE parts (id int, n int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parts DEFAULT;
    INSERT INTO parts SELECT g, g FROM generate_series(1, 200) g;
    GRANT CREATE ON SCHEMA public TO ${owner.name}; GRANT CREATE ON DATABASE ${db.name} TO ${owner.name}`);
  for (const name of ["t", "parts", "part"]) await db.query(`ALTER TABLE ${name} OWNER TO ${owner.name}`);
  for (const name of ["t", "part"]) {
    await db.query(`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY half ON ${name} USING (id <= 100) WITH CHECK (true)`);
  }
  const before = await applicationSchema(db);
  for (const files of CHANGES) {
    await expect(applyAll({ url: owner.url }, writeProject(files), { policy: POLICY })).rejects.toMatchObject({
      code: "permission_denied",
      message: expect.stringMatching(/^row security may hide rows of public\.(t|part) from r_/),
      at: { line: 1 },
    });
    expect(await applicationSchema(db)).toEqual(before);
  }
  await db.query(`ALTER ROLE ${owner.name} BYPASSRLS`);
  await applyAll({ url: owner.url }, writeProject(CHANGES[0] ?? {}), { policy: POLICY });
  expect(await db.query("SELECT FROM t WHERE n IS DISTINCT FROM id")).toEqual([]);
  expect(await db.query("SELECT FROM t WHERE pg_typeof(n) = 'bigint'::regtype")).toHaveLength(200);
});
