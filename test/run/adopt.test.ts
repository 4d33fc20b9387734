import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ForeignLayout } from "../../src/migrations/layouts/layout.ts";
import { LAYOUT_READERS } from "../../src/migrations/layouts/read-layout.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { type AdoptOptions, type AdoptResult, adopt } from "../../src/run/adopt.ts";
import { down } from "../../src/run/down.ts";
import { status } from "../../src/run/status.ts";
import { copyOf, historySql, projectOf, writeInto } from "../migrations/adopt-fixture.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const tools = Object.keys(LAYOUT_READERS) as ForeignLayout[];

const databaseOf = async (tool: ForeignLayout): Promise<TestDatabase> => {
  const db = await testDatabase();
  await db.query(historySql(tool));
  return db;
};

const takeOver = (db: TestDatabase, folder: string, options: Partial<AdoptOptions> = {}): Promise<AdoptResult> =>
  adopt({ ...operationOn(db), folder, ...options });

const history = (db: TestDatabase): Promise<Record<string, unknown>[]> =>
  db.query("SELECT id, origin, adopted_from, checksum FROM lockkeeper.migration ORDER BY position");

/** Everything but Lockkeeper's own schema. */
const theirs = async (db: TestDatabase): Promise<Record<string, unknown>> => {
  const { schema, ...rows } = await picture(db);
  const foreign = Object.entries(rows).filter(([table]) => !table.startsWith("lockkeeper."));
  return { schema: schema?.filter((line) => !line.includes("lockkeeper")), ...Object.fromEntries(foreign) };
};

describe.each(tools)("a history of %s", (tool) => {
  test("is taken over from its own project, once, and leaves its tables as they are", async () => {
    await using db = await databaseOf(tool);
    const folder = projectOf(tool);
    const before = await theirs(db);
    const first = await takeOver(db, folder);
    expect(first).toMatchObject({ known: 0, report: { tool, clean: true } });
    expect(first.adopted).toHaveLength(first.report.counts.applied);
    expect(first.adopted).not.toEqual([]);
    expect(await history(db)).toEqual(
      readProject(folder)
        .filter(({ id }) => first.adopted.includes(id))
        .map(({ id, checksum }) => ({ id, origin: "adopt", adopted_from: tool, checksum })),
    );
    expect(await takeOver(db, folder)).toMatchObject({ adopted: [], known: first.adopted.length });
    expect(await theirs(db)).toEqual(before);
    const report = await status({ url: db.url, migrations: readProject(folder) });
    expect(report.problems).toEqual([]);
    expect(report.counts.applied).toBe(first.adopted.length);
  });
});

