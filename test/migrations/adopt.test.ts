import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectTools } from "../../src/migrations/adopt/detect-tools.ts";
import type { ForeignLayout } from "../../src/migrations/layouts/layout.ts";
import { LAYOUT_READERS } from "../../src/migrations/layouts/read-layout.ts";
import {
  type AdoptedDatabase,
  copyOf,
  databaseOf,
  filesIn,
  kindsOf,
  projectOf,
  statusOf,
  writeInto,
} from "./adopt-fixture.ts";

interface Expectation {
  readonly table: string;
  /** In order; what the report must say of the untouched fixture. */
  readonly ids: readonly string[];
  /** A file to take away, and the key the report must name. */
  readonly missing: readonly [file: string, key: string];
  /** A file to change; `seen` where the tool kept a checksum. */
  readonly edit: { readonly file: string; readonly seen: boolean };
  /** Files that add a migration behind the last one, and its id. */
  readonly newer: Added;
  /** Files that add one in front of the last one; absent where the history cannot show that it was skipped. */
  readonly older?: Added;
  /** Makes the history say that the first migration was applied last; absent where it keeps no order. */
  readonly firstAppliedLast?: string;
  /** Makes the last migration a failed one; absent where the tool records no failures. */
  readonly fail?: string;
}

type Added = readonly [files: Readonly<Record<string, string>>, id: string];

const STAMPED = [
  "20240102090000_create_customers",
  "20240215101500_create_orders",
  "20240301120000_add_orders_note",
  "20240410083000_index_orders_customer",
];
const OLDER = "20240220000000_older";
const NEWER = "20250101000000_newer";

const code = (extension: string, table: string, rest: Partial<Expectation>): Expectation => ({
  table,
  ids: STAMPED,
  missing: [`${STAMPED[1]}${extension}`, `${STAMPED[1]}`],
  edit: { file: `${STAMPED[1]}${extension}`, seen: false },
  newer: [{ [`${NEWER}${extension}`]: "" }, NEWER],
  older: [{ [`${OLDER}${extension}`]: "" }, OLDER],
  ...rest,
});

const typeormClass = (time: string): string => `module.exports = class Extra${time} { async up(queryRunner) {} }`;
const revision = (id: string, parent: string): string => `revision = "${id}"\ndown_revision = "${parent}"\n`;
const drizzleFiles = (more: { when: number; tag: string; at: number }): Record<string, string> => {
  const entries = filesIn("drizzle", projectOf("drizzle")).files.map(({ key, migration }) => ({
    when: Number(key),
    tag: migration.id,
  }));
  const journal = JSON.stringify({ entries: entries.toSpliced(more.at, 0, more) });
  return { "meta/_journal.json": journal, [`${more.tag}.sql`]: "SELECT 1;" };
};
const drizzleKeys = filesIn("drizzle", projectOf("drizzle")).files.map(({ key }) => key);

