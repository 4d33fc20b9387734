import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { stableJson } from "../../src/catalog/stable-json.ts";
import { diffStates } from "../../src/desired/diff-states.ts";
import { type LoadStateOptions, loadState, loadStates } from "../../src/desired/load-state.ts";
import type { State } from "../../src/desired/state.ts";
import { stateSource } from "../../src/desired/state-source.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const options = (cwd: string, more: Partial<LoadStateOptions> = {}): LoadStateOptions => ({
  cwd,
  places: { named: inject("serverUrl") },
  timeoutMs: 30_000,
  commandTimeoutMs: 30_000,
  signal: new AbortController().signal,
  migrations: () => readProject(`${cwd}/migrations`),
  ...more,
});

const load = async (names: string | readonly string[], cwd: string, more?: Partial<LoadStateOptions>): Promise<State> =>
  await loadState(stateSource([names].flat()), options(cwd, more));

const namesOf = ({ catalog: { schemas, tables } }: State): string[] => [
  ...schemas.map(({ name }) => name),
  ...tables.map(({ schema, name }) => `${schema}.${name}`),
];

async function failure(loading: Promise<unknown>): Promise<LockkeeperError> {
  const error = await loading.catch((thrown: unknown) => thrown);
  if (error instanceof LockkeeperError) return error;
  throw new Error(`not refused: ${error}`);
}