describe("adopting", () => {
  const dbmate = projectOf("dbmate");

  test("goes on with what is pending and with our own files", async () => {
    await using db = await databaseOf("dbmate");
    const folder = copyOf("dbmate");
    const { adopted } = await takeOver(db, folder);
    writeInto(folder, { "20990101000000_ours.sql": "CREATE TABLE ours (id int);" });
    const pending = readProject(folder)
      .map(({ id }) => id)
      .filter((id) => !adopted.includes(id));
    expect((await applyAll(db, folder)).applied).toEqual(pending);
    expect(await db.query("SELECT to_regclass('ours') IS NOT NULL AS made")).toEqual([{ made: true }]);
  });

  test("does not take for applied what was taken back here, although the tool does", async () => {
    await using db = await testDatabase();
    const folder = writeProject({
      "20240101_a.sql": "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n",
      "20240102_b.sql": "-- migrate:up\nCREATE TABLE b ();\n-- migrate:down\nDROP TABLE b;\n",
    });
    await db.query(`CREATE TABLE a (); CREATE TABLE b (); CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
      INSERT INTO schema_migrations VALUES ('20240101'), ('20240102')`);
    expect((await takeOver(db, folder)).adopted).toEqual(["20240101_a", "20240102_b"]);
    const migrations = readProject(folder);
    for (const steps of [1, 1]) {
      await down({ ...operationOn(db), migrations, steps });
      await expect(takeOver(db, folder)).rejects.toMatchObject({
        code: "history_inconsistent",
        message: expect.stringContaining("20240102_b"),
        action: expect.stringContaining("lockkeeper up"),
      });
    }
    expect(await history(db)).toEqual([]);
    expect((await applyAll(db, folder)).applied).toEqual(["20240101_a", "20240102_b"]);
    expect(await takeOver(db, folder).catch(({ code }) => code)).toBe("history_not_empty");
  });

  test("takes over again what the tool applied after it was taken back", async () => {
    await using db = await databaseOf("prisma");
    const folder = copyOf("prisma");
    const { adopted } = await takeOver(db, folder);
    await db.query("DELETE FROM lockkeeper.migration");
    await db.query(
      `INSERT INTO lockkeeper.run (migration_id, direction, state, plan, checksum, finished_at)
       SELECT id, 'down', 'done', '{"steps": []}', '', timestamptz '2001-01-01' FROM unnest($1::text[]) AS id`,
      [adopted],
    );
    expect((await takeOver(db, folder)).adopted).toEqual(adopted);
  });

  test("keeps the time at which the tool applied a migration, where it knows", async () => {
    await using db = await databaseOf("prisma");
    await takeOver(db, projectOf("prisma"));
    const [row] = await db.query<{ same: boolean }>(
      `SELECT bool_and(m.applied_at = p.finished_at) AS same
       FROM lockkeeper.migration AS m JOIN _prisma_migrations AS p ON p.migration_name = m.id AND p.rolled_back_at IS NULL`,
    );
    expect(row?.same).toBe(true);
  });

  test("records who decided, and why", async () => {
    await using db = await databaseOf("dbmate");
    const { adopted, report } = await takeOver(db, dbmate, { reason: "we move", actor: "dana" });
    expect(await db.query("SELECT actor, action, subject, reason, detail FROM lockkeeper.audit")).toEqual([
      {
        actor: "dana",
        action: "adopt",
        subject: "dbmate",
        reason: "we move",
        detail: { table: report.table, adopted },
      },
    ]);
  });

  test("adds what the tool applied since", async () => {
    await using db = await databaseOf("dbmate");
    const folder = copyOf("dbmate");
    const first = await takeOver(db, folder);
    writeInto(folder, { "20980101000000_more.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n" });
    for (const { key } of first.report.items.filter(({ status: state }) => state === "pending")) {
      await db.query("INSERT INTO schema_migrations VALUES ($1)", [key]);
    }
    await db.query("INSERT INTO schema_migrations VALUES ('20980101000000')");
    const second = await takeOver(db, folder);
    expect(second.adopted.at(-1)).toBe("20980101000000_more");
    expect(second.known).toBe(first.adopted.length);
  });

  test("only looks in a dry run, and shows problems instead of failing on them", async () => {
    await using db = await databaseOf("dbmate");
    const folder = copyOf("dbmate");
    const before = await picture(db);
    const looked = await takeOver(db, folder, { dryRun: true });
    expect(looked.adopted.length).toBeGreaterThan(0);
    rmSync(join(folder, `${looked.adopted[0]}.sql`));
    expect((await takeOver(db, folder, { dryRun: true })).report.clean).toBe(false);
    expect(await picture(db)).toEqual(before);
  });

  test.each([
    [
      "a file that is gone",
      (folder: string, [first]: readonly string[]) => rmSync(join(folder, `${first}.sql`)),
      "missing-file",
    ],
    [
      "a pending file among applied ones",
      (folder: string) =>
        writeInto(folder, { "00000000000001_early.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n" }),
      "out-of-order",
    ],
  ])("changes nothing because of %s, and says so", async (_name, damage, kind) => {
    await using db = await databaseOf("dbmate");
    const folder = copyOf("dbmate");
    const { adopted } = await takeOver(db, folder, { dryRun: true });
    damage(folder, adopted);
    const before = await picture(db);
    await expect(takeOver(db, folder)).rejects.toMatchObject({
      code: "history_inconsistent",
      data: { report: { tool: "dbmate", clean: false, problems: [{ kind, severity: "error" }] } },
    });
    expect(await picture(db)).toEqual(before);
  });

  test("changes nothing where an adopted migration was taken back by the tool", async () => {
    await using db = await databaseOf("dbmate");
    const { adopted } = await takeOver(db, dbmate);
    await db.query("DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)");
    const before = await picture(db);
    await expect(takeOver(db, dbmate)).rejects.toMatchObject({
      code: "history_inconsistent",
      message: expect.stringContaining(`${adopted.at(-1)} was adopted, but dbmate`),
    });
    expect(await picture(db)).toEqual(before);
  });

  test("changes nothing where the tool slipped one in before what is recorded", async () => {
    await using db = await databaseOf("dbmate");
    const folder = copyOf("dbmate");
    await takeOver(db, folder);
    writeInto(folder, { "00000000000001_early.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n" });
    await db.query("INSERT INTO schema_migrations VALUES ('00000000000001')");
    const before = await picture(db);
    await expect(takeOver(db, folder)).rejects.toMatchObject({
      code: "history_inconsistent",
      message: expect.stringContaining("00000000000001_early was applied by dbmate"),
    });
    expect(await picture(db)).toEqual(before);
  });

  test("changes nothing on a database that Lockkeeper has run on", async () => {
    await using db = await databaseOf("dbmate");
    await applyAll(db, { "0001_a.sql": "SELECT 1;" });
    const before = await picture(db);
    await expect(takeOver(db, dbmate)).rejects.toMatchObject({ code: "history_not_empty" });
    expect(await picture(db)).toEqual(before);
  });

  test("changes nothing where a run left one of the migrations half done", async () => {
    await using db = await databaseOf("dbmate");
    const { adopted } = await takeOver(db, dbmate, { dryRun: true });
    const [id] = adopted;
    await expect(
      applyAll(db, { [`${id}.sql`]: "-- lockkeeper: transaction each\nSELECT 1;\nSELECT 1 / 0;" }),
    ).rejects.toMatchObject({ code: "statement_failed" });
    const before = await picture(db);
    await expect(takeOver(db, dbmate)).rejects.toMatchObject({
      code: "history_inconsistent",
      message: expect.stringContaining("left it half done"),
    });
    expect(await picture(db)).toEqual(before);
  });

  test("finds no history in a database without one", async () => {
    await using db = await testDatabase();
    const before = await picture(db);
    await expect(takeOver(db, dbmate)).rejects.toMatchObject({ code: "history_not_found" });
    await expect(takeOver(db, dbmate, { from: "goose" })).rejects.toMatchObject({ code: "history_not_found" });
    expect(await picture(db)).toEqual(before);
  });

  test("tells histories of several tools apart by the folder, or asks", async () => {
    await using db = await databaseOf("dbmate");
    await db.query("CREATE TABLE goose_db_version (id int, version_id bigint, is_applied boolean, tstamp timestamp)");
    expect((await takeOver(db, dbmate, { dryRun: true })).report.tool).toBe("dbmate");
    await expect(takeOver(db, copyOf("flyway"))).rejects.toMatchObject({
      code: "usage",
      data: { tools: expect.arrayContaining(["dbmate", "goose"]) },
    });
  });
});
