import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleSchema } from "../../bench/catalog/sample-schema.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { SHOP } from "./shop.ts";

const OURS = "nspname IN ('public', 'shop')";

/**
 * What the server itself counts, one kind a row, in the plainest SQL; and the names of the same in the catalog. Names
 * are written `schema.name`, with the relation in between where there is one.
 */
const KINDS: readonly (readonly [kind: string, sql: string, names: (catalog: Catalog) => readonly string[]])[] = [
  [
    "tables",
    "SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND " +
      OURS,
    ({ tables }) => tables.map(full),
  ],
  [
    "partitions",
    "SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relispartition AND relkind IN ('r', 'p') AND " +
      OURS,
    ({ tables }) => tables.filter((table) => table.partitionOf !== undefined).map(full),
  ],
  [
    "views",
    "SELECT schemaname || '.' || viewname FROM pg_views WHERE schemaname IN ('public', 'shop')",
    ({ views }) => views.map(full),
  ],
  [
    "materialized views",
    "SELECT schemaname || '.' || matviewname FROM pg_matviews",
    ({ materializedViews }) => materializedViews.map(full),
  ],
  [
    "columns",
    `SELECT concat_ws('.', nspname, relname, attname) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm') AND ${OURS}`,
    (catalog) =>
      [...catalog.tables, ...catalog.views, ...catalog.materializedViews].flatMap((one) => below(one, one.columns)),
  ],
  [
    "constraints other than NOT NULL",
    `SELECT concat_ws('.', nspname, relname, conname) FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE contype <> 'n' AND contype <> 't' AND ${OURS}`,
    ({ tables }) => tables.flatMap((table) => below(table, table.constraints)),
  ],
  [
    "NOT NULL constraints",
    `SELECT concat_ws('.', nspname, relname, conname) FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE contype = 'n' AND ${OURS}`,
    ({ tables }) =>
      tables.flatMap((table) =>
        below(
          table,
          table.columns.flatMap((column) => column.notNullConstraint ?? []),
        ),
      ),
  ],
  [
    "indexes",
    "SELECT concat_ws('.', schemaname, tablename, indexname) FROM pg_indexes WHERE schemaname IN ('public', 'shop')",
    (catalog) => [...catalog.tables, ...catalog.materializedViews].flatMap((one) => below(one, one.indexes)),
  ],
  [
    "triggers",
    `SELECT concat_ws('.', nspname, relname, tgname) FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE NOT tgisinternal AND ${OURS}`,
    (catalog) => [...catalog.tables, ...catalog.views].flatMap((one) => below(one, one.triggers)),
  ],
  [
    "rules",
    "SELECT concat_ws('.', schemaname, tablename, rulename) FROM pg_rules WHERE schemaname IN ('public', 'shop')",
    (catalog) => [...catalog.tables, ...catalog.views].flatMap((one) => below(one, one.rules)),
  ],
  [
    "policies",
    "SELECT concat_ws('.', schemaname, tablename, policyname) FROM pg_policies",
    ({ tables }) => tables.flatMap((table) => below(table, table.policies)),
  ],
  [
    "sequences",
    "SELECT schemaname || '.' || sequencename FROM pg_sequences",
    (catalog) => [
      ...catalog.sequences.map(full),
      ...catalog.tables.flatMap(({ columns }) =>
        columns.flatMap(({ identity }) => (identity === undefined ? [] : full(identity.sequence))),
      ),
    ],
  ],
  [
    "routines and aggregates",
    `SELECT nspname || '.' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE ${OURS} AND prokind IN ('f', 'p', 'w', 'a') AND proname NOT IN ('span', 'span_multirange')`,
    (catalog) => [...catalog.routines, ...catalog.aggregates].map(full),
  ],
  [
    "types",
    `SELECT nspname || '.' || typname FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace LEFT JOIN pg_class c ON c.oid = typrelid
     WHERE typtype IN ('e', 'd', 'r') AND ${OURS} OR typtype = 'c' AND relkind = 'c' AND ${OURS}`,
    (catalog) => [...catalog.enums, ...catalog.domains, ...catalog.ranges, ...catalog.composites].map(full),
  ],
  [
    "statistics objects",
    "SELECT schemaname || '.' || statistics_name FROM (SELECT DISTINCT statistics_schemaname AS schemaname, statistics_name FROM pg_stats_ext) s UNION SELECT nspname || '.' || stxname FROM pg_statistic_ext JOIN pg_namespace n ON n.oid = stxnamespace",
    ({ statistics }) => statistics.map(full),
  ],
];

const full = ({ schema, name }: { readonly schema: string; readonly name: string }): string => `${schema}.${name}`;

const below = (
  owner: { readonly schema: string; readonly name: string },
  parts: readonly { readonly name: string }[],
): string[] => parts.map(({ name }) => `${full(owner)}.${name}`);

describe("a large schema is read whole", () => {
  let db: TestDatabase;
  let catalog: Catalog;

  beforeAll(async () => {
    db = await testDatabase();
    for (const statement of sampleSchema({ tables: 150, columns: 1500, indexes: 700, foreignKeys: 300 })) {
      await db.query(statement);
    }
    await db.query(SHOP);
    await using session = await connect(db.url);
    catalog = await readCatalog(session.query);
  });
  afterAll(() => db.drop());

  test.each(KINDS)("all its %s are there, and no others", async (_, sql, names) => {
    const rows = await db.query<Record<string, string>>(sql);
    const expected = rows.map((row) => Object.values(row)[0] ?? "").sort();
    expect(names(catalog).toSorted()).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  test("every definition is the server's own", async () => {
    const indexes = await db.query<{ name: string; definition: string }>(
      "SELECT schemaname || '.' || indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname IN ('public', 'shop')",
    );
    const read = [...catalog.tables, ...catalog.materializedViews].flatMap(({ schema, indexes: list }) =>
      list.map(({ name, definition }) => [`${schema}.${name}`, definition] as const),
    );
    expect(new Map(read)).toEqual(new Map(indexes.map(({ name, definition }) => [name, definition])));
    await db.query("SET search_path = ''");
    const constraints = await db.query<{ name: string; definition: string }>(
      "SELECT concat_ws('.', conrelid::regclass, conname) AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND conrelid <> 0 AND connamespace IN ('public'::regnamespace, 'shop'::regnamespace)",
    );
    const readConstraints = catalog.tables.flatMap((table) =>
      table.constraints.map(({ name, definition }) => [`${full(table)}.${name}`, definition] as const),
    );
    expect(new Map(readConstraints)).toEqual(new Map(constraints.map(({ name, definition }) => [name, definition])));
  });

  test("every comment stands with its object", async () => {
    const [row] = await db.query<{ count: string }>("SELECT count(*) FROM pg_description WHERE objoid >= 16384");
    const comments = JSON.stringify(catalog).match(/"comment":/g) ?? [];
    // The schema `public` and the extension plpgsql come with one each.
    expect(comments).toHaveLength(Number(row?.count) + 2);
  });

  test("every list is in the order of names", () => {
    const lists = Object.values(catalog).filter(
      (value): value is readonly { schema?: string; name: string }[] =>
        Array.isArray(value) && value.every((item) => "name" in item),
    );
    expect(lists.length).toBeGreaterThan(10);
    for (const list of lists) {
      const keys = list.map(({ schema = "", name }) => `${schema}\u0000${name}`);
      expect(keys).toEqual(keys.toSorted());
    }
  });
});
