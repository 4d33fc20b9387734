import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

const GIVEN = `CREATE TABLE orders (id int PRIMARY KEY, total int, note text, at timestamptz);
INSERT INTO orders SELECT g, g, 'n%', '2020-01-01' FROM generate_series(1, 30000) g;
CREATE TABLE line (order_id int, nr int, value int, PRIMARY KEY (order_id, nr)) PARTITION BY LIST (nr);
CREATE TABLE line_1 PARTITION OF line FOR VALUES IN (1); CREATE TABLE line_2 PARTITION OF line FOR VALUES IN (2, 3);
INSERT INTO line SELECT g, 1 + g % 2, g FROM generate_series(1, 12000) g;
CREATE TABLE "Odd ""name" ("a%b" int PRIMARY KEY, c text); INSERT INTO "Odd ""name" SELECT g, 'c' FROM generate_series(1, 10) g;
ANALYZE`;

const MIGRATION = `UPDATE orders SET note = 'x%', at = now() WHERE note LIKE 'n%';
UPDATE orders o SET total = o.total + 1 WHERE o.id % 2 = 0;
UPDATE line SET value = value + 1;
DELETE FROM orders USING line l WHERE l.order_id = orders.id AND l.nr = 1;
UPDATE "Odd ""name" SET c = "a%b"::text WHERE "a%b" > 3;
UPDATE line SET nr = 3 WHERE nr = 1 AND order_id > 100;
`;

const LEFT = `SELECT 'orders' AS what, count(*), sum(total) AS total, min(note) AS note, count(DISTINCT at) AS moments,
    min(at) > '2021-01-01' AS "isNew" FROM orders
  UNION ALL SELECT 'line', count(*), sum(value), NULL, 0, NULL FROM line
  UNION ALL SELECT 'moved', count(*), sum(order_id), NULL, 0, NULL FROM line WHERE nr = 3
  UNION ALL SELECT 'odd', count(*) FILTER (WHERE c = "a%b"::text), sum("a%b"), min(c), 0, NULL FROM "Odd ""name" ORDER BY 1`;

const hasPsql = spawnSync("psql", ["--version"]).status === 0;

describe("a sweep in a plan", () => {
  test.runIf(hasPsql)("runs as psql runs the plan's script, and comes to the same end as what is written", async () => {
    await using asWritten = await testDatabase();
    await asWritten.query(`${GIVEN}; BEGIN; ${MIGRATION}; COMMIT`);
    await using db = await testDatabase();
    await db.query(GIVEN);
    const cwd = writeProject({ "migrations/0001_all.sql": MIGRATION });
    const env = { DATABASE_URL: db.url, LOCKKEEPER_BRIEF: "0" };
    const { code, stdout, stderr } = await runCli(["plan", "--sql"], { cwd, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/\\gexec/g)).toHaveLength(6);
    const script = join(cwd, "plan.sql");
    writeFileSync(script, stdout);
    const run = spawnSync("psql", ["-X", "-q", "-f", script, db.url], { encoding: "utf8" });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
    expect(await db.query(LEFT)).toEqual(await asWritten.query(LEFT));
  });

  test("says how the rows are gone over, and what is otherwise than as written", async () => {
    await using db = await testDatabase();
    await db.query(GIVEN);
    await db.query(`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER told AFTER UPDATE ON orders FOR EACH STATEMENT EXECUTE FUNCTION f()`);
    const cwd = writeProject({ "migrations/0001_all.sql": MIGRATION.split("\n").slice(0, 2).join("\n") });
    const env = { DATABASE_URL: db.url, LOCKKEEPER_BRIEF: "0" };
    const text = await runCli(["plan"], { cwd, env });
    expect(text.stdout.split("relation")[0]).toMatchInlineSnapshot(`
      "0001_all  migrations/0001_all.sql, 4 steps
        1  migrate  sweep
           UPDATE orders SET note = 'x%', at = now() WHERE note LIKE 'n%';
             sweep: in batches that commit, rows by their place in the table; what moved meanwhile is done in the end
             note: Each batch commits for itself: others see rows that are done beside rows that are not.
             note: Rows that others write meanwhile are done too where the condition holds for them.
             note: Fires once for each batch, not once in all: told.
             no undo: UPDATE orders: the rows as they were are not kept; write the way back by hand
        2  migrate  ddl
           CREATE TRIGGER "~lockkeeper_sync_moved" AFTER UPDATE ON public.orders FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION lockkeeper.note_move('~lockkeeper_sync_moved', '0', 'id');
             instead of: UPDATE orders o SET total = o.total + 1 WHERE o.id % 2 = 0
             undo: DROP TRIGGER "~lockkeeper_sync_moved" ON public.orders
           ALTER TABLE public.orders ENABLE ALWAYS TRIGGER "~lockkeeper_sync_moved";
        3  migrate  sweep
           UPDATE orders o SET total = o.total + 1 WHERE o.id % 2 = 0;
             sweep: in batches that commit, rows by their key (id)
             note: Each batch commits for itself: others see rows that are done beside rows that are not.
             note: Each row is visited once, by (id), also where others change its key meanwhile: a trigger notes that until the end. Rows that are inserted meanwhile may be done or not.
             note: Fires once for each batch, not once in all: told.
             no undo: UPDATE orders: the rows as they were are not kept; write the way back by hand
        4  migrate  ddl
           DROP TRIGGER "~lockkeeper_sync_moved" ON public.orders;
             instead of: UPDATE orders o SET total = o.total + 1 WHERE o.id % 2 = 0
        "
    `);
    const diff = await runCli(["plan", "--diff"], { cwd, env });
    expect(diff.stdout).toContain("1 migrate, in batches: UPDATE orders");
  });
});
