import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";

const SHOP = `CREATE TABLE orders (id int PRIMARY KEY, total numeric);
INSERT INTO orders SELECT g, g FROM generate_series(1, 2000) g;
ANALYZE orders`;

const PROJECT: ProjectFiles = {
  "migrations/0001_note.sql": "ALTER TABLE orders ADD COLUMN note text DEFAULT 'none';\n",
  "migrations/0002_total.sql":
    "ALTER TABLE orders ADD CHECK (total > 0);\nCREATE INDEX orders_note ON orders (note);\n",
  "migrations/0003_more.sql": "CREATE TABLE more (id int);\nCREATE INDEX more_id ON more (id);\n",
};
/** Nothing that works on rows counts as brief. */
const STRICT = { LOCKKEEPER_BRIEF: "0" };

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
  await db.query(SHOP);
});
afterEach(() => db.drop());

const env = (): Record<string, string> => ({ ...STRICT, DATABASE_URL: db.url });
const run = (cwd: string, ...args: string[]): Promise<CliEnd> => runCli(args, { cwd, env: env() });

interface Plans {
  readonly plans: readonly { readonly file: string; readonly plan: Plan; readonly asWritten?: string }[];
}

const sqlOf = ({ steps }: Plan): string[] =>
  steps.flatMap((step) =>
    step.kind === "script" ? [] : step.kind === "ddl" ? step.statements.map(({ sql }) => sql) : [step.statement.sql],
  );

/** Times depend on constants that are calibrated elsewhere. */
const steady = (text: string): string =>
  text.replace(/less than a second|about \d+ \w+/g, "TIME").replace(/\([^()]* rows?\)/g, "(SIZE)");