const EXPECTATIONS: Readonly<Record<ForeignLayout, Expectation>> = {
  "node-pg-migrate": {
    table: "public.pgmigrations",
    ids: [
      "1704186000000_create_customers",
      "1707992100000_create_orders",
      "1709294400000_add_orders_note",
      "1712737800000_index_orders_customer",
    ],
    missing: ["1707992100000_create_orders.js", "1707992100000_create_orders"],
    edit: { file: "1704186000000_create_customers.sql", seen: false },
    newer: [{ "1800000000000_newer.sql": "SELECT 1;" }, "1800000000000_newer"],
    older: [{ "1708000000000_older.sql": "SELECT 1;" }, "1708000000000_older"],
    firstAppliedLast: "UPDATE pgmigrations SET run_on = run_on + interval '1 day' WHERE id = 1",
  },
  dbmate: {
    table: "public.schema_migrations",
    ids: STAMPED,
    missing: [`${STAMPED[1]}.sql`, "20240215101500"],
    edit: { file: `${STAMPED[1]}.sql`, seen: false },
    newer: [{ [`${NEWER}.sql`]: "-- migrate:up\n-- migrate:down\n" }, NEWER],
    older: [{ [`${OLDER}.sql`]: "-- migrate:up\n-- migrate:down\n" }, OLDER],
  },
  goose: {
    table: "public.goose_db_version",
    ids: ["00001_create_customers", "00002_create_orders", "00003_add_orders_note", "00004_index_orders_customer"],
    missing: ["00002_create_orders.sql", "2"],
    edit: { file: "00002_create_orders.sql", seen: false },
    newer: [{ "00005_newer.sql": "-- +goose Up\nSELECT 1;\n" }, "00005_newer"],
    firstAppliedLast: "UPDATE goose_db_version SET id = 100 WHERE version_id = 1",
  },
  "golang-migrate": {
    table: "public.schema_migrations",
    ids: ["000001_create_customers", "000002_create_orders", "000003_add_orders_note", "000004_index_orders_customer"],
    missing: ["000004_index_orders_customer.up.sql", "4"],
    edit: { file: "000002_create_orders.up.sql", seen: false },
    newer: [{ "000005_newer.up.sql": "SELECT 1;" }, "000005_newer"],
    fail: "UPDATE schema_migrations SET dirty = true",
  },
  prisma: {
    table: "public._prisma_migrations",
    ids: STAMPED,
    missing: [`${STAMPED[1]}/migration.sql`, `${STAMPED[1]}`],
    edit: { file: `${STAMPED[1]}/migration.sql`, seen: true },
    newer: [{ [`${NEWER}/migration.sql`]: "SELECT 1;" }, NEWER],
    older: [{ [`${OLDER}/migration.sql`]: "SELECT 1;" }, OLDER],
    firstAppliedLast: `UPDATE _prisma_migrations SET started_at = started_at + interval '1 day' WHERE migration_name = '${STAMPED[0]}'`,
    fail: `UPDATE _prisma_migrations SET finished_at = NULL, logs = 'boom' WHERE migration_name = '${STAMPED[3]}'`,
  },
  drizzle: {
    table: "drizzle.__drizzle_migrations",
    ids: ["0000_create_customers", "0001_create_orders", "0002_add_orders_note", "0003_index_orders_customer"],
    missing: ["0001_create_orders.sql", drizzleKeys[1] ?? ""],
    edit: { file: "0001_create_orders.sql", seen: true },
    newer: [drizzleFiles({ when: 4e12, tag: "0004_newer", at: 4 }), "0004_newer"],
    older: [drizzleFiles({ when: Number(drizzleKeys[1]) + 1, tag: "0002_older", at: 2 }), "0002_older"],
    firstAppliedLast: "UPDATE drizzle.__drizzle_migrations SET id = 100 WHERE id = 1",
  },
  knex: code(".js", "public.knex_migrations", {
    firstAppliedLast: "UPDATE knex_migrations SET id = 100, batch = 9 WHERE id = 1",
  }),
  "graphile-migrate": {
    table: "graphile_migrate.migrations",
    ids: ["000001", "000002-create-orders", "000003", "000004"],
    missing: ["committed/000002-create-orders.sql", "000002.sql"],
    edit: { file: "committed/000002-create-orders.sql", seen: true },
    newer: [{ "committed/000005.sql": "--! Previous: sha1:x\n--! Hash: sha1:y\n\nSELECT 1;\n" }, "000005"],
    older: [{ "committed/0000015.sql": "--! Previous: sha1:x\n--! Hash: sha1:y\n\nSELECT 1;\n" }, "0000015"],
    firstAppliedLast:
      "UPDATE graphile_migrate.migrations SET date = date + interval '1 day' WHERE filename = '000001.sql'",
  },
  flyway: {
    table: "public.flyway_schema_history",
    ids: [
      "V0.9__settings",
      "V1__create_customers",
      "V1_1__create_orders",
      "V2__add_orders_note",
      "V10__index_orders_customer",
      "R__order_totals",
    ],
    missing: ["V1_1__create_orders.sql", "1.1"],
    edit: { file: "V1_1__create_orders.sql", seen: true },
    newer: [{ "V11__newer.sql": "SELECT 1;" }, "V11__newer"],
    older: [{ "V1_2__older.sql": "SELECT 1;" }, "V1_2__older"],
    firstAppliedLast: "UPDATE flyway_schema_history SET installed_rank = 100 WHERE version = '1'",
    fail: "UPDATE flyway_schema_history SET success = false WHERE version = '10'",
  },
  alembic: {
    table: "public.alembic_version",
    ids: [
      "9c1f0a52d7e4_create_customers",
      "41ae77c0b913_create_orders",
      "b3d8416ef09c_add_customers_phone",
      "e07b5d3f8a26_add_orders_note",
      "f5a2c98e1d70_index_orders_customer",
    ],
    missing: ["versions/41ae77c0b913_create_orders.py", "41ae77c0b913"],
    edit: { file: "versions/41ae77c0b913_create_orders.py", seen: false },
    newer: [{ "versions/newer.py": revision("0a0a", "f5a2c98e1d70") }, "newer"],
  },
  typeorm: {
    table: "public.migrations",
    ids: [
      "1704186000000-CreateCustomers",
      "1707992100000-CreateOrders",
      "1709294400000-AddOrdersNote",
      "1712737800000-IndexOrdersCustomer",
    ],
    missing: ["1707992100000-CreateOrders.js", "CreateOrders1707992100000"],
    edit: { file: "1707992100000-CreateOrders.js", seen: false },
    newer: [{ "1800000000000-Extra.js": typeormClass("1800000000000") }, "1800000000000-Extra"],
    older: [{ "1708000000000-Extra.js": typeormClass("1708000000000") }, "1708000000000-Extra"],
    firstAppliedLast: "UPDATE migrations SET id = 100 WHERE id = 1",
  },
  sequelize: code(".js", "public.SequelizeMeta", {}),
  kysely: code(".mjs", "public.kysely_migration", {
    firstAppliedLast: `UPDATE kysely_migration SET "timestamp" = '2999-01-01T00:00:00.000Z' WHERE name = '${STAMPED[0]}'`,
  }),
};

