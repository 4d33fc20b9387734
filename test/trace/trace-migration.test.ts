import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { Preparation } from "../../src/run/prepare.ts";
import { type TraceOptions, traceMigration } from "../../src/trace/trace-migration.ts";
import type { TracedStatement, TraceReport } from "../../src/trace/trace-report.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

const SCHEMA = `
CREATE TABLE people (id int PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, person int REFERENCES people, total int NOT NULL, note text);
CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS total FROM orders;
CREATE UNIQUE INDEX totals_total ON totals (total);`;

describe.each([15, 18])("on PostgreSQL %i, a trace", (major) => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbeddedServer({ major, settings: { fsync: "off", autovacuum: "off" } });
  });
  afterAll(() => server?.stop());

  interface Given extends Partial<TraceOptions> {
    readonly schemaSql?: string;
    readonly asWritten?: boolean;
    readonly files?: Readonly<Record<string, string>>;
  }

  /** @param sql an SQL migration, or that of `files` */
  async function trace(sql: string, given: Given = {}): Promise<TraceReport> {
    const { schemaSql = SCHEMA, asWritten = false, files = { "0001_m.sql": sql }, ...options } = given;
    const [migration] = readProject(writeProject(files));
    if (migration === undefined) throw new Error("no migration");
    return await traceMigration({
      places: { named: server.url() },
      schema: [{ file: "schema.sql", text: schemaSql }],
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      file: "0001_m.sql",
      async plan(state) {
        const online = { state, policy: { briefSeconds: 0 } };
        const [prepared] = await (asWritten ? new Preparation() : new Preparation(async () => online)).plan([
          migration,
        ]);
        if (prepared === undefined) throw new Error("no plan");
        return prepared.plan;
      },
      ...options,
    });
  }

  const statements = ({ steps }: TraceReport): TracedStatement[] => steps.flatMap((step) => [...step.statements]);
  const outcomes = (report: TraceReport): string[] => statements(report).map(({ outcome }) => outcome);
  const scratches = (): Promise<number | null> =>
    onServer(server.url(), async (client) => {
      const found = await client.query("SELECT FROM pg_database WHERE datname LIKE 'lockkeeper\\_scratch\\_%'");
      return found.rowCount;
    });

  test("shows locks, what they block, and work, and that they are as predicted", async () => {
    const report = await trace(
      `CREATE INDEX orders_total ON orders (total);
       ALTER TABLE people ALTER COLUMN email TYPE varchar(400);
       ALTER TABLE people ALTER COLUMN id TYPE bigint;
       ALTER TABLE orders ALTER COLUMN note SET NOT NULL`,
      { asWritten: true },
    );
    expect(report).toMatchObject({ differences: 0, isWhole: true, migration: "0001_m", place: "named server" });
    expect(report.rows).toMatchObject({ empty: [], filled: [{ table: "public.people", rows: 3 }, { rows: 3 }] });
    const [index, , type, notNull] = statements(report).map(({ relations }) => relations[0]);
    const same = (text: string) => ({ predicted: text, observed: text, differs: false });
    expect(index).toEqual({
      relation: "public.orders",
      kind: "table",
      lock: same("SHARE"),
      blocks: same("writes"),
      works: same("index-build"),
    });
    expect(type).toMatchObject({
      lock: same("ACCESS EXCLUSIVE"),
      blocks: same("reads and writes"),
      works: same("rewrite"),
    });
    expect(notNull).toMatchObject({ works: same("read") });
    for (const { ms } of statements(report)) expect(ms).toBeGreaterThan(0);
    expect(await scratches()).toBe(0);
  });

  test("runs the steps of the online plan, those outside of transactions too", async () => {
    const report = await trace(
      `CREATE INDEX orders_total ON orders (total);
       ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
       ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > -1000000);
       REINDEX TABLE orders;`,
    );
    expect(report).toMatchObject({ differences: 0, isWhole: true });
    expect(report.steps.map(({ kind }) => kind)).toContain("concurrent");
    const [first] = statements(report);
    expect(first).toMatchObject({
      sql: expect.stringContaining("CREATE INDEX CONCURRENTLY"),
      insteadOf: "CREATE INDEX orders_total ON orders (total)",
      isComplete: true,
      relations: [{ lock: { observed: "SHARE UPDATE EXCLUSIVE" }, works: { observed: "index-build" } }],
    });
    const stopping = statements(report).filter(({ relations }) =>
      relations.some(({ works, blocks }) => works !== undefined && blocks !== undefined),
    );
    expect(stopping).toEqual([]);
  });

  test("runs sweeps, and the triggers that go with them", async () => {
    const report = await trace(
      "ALTER TABLE people ALTER COLUMN email TYPE int USING length(email); ALTER TABLE orders ADD ref uuid DEFAULT gen_random_uuid()",
    );
    expect(report).toMatchObject({ differences: 0, isWhole: true });
    expect(report.steps.map(({ kind }) => kind)).toContain("sweep");
  });

  test("keeps the transactions of the author, with what they hold and take back", async () => {
    const report = await trace(
      `SET search_path = public; SET statement_timeout = '1h';
       BEGIN; ALTER TABLE people ADD note text; SAVEPOINT s; DROP TABLE orders CASCADE; ROLLBACK TO s; COMMIT;
       VACUUM orders; REFRESH MATERIALIZED VIEW CONCURRENTLY totals; ANALYZE people`,
      { asWritten: true },
    );
    expect(report).toMatchObject({ differences: 0, isWhole: true });
    const drop = statements(report).find(({ sql }) => sql.startsWith("DROP"));
    expect(drop?.relations.map(({ relation }) => relation)).toContain("public.totals");
    expect(statements(report).find(({ sql }) => sql === "VACUUM orders")?.relations).toMatchObject([
      { relation: "public.orders", works: { observed: "read" } },
    ]);
  });

  test("going back to a savepoint gives back stronger locks as predicted", async () => {
    const report = await trace(
      `BEGIN; LOCK TABLE people IN ROW EXCLUSIVE MODE; SAVEPOINT s; LOCK TABLE people; LOCK TABLE orders IN SHARE MODE;
       ROLLBACK TO s; ALTER TABLE orders ADD COLUMN x int; COMMIT;`,
      { asWritten: true },
    );
    expect(report).toMatchObject({ differences: 0, isWhole: true });
  });

  test("marks what came otherwise than predicted", async () => {
    const schemaSql = `${SCHEMA}
      CREATE FUNCTION lock_people() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE people; END $$;
      CREATE EVENT TRIGGER locks ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION lock_people();`;
    const report = await trace("ALTER TABLE orders ADD COLUMN x int", { schemaSql });
    expect(report).toMatchObject({ differences: 2, isWhole: true });
    expect(statements(report)[0]?.relations).toMatchObject([
      { relation: "public.orders", lock: { differs: false } },
      {
        relation: "public.people",
        lock: { predicted: "none", observed: "ACCESS EXCLUSIVE", differs: true },
        blocks: { differs: true },
      },
    ]);
  });

  test("does not hold against a prediction what it says that it does not know", async () => {
    const report = await trace("DO $$ BEGIN EXECUTE 'LOCK TABLE ' || 'people IN SHARE MODE'; END $$", {
      asWritten: true,
    });
    expect(report.differences).toBe(0);
    expect(statements(report)[0]).toMatchObject({
      unchecked: expect.arrayContaining([expect.stringContaining("DO block")]),
      relations: [{ relation: "public.people", lock: { predicted: "none", observed: "SHARE", differs: false } }],
    });
  });

  test("that fails shows what was done before, why, and whether that was foreseen", async () => {
    const report = await trace(
      `CREATE INDEX CONCURRENTLY first ON orders (total);
       ALTER TABLE orders ADD COLUMN x int; ALTER TABLE orders ADD CONSTRAINT one CHECK (total < 0); SELECT 1;
       VACUUM orders`,
      { asWritten: true },
    );
    expect(outcomes(report)).toEqual(["done", "done", "failed", "not run", "not run"]);
    expect(report.steps.map(({ outcome }) => outcome)).toEqual(["done", "failed", "not run"]);
    expect(report.isWhole).toBe(false);
    expect(statements(report)[2]?.failure).toMatchObject({
      sqlState: "23514",
      foreseen: [expect.stringContaining("orders")],
    });
    const unforeseen = await trace("SELECT 1 / 0", { asWritten: true });
    expect(statements(unforeseen)[0]?.failure).toMatchObject({ sqlState: "22012", foreseen: [] });
  });

  test("that fails outside of a transaction, or at its commit, says so", async () => {
    const outside = await trace("CREATE UNIQUE INDEX CONCURRENTLY one ON orders ((1)); VACUUM orders", {
      asWritten: true,
    });
    expect(outcomes(outside)).toEqual(["failed", "not run"]);
    expect(statements(outside)[0]?.failure?.sqlState).toBe("23505");
    const late = await trace(
      "ALTER TABLE orders ADD FOREIGN KEY (total) REFERENCES people DEFERRABLE INITIALLY DEFERRED NOT VALID; UPDATE orders SET total = 12345",
      {
        asWritten: true,
      },
    );
    expect(late.steps).toMatchObject([{ outcome: "failed", reason: expect.stringContaining("COMMIT failed") }]);
    expect(late.isWhole).toBe(false);
  });

  test("gives up a statement that never ends, within a transaction and outside", async () => {
    const within = await trace("SET statement_timeout = 0; SELECT pg_sleep(600)", { asWritten: true, timeoutMs: 300 });
    expect(statements(within).at(-1)).toMatchObject({
      outcome: "failed",
      failure: { sqlState: "57014", message: "it did not end within 0.3 s, and was cancelled" },
    });
    const outside = await trace("CREATE INDEX CONCURRENTLY slow ON orders (slowly(total))", {
      asWritten: true,
      timeoutMs: 5_000,
      schemaSql: `${SCHEMA} CREATE FUNCTION slowly(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN 1; END $$`,
    });
    expect(statements(outside)).toMatchObject([{ outcome: "failed", failure: { sqlState: "57014" } }]);
    expect(await scratches()).toBe(0);
  });

  test("skips scripts, and what reaches beyond its database", async () => {
    const files = {
      "0001_m.ts": `export default { steps: [
        { sql: "CREATE TABLE made (id int)" }, { script: "fill" }, { sql: "CREATE ROLE beyond; ALTER TABLE made ADD x int" },
      ], scripts: { async fill() {} } };`,
    };
    const report = await trace("", { files });
    expect(report.steps.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      "ddl done",
      "script skipped",
      "ddl done",
    ]);
    expect(outcomes(report)).toEqual(["done", "skipped", "done"]);
    expect(report).toMatchObject({ isWhole: true, differences: 0 });
  });

  test("asks no other server for anything, where tables have foreign parts", async () => {
    const schemaSql = `CREATE EXTENSION postgres_fdw;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1');
      CREATE USER MAPPING FOR CURRENT_USER SERVER far;
      CREATE TABLE logs (at int) PARTITION BY RANGE (at);
      CREATE FOREIGN TABLE old PARTITION OF logs FOR VALUES FROM (0) TO (10) SERVER far;
      CREATE TABLE young PARTITION OF logs FOR VALUES FROM (10) TO (20);`;
    const sql =
      "CREATE INDEX CONCURRENTLY ON young (at); ALTER TABLE young ADD CHECK (at > 0); ALTER TABLE logs ADD x int";
    const report = await trace(sql, { schemaSql, asWritten: true });
    expect(report.rows).toEqual({ filled: [{ table: "public.young", rows: 3 }], empty: [] });
    expect(report).toMatchObject({ isWhole: true, differences: 0 });
  });

  test("names tables for which no rows could be made", async () => {
    const report = await trace("ALTER TABLE never ADD x int", {
      schemaSql: "CREATE TABLE never (id int CHECK (false))",
    });
    expect(report.rows).toMatchObject({ filled: [], empty: [{ table: "public.never" }] });
    expect(report).toMatchObject({ isWhole: true, differences: 0 });
  });

  test("under a role that is no superuser sees a part, and says so", async () => {
    await using db = await testDatabase(server.url());
    await using role = await testRole(db, "CREATEDB");
    const sql =
      "ALTER TABLE orders ADD COLUMN x int; CREATE INDEX CONCURRENTLY i ON orders (total); REINDEX TABLE CONCURRENTLY people";
    const report = await trace(sql, { places: { named: role.url } });
    expect(report).toMatchObject({ isWhole: true, differences: 0 });
    expect(statements(report).map(({ isComplete }) => isComplete)).toEqual([true, false, false]);
  });

  test("that is interrupted ends at once and leaves nothing", async () => {
    const stop = new AbortController();
    const tracing = trace("SELECT pg_sleep(600)", { asWritten: true, signal: stop.signal, timeoutMs: 600_000 }).catch(
      (error) => error,
    );
    const sleeps = "SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'";
    const sleeping = () => onServer(server.url(), async (client) => (await client.query(sleeps)).rowCount);
    await expect.poll(sleeping, { timeout: 30_000 }).toBe(1);
    stop.abort();
    expect(await tracing).toMatchObject({ code: "interrupted" });
    expect([await sleeping(), await scratches()]).toEqual([0, 0]);
  });

  test("whose server goes away ends with the driver's error", async () => {
    const crash =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'";
    await expect(trace(crash, { asWritten: true })).rejects.toThrow(/terminat/);
    expect(await scratches()).toBe(0);
  });
});