describe("plan with a database", () => {
  test("lists no removal of what is not there", async () => {
    await db.query("CREATE SCHEMA other; CREATE TABLE other.elsewhere (id int)");
    const folder = writeProject({
      "migrations/0001_a.sql":
        "DROP TABLE IF EXISTS nope, other.nope; DROP TABLE IF EXISTS elsewhere; DROP SCHEMA IF EXISTS nowhere; DROP SCHEMA IF EXISTS lockkeeper; ALTER TABLE orders DROP COLUMN IF EXISTS nope; ALTER TABLE IF EXISTS nope DROP COLUMN x;\n",
      "migrations/0002_b.sql": "CREATE TABLE fresh (id int);\n",
      "migrations/0003_c.sql": "DROP TABLE IF EXISTS fresh, orders;\n",
    });
    const { stdout } = await runCli(["plan"], { cwd: folder, env: { ...env(), LOCKKEEPER_DROPS: "direct" } });
    expect(stdout.split("\n").filter((line) => line.includes("removes:"))).toEqual([
      "  removes:  table elsewhere",
      "  removes:  schema lockkeeper",
      "  removes:  table fresh",
      "  removes:  table orders",
    ]);
    // Without a catalog nobody knows.
    const written = await runCli(["plan", "0001_a"], { cwd: folder, env: {} });
    expect(written.stdout).toContain("removes:  table nope");
  });

  test("shows what runs instead of what is written, its work, its strongest locks and its way back", async () => {
    const { code, stdout, stderr } = await run(writeProject(PROJECT), "plan");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "0001_note  migrations/0001_note.sql, 1 step
        1  expand  ddl
           ALTER TABLE orders ADD COLUMN note text DEFAULT 'none';
             undo: ALTER TABLE public.orders DROP COLUMN note
        relation  strongest lock    step  blocks            expected
        orders    ACCESS EXCLUSIVE  1     reads and writes  a moment

      0002_total  migrations/0002_total.sql, 3 steps
        1  expand  ddl
           ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;
             instead of: ALTER TABLE orders ADD CHECK (total > 0)
             undo: ALTER TABLE public.orders DROP CONSTRAINT orders_total_check
        2  migrate  ddl
           ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
             instead of: ALTER TABLE orders ADD CHECK (total > 0)
             work: scan of orders, TIME (SIZE)
        3  expand  concurrent
           CREATE INDEX CONCURRENTLY orders_note ON orders (note);
             instead of: CREATE INDEX orders_note ON orders (note)
             work: index build of orders, TIME (SIZE)
             undo: DROP INDEX CONCURRENTLY public.orders_note
        relation  strongest lock    step  blocks            expected
        orders    ACCESS EXCLUSIVE  1     reads and writes  a moment

      0003_more  migrations/0003_more.sql, 1 step
        1  expand  ddl
           CREATE TABLE more (id int);
             undo: DROP TABLE public.more
           CREATE INDEX more_id ON more (id);
             undo: DROP INDEX IF EXISTS public.more_id

      3 migrations planned.
      "
    `);
  });

  test("shows beside what is written what runs", async () => {
    const { stdout } = await run(writeProject(PROJECT), "plan", "--diff", "0002_total");
    expect(stdout).toMatchInlineSnapshot(`
      "0002_total  migrations/0002_total.sql
        ALTER TABLE orders ADD CHECK (total > 0);                  ► 1 expand: ALTER TABLE orders ADD CONSTRAINT
                                                                   │     orders_total_check CHECK (total > 0) NOT VALID;
                                                                   │ 2 migrate: ALTER TABLE orders VALIDATE CONSTRAINT
                                                                   │     orders_total_check;
        CREATE INDEX orders_note ON orders (note);                 ► 3 expand: CREATE INDEX CONCURRENTLY orders_note ON orders
                                                                   │     (note);

      1 migration planned.
      "
    `);
  });

  test("shows a named migration alone, planned behind those before it; one that is not pending as it is written", async () => {
    const cwd = writeProject(PROJECT);
    await run(cwd, "up", "--to", "0001_note");
    const { result } = await runCliJson<Plans>(["plan", "0001_note", "0003_more"], { cwd, env: env() });
    expect(result?.plans.map(({ asWritten }) => asWritten)).toEqual(["it is not pending in this database", undefined]);
    const [, more] = result?.plans ?? [];
    expect(more === undefined ? [] : sqlOf(more.plan)).toEqual([
      "CREATE TABLE more (id int)",
      "CREATE INDEX more_id ON more (id)",
    ]);
    expect((await run(cwd, "plan", "0001_note")).stdout).toContain("as written: it is not pending in this database");
  });

  test("plans a migration on what those before it leave behind", async () => {
    const cwd = writeProject({
      "migrations/0001_a.sql": "-- lockkeeper: mode direct\nALTER TABLE orders RENAME COLUMN total TO amount;\n",
      "migrations/0002_b.sql": "ALTER TABLE orders ALTER amount SET NOT NULL;\n",
    });
    const { result } = await runCliJson<Plans>(["plan", "0002_b"], { cwd, env: env() });
    const [only] = result?.plans ?? [];
    expect(only === undefined ? [] : sqlOf(only.plan)).toContainEqual(expect.stringMatching(/VALIDATE CONSTRAINT/));
  });

  test("names no lock of a step that a run has behind it", async () => {
    const text = "ALTER TABLE orders ADD COLUMN more int;\nCREATE INDEX CONCURRENTLY orders_more ON orders (more);\n";
    const cwd = writeProject({ "migrations/0001_a.sql": `-- lockkeeper: mode direct\n${text}` });
    expect((await run(cwd, "plan")).stdout).toContain("ACCESS EXCLUSIVE");
    await db.query("CREATE TABLE orders_more ()");
    expect(await run(cwd, "up")).toMatchObject({ code: 1 });
    const { stdout } = await run(cwd, "plan");
    expect(stdout).toMatch(/run \d+ has 1 of 2 steps behind it/);
    expect(stdout).toContain("SHARE UPDATE EXCLUSIVE");
    expect(stdout).not.toContain("ACCESS EXCLUSIVE");
  });

  test("changes nothing, and a dry run of up shows the same plan", async () => {
    const cwd = writeProject(PROJECT);
    const before = await db.query("SELECT count(*)::int AS n FROM pg_class");
    const planned = await runCliJson<Plans>(["plan"], { cwd, env: env() });
    const dry = await runCliJson<Plans>(["up", "--dry-run"], { cwd, env: env() });
    expect(dry.result?.plans).toEqual(planned.result?.plans);
    expect(await db.query("SELECT count(*)::int AS n FROM pg_class")).toEqual(before);
  });

  test("a statement without an online form is plan_refused with its place", async () => {
    const cwd = writeProject({
      "migrations/0001_a.sql": "\nALTER TABLE orders ADD EXCLUDE USING btree (id WITH =);\n",
    });
    const { code, document } = await planDocument(cwd);
    expect({ code, document }).toMatchObject({
      code: 3,
      document: { error: { code: "plan_refused", at: { line: 2 }, action: expect.stringMatching(/^[A-Z]/) } },
    });
    const direct = writeProject({
      "migrations/0001_a.sql": "-- lockkeeper: mode direct\nALTER TABLE orders ADD EXCLUDE USING btree (id WITH =);\n",
    });
    expect(await run(direct, "plan")).toMatchObject({ code: 0, stdout: expect.stringContaining("ACCESS EXCLUSIVE") });
  });

  test("up says which statements run in another form", async () => {
    const { code, stderr } = await run(writeProject(PROJECT), "up");
    expect(code).toBe(0);
    expect(stderr.split("\n").filter((line) => line.includes(" runs "))).toEqual([
      expect.stringMatching(
        /migrations\/0002_total\.sql:1:1: ALTER TABLE orders ADD CHECK \(total > 0\) runs in 2 pieces that stop nobody for long\.$/,
      ),
      expect.stringMatching(
        /0002_total\.sql:2:1: CREATE INDEX orders_note ON orders \(note\) runs as CREATE INDEX CONCURRENTLY orders_note ON orders \(note\)\.$/,
      ),
    ]);
  });

  test("what is planned leaves readers and writers alone by the policy of the configuration", async () => {
    const cwd = writeProject(PROJECT);
    const { result } = await runCliJson<Plans>(["plan", "0002_total"], {
      cwd,
      env: { ...env(), LOCKKEEPER_BRIEF: "1h" },
    });
    const [only] = result?.plans ?? [];
    expect(only === undefined ? [] : sqlOf(only.plan)).toEqual([
      "ALTER TABLE orders ADD CHECK (total > 0)",
      "CREATE INDEX orders_note ON orders (note)",
    ]);
  });
});

async function planDocument(cwd: string): Promise<{ code: number | null; document: unknown }> {
  const { code, stdout } = await runCli(["plan", "--json"], { cwd, env: env() });
  return { code, document: JSON.parse(stdout) };
}

describe("plan --sql", () => {
  test("runs under the role of the configuration", async () => {
    const cwd = writeProject({ ...PROJECT, "lockkeeper.config.json": '{ "role": "Some one" }' });
    const { stdout } = await runCli(["plan", "--server-version", "16", "--sql"], { cwd, env: STRICT });
    expect(stdout).toContain('\nSET ROLE "Some one";\n');
  });

  test("gives a script whose statements bring the database where up does", async () => {
    const cwd = writeProject(PROJECT);
    const { stdout } = await run(cwd, "plan", "--sql");
    expect(stdout).toContain("SET lock_timeout = 500;");
    expect(stdout).toMatch(
      /SET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY orders_note ON orders \(note\);\nSET lock_timeout = 500;/,
    );
    // What psql does with such a script: its own commands aside, one statement after the other.
    for (const statement of stdout.replace(/^(--|\\).*$/gm, "").split(";\n")) {
      if (statement.trim() !== "") await db.query(statement);
    }
    expect(
      await db.query(
        "SELECT conname FROM pg_constraint WHERE convalidated AND conrelid = 'orders'::regclass AND contype = 'c'",
      ),
    ).toEqual([{ conname: "orders_total_check" }]);
    expect(
      await db.query(
        "SELECT indexrelid::regclass::text AS i FROM pg_index WHERE indrelid = 'orders'::regclass ORDER BY 1",
      ),
    ).toEqual([{ i: "orders_note" }, { i: "orders_pkey" }]);
  });
});

describe("plan without a database", () => {
  test("plans named migrations on a stored catalog as on the database it was read from", async () => {
    const cwd = writeProject(PROJECT);
    const online = await runCliJson<Plans>(["plan", "0001_note", "0002_total"], { cwd, env: env() });
    for (const args of [["--facts"], ["--facts", "--json"]]) {
      const { stdout } = await run(cwd, "catalog", ...args);
      writeFileSync(join(cwd, "snapshot.json"), stdout);
      const offline = await runCliJson<Plans>(["plan", "--catalog", "snapshot.json", "0001_note", "0002_total"], {
        cwd,
        env: STRICT,
      });
      expect(offline.result?.plans).toEqual(online.result?.plans);
    }
  });

  test("plans for the server version that is named", async () => {
    const cwd = writeProject({ "migrations/0001_a.sql": "ALTER TABLE orders ALTER total SET NOT NULL;\n" });
    writeFileSync(join(cwd, "c.json"), (await run(cwd, "catalog", "--facts")).stdout);
    const plan = async (version: string): Promise<string> =>
      (await runCli(["plan", "--catalog", "c.json", "--server-version", version, "0001_a"], { cwd, env: STRICT }))
        .stdout;
    expect(await plan("17")).toContain("CHECK (total IS NOT NULL) NOT VALID");
    expect(await plan("18")).toContain("NOT NULL total NOT VALID");
  });

  test("a server version alone means an empty database, and all migrations", async () => {
    const cwd = writeProject({
      "migrations/0001_a.sql": "CREATE TABLE t (a int);\n",
      "migrations/0002_b.sql": "CREATE INDEX t_a ON t (a);\n",
    });
    const { code, stdout } = await runCli(["plan", "--server-version", "16", "--sql"], { cwd, env: STRICT });
    expect(code).toBe(0);
    expect(stdout).toContain("CREATE INDEX t_a ON t (a);");
  });

  test("named migrations are shown as they are written, which is said", async () => {
    const { code, stdout } = await runCli(["plan", "0002_total"], { cwd: writeProject(PROJECT) });
    expect(code).toBe(0);
    expect(stdout).toContain("as written: no database says what is there");
    expect(stdout).toContain("ALTER TABLE orders ADD CHECK (total > 0);");
  });

  test("a catalog that cannot be read, and one that says of no migration whether it is pending, are refused", async () => {
    const cwd = writeProject({ ...PROJECT, "broken.json": "{}" });
    const plan = (...args: string[]): Promise<CliEnd> => runCli(["plan", ...args], { cwd, env: STRICT });
    expect(await plan("--catalog", "none.json", "0001_note")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("none.json"),
    });
    expect(await plan("--catalog", "broken.json", "0001_note")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("snapshot_invalid"),
    });
    expect(await plan("--catalog", "broken.json")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("pending"),
    });
  });
});