describe.each(Object.keys(LAYOUT_READERS) as ForeignLayout[])("the history of %s", (tool) => {
  const expected = EXPECTATIONS[tool];
  let adopted: AdoptedDatabase;

  beforeAll(async () => {
    adopted = await databaseOf(tool);
  });
  afterAll(() => adopted.db.drop());

  /** Every row of every table, with the marks that change when a row is written anew. */
  const tables = async (): Promise<Record<string, unknown>> => {
    const names = await adopted.db.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    const contents: Record<string, unknown> = {};
    for (const { name } of names) {
      const rows = `SELECT ctid::text, xmin::text, xmax::text, t::text FROM ${name} AS t ORDER BY 1`;
      contents[name] = await adopted.db.query(rows);
    }
    return contents;
  };

  test("is found, matches the files exactly and stays as it was", async () => {
    const before = await tables();
    const found = await detectTools(adopted.db.query);
    expect(found.map((table) => `${table.tool} ${table.schema}.${table.table}`)).toEqual([`${tool} ${expected.table}`]);
    const report = await adopted.adopt();
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ tool, table: expected.table, clean: true });
    expect(report.items.map(({ id }) => id)).toEqual(expected.ids);
    expect(report.items.every(({ status }) => status === "applied")).toBe(true);
    expect(report.counts).toEqual({
      files: expected.ids.length,
      applied: expected.ids.length,
      pending: 0,
      failed: 0,
      errors: 0,
      warnings: 0,
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(Object.keys(before)).toContain(expected.table.replace(/^public\./, "").replace(/^.*[A-Z].*$/, '"$&"'));
    expect(await tables()).toEqual(before);
  });

  test("names an applied migration whose file is gone", async () => {
    const [file, key] = expected.missing;
    const folder = copyOf(tool);
    rmSync(join(folder, file));
    const report = await adopted.adopt(folder);
    expect(kindsOf(report)).toEqual(["missing-file error"]);
    expect(report.problems[0]).toMatchObject({ key, message: expect.stringContaining(key) });
    expect(report.clean).toBe(false);
  });

  test(expected.edit.seen ? "names a file that was edited" : "says that it cannot tell an edited file", async () => {
    const folder = copyOf(tool);
    const { file, seen } = expected.edit;
    appendFileSync(
      join(folder, file),
      file.endsWith(".sql") ? "-- edited\n" : file.endsWith(".py") ? "# edited\n" : "//\n",
    );
    const report = await adopted.adopt(folder);
    const item = report.items.find((each) => each.file === join(folder, file));
    expect(item).toMatchObject({ status: "applied", checksum: seen ? "edited" : "unknown" });
    expect(kindsOf(report)).toEqual(seen ? ["edited error"] : []);
    if (seen) {
      expect(report.problems[0]).toMatchObject({ id: item?.id, at: { file: item?.file } });
      expect(report.problems[0]?.found).not.toContain(report.problems[0]?.expected);
    } else {
      expect(report.limits.join(" ")).toContain("no checksums");
    }
  });

  test("leaves a new file pending", async () => {
    const [files, id] = expected.newer;
    const folder = copyOf(tool);
    writeInto(folder, files);
    const report = await adopted.adopt(folder);
    expect(report.problems).toEqual([]);
    expect(statusOf(report, id)).toBe("pending");
    expect(report.counts).toMatchObject({ applied: expected.ids.length, pending: 1 });
  });

  test("that holds nothing leaves every file pending", async () => {
    const [schema, table] = expected.table.split(".");
    const report = await adopted.adoptAfter(`DELETE FROM ${schema}."${table}"`);
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ applied: 0, pending: expected.ids.length });
  });

  const { older, firstAppliedLast, fail } = expected;
  if (older !== undefined) {
    test("names a pending file that stands before an applied one", async () => {
      const [files, id] = older;
      const folder = copyOf(tool);
      writeInto(folder, files);
      const report = await adopted.adopt(folder);
      expect(kindsOf(report)).toEqual(["out-of-order error"]);
      expect(report.problems[0]).toMatchObject({ id, at: { file: expect.stringContaining(folder) } });
      expect(statusOf(report, id)).toBe("pending");
    });
  }
  if (firstAppliedLast !== undefined) {
    test("tells that a migration was applied later than the files say", async () => {
      const report = await adopted.adoptAfter(firstAppliedLast);
      expect(kindsOf(report)).toEqual(["out-of-order warning"]);
      expect(report.problems[0]?.id).toBe(expected.ids.find((id) => id !== "V0.9__settings"));
      expect(report.clean).toBe(true);
    });
  }
  if (fail !== undefined) {
    test("names a migration that failed", async () => {
      const report = await adopted.adoptAfter(fail);
      expect(kindsOf(report)).toEqual(["failed error"]);
      expect(report.problems[0]?.id).toBe(expected.ids.findLast((id) => !id.startsWith("R__")));
      expect(report.counts).toMatchObject({ applied: expected.ids.length - 1, failed: 1, pending: 0 });
    });
  }
});