describe("a state of a schema", () => {
  test("comes from files, a command and the migrations alike", async () => {
    const cwd = writeProject({
      "db/b.sql": "CREATE TABLE b (id int REFERENCES a);",
      "db/more/a.sql": "CREATE TABLE a (id int PRIMARY KEY);",
      "models/a.SQL": "CREATE TABLE a (id int PRIMARY KEY);",
      "models/b.sql": "CREATE TABLE b (id int REFERENCES a);",
      "migrations/0001_a.sql": "CREATE TABLE a (id int PRIMARY KEY);",
      "migrations/0002_b.sql": "CREATE TABLE b (id int REFERENCES a);",
    });
    const both = ["public", "public.a", "public.b"];
    for (const names of ["db/**/*.sql", "models", "cmd:cat db/*.sql db/more/*.sql", "migrations"]) {
      expect(namesOf(await load(names, cwd)), String(names)).toEqual(both);
    }
    expect(await failure(load("missing.sql", cwd))).toMatchObject({ code: "usage" });
    expect(await failure(load("./migrations/none/", writeProject({ "migrations/none/x": "" })))).toMatchObject({
      code: "usage",
    });
  });

  test("of a command that fails, prints nothing or does not end is an error with what it said", async () => {
    const cwd = writeProject({});
    const failed = await failure(load("cmd:echo half; echo no such model >&2; exit 3", cwd));
    expect(failed).toMatchObject({ code: "schema_command_failed", data: { exitCode: 3, stderr: "no such model" } });
    expect(failed.message).toContain("ended with exit code 3:\nno such model");
    expect(await failure(load("cmd:true", cwd))).toMatchObject({
      code: "schema_command_failed",
      data: { exitCode: 0 },
    });
    const endless = await failure(load("cmd:sleep 600 | cat", cwd, { commandTimeoutMs: 100 }));
    expect(endless).toMatchObject({ code: "schema_command_failed" });
    expect(endless.message).toContain("did not end within 0.1 s");
  });

  test("is only read from a database, without what is others' there", async () => {
    await db.query(`
      CREATE TABLE orders (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
      CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE events_p1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
      CREATE TABLE events_p2 PARTITION OF events FOR VALUES FROM ('2020-02-01') TO ('2020-03-01') PARTITION BY RANGE (at);
      CREATE TABLE events_p2_a PARTITION OF events_p2 DEFAULT;
      CREATE SCHEMA partman; CREATE TABLE partman.template_events (id int);
      CREATE TABLE partman.part_config (parent_table text, partition_interval text, template_table text);
      INSERT INTO partman.part_config VALUES ('public.events', '1 mon', 'partman.template_events');
      CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial, hash text, created_at bigint);
      CREATE TABLE tmp_a (id int PRIMARY KEY); CREATE TABLE keep (id int); CREATE SCHEMA audit; CREATE TABLE audit.log (id int)`);
    const state = await load(db.url, ".", { ignore: ["audit", "public.tmp_*", "partman.part_config"] });
    expect(namesOf(state)).toEqual(["public", "public.events", "public.keep", "public.orders", "public.orders_old"]);
    expect(JSON.stringify(state.catalog.dependencies)).not.toMatch(/tmp_a|events_p|drizzle/);
    expect(namesOf(await load(db.url, ".", { schemas: ["aud*"] }))).toEqual(["audit", "audit.log"]);
  });

  test("stored by `lockkeeper catalog` is read again", async () => {
    await using session = await connect(db.url);
    const catalog = await readCatalog(session.query);
    const cwd = writeProject({ "schema.json": stableJson(catalog), "none.json": "{}" });
    const state = await load("schema.json", cwd, { schemas: ["public"] });
    expect(namesOf(state)).toContain("public.keep");
    expect(namesOf(state)).not.toContain("audit.log");
    expect(await failure(load("none.json", cwd))).toMatchObject({ code: "snapshot_invalid" });
  });

  test("leaves owners, privileges and contents as they are when it says nothing of them", async () => {
    const cwd = writeProject({
      "s.sql":
        "CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE MATERIALIZED VIEW m AS SELECT 1 AS one WITH NO DATA;",
    });
    await using theirs = await testDatabase();
    const role = `r_${theirs.name}`;
    await theirs.query(
      `CREATE ROLE ${role}; CREATE TABLE t (id int); ALTER TABLE t OWNER TO ${role}; GRANT SELECT ON t TO public; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one`,
    );
    try {
      const { diff } = diffStates(await load(theirs.url, cwd), await load("s.sql", cwd));
      expect(diff.changes.map(({ type, id }) => `${type} ${id}`)).toContain("added table:public.u");
      expect(diff.changes.filter(({ type }) => type === "changed")).toEqual([]);
    } finally {
      await theirs.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});

describe("of two states, of which one is only read,", () => {
  const command = (text: string) => stateSource([`cmd:${text}`]);

  test("the other is loaded meanwhile", async () => {
    const cwd = writeProject({});
    const begun = until("the command has begun", () => existsSync(join(cwd, "begun")));
    const { from, to } = await loadStates(
      stateSource([db.url]),
      command("touch begun; echo 'CREATE TABLE a (id int);'"),
      options(cwd, {
        onceDone: async (_, catalog) => {
          await begun;
          return { catalog, waiting: [], begun: [] };
        },
      }),
    );
    expect(namesOf(from)).toContain("public.keep");
    expect(namesOf(to)).toEqual(["public", "public.a"]);
  });

  test("the other is given up when that one cannot be read", async () => {
    const patient = options(".", { commandTimeoutMs: 600_000 });
    const none = stateSource([`${db.url}_none`]);
    expect(await failure(loadStates(none, command("sleep 600"), patient))).toMatchObject({ code: "database_missing" });
    expect(await failure(loadStates(command("sleep 600"), none, patient))).toMatchObject({ code: "database_missing" });
  });
});

test("names nobody who loaded SQL in statements", async () => {
  const cwd = writeProject({
    "a.sql": "CREATE TABLE t (id int);",
    "b.sql":
      "CREATE TABLE t (id int); REVOKE DELETE ON t FROM CURRENT_USER; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public;",
  });
  const found = diffStates(await load("a.sql", cwd), await load("b.sql", cwd));
  const statements = [...found.diff.statements, ...found.back().statements].map(({ sql }) => sql).join("\n");
  expect(statements).toContain("FROM CURRENT_USER");
  expect(statements).not.toContain("lockkeeper");
});

describe("the name of a state", () => {
  test("says where it comes from", () => {
    expect(stateSource(["postgres://u:p@h/d"])).toEqual({ kind: "database", url: "postgres://u:p@h/d" });
    expect(stateSource(["cmd: drizzle-kit export"])).toEqual({ kind: "command", command: "drizzle-kit export" });
    expect(stateSource(["migrations"])).toEqual({ kind: "migrations" });
    expect(stateSource(["a.json"])).toEqual({ kind: "snapshot", file: "a.json" });
    expect(() => stateSource(["a.sql", "postgres://u:secret@h/d"])).toThrow(/^Only files .* and a database is none\.$/);
  });
});
