/**
 * Plants in a large database what would go wrong on production, and rehearses a migration that meets it: each is to be
 * found, by its relation, by the key of its row, and with what to do.
 *
 * node scripts/rehearsal-finds.ts [--rows 5000000] [--row 4711003] [--major 18] [--only "part of a name"]…
 *
 * `--rows` of the largest table; `--row`: the one among them that offends. About 120 bytes of disk for each row, and as
 * much again for the copy. What is not found so makes the exit code 1.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";
import type { RehearsalFinding, RehearsalReport } from "../src/safety/rehearsal/rehearsal-report.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "5000000" },
    row: { type: "string", default: "4711003" },
    major: { type: "string", default: "18" },
    only: { type: "string", multiple: true, default: [""] },
  },
});
const rows = Number(values.rows);
const row = Math.min(Number(values.row), rows);
const customers = Math.ceil(rows / 5);
const twin = Math.ceil(customers * 0.9);

const SHOP = `
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL, phone text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total text, note text);
INSERT INTO customers SELECT n, 'c' || n || '@example.com', '030-' || n FROM generate_series(1, ${customers}) n;
UPDATE customers SET email = 'c7@example.com' WHERE id = ${twin};
INSERT INTO orders SELECT n, 1 + n % ${customers}, CASE n WHEN ${row} THEN 'n/a' ELSE n || '.50' END, 'n' || n FROM generate_series(1, ${rows}) n;
UPDATE orders SET customer_id = -1 WHERE id = ${row};
CREATE VIEW order_list AS SELECT id, note FROM orders;
CREATE VIEW order_notes AS SELECT note FROM order_list;
VACUUM (ANALYZE) customers;
VACUUM (ANALYZE) orders`;

interface Plant {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** What one of the findings has to say. */
  readonly found: Pick<RehearsalFinding, "object" | "sqlState"> & { readonly code?: string };
  /** Part of each of the rows that are named; none where no row is at fault. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const PLANTS: readonly Plant[] = [
  {
    name: "a value that a cast does not take",
    files: { "0001_total.sql": "ALTER TABLE orders ALTER COLUMN total TYPE numeric USING total::numeric;" },
    // Small tables are changed in one statement, in a sweep the others.
    found: { object: "public.orders", sqlState: "22P02" },
    rows: [{ id: row }],
  },
  {
    name: "the same in one statement, which does not say which row",
    files: {
      "0001_total.sql":
        "-- lockkeeper: mode direct\nALTER TABLE orders ALTER COLUMN total TYPE numeric USING total::numeric;",
    },
    found: { code: "statement_failed", object: "public.orders", sqlState: "22P02" },
    rows: [{ id: row, total: "n/a" }],
  },
  {
    name: "a double that blocks a unique index",
    files: { "0001_email.sql": "CREATE UNIQUE INDEX customers_email ON customers (email);" },
    found: { code: "statement_failed", object: "public.customers", sqlState: "23505" },
    rows: [{ email: "c7@example.com" }],
  },
  {
    name: "an orphan that blocks a foreign key",
    files: {
      "0001_customer.sql":
        "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
    },
    found: { code: "statement_failed", object: "public.orders", sqlState: "23503" },
    rows: [{ id: row, customer_id: -1 }],
  },
  {
    name: "a lock on a view that others depend on",
    files: {
      "0001_view.sql":
        "DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW order_list AS SELECT id, note FROM orders WHERE id > 0'; END $$;",
      "0001_view.down.sql": "CREATE OR REPLACE VIEW order_list AS SELECT id, note FROM orders;",
    },
    found: { code: "lock-unforeseen", object: "public.order_list" },
    rows: [],
  },
  {
    name: "a statement that fails for the views of its table",
    files: { "0001_note.sql": "-- lockkeeper: mode direct\nALTER TABLE orders DROP COLUMN note;" },
    found: { code: "statement_failed", object: "public.orders", sqlState: "2BP01" },
    rows: [],
  },
  {
    name: "a way back that leaves another schema",
    files: {
      "0001_phone.sql":
        "ALTER TABLE customers ADD COLUMN vip boolean;\nCREATE INDEX customers_phone ON customers (phone);",
      "0001_phone.down.sql": "ALTER TABLE customers DROP COLUMN vip;",
    },
    found: { code: "schema-differs", object: "index:public.customers_phone" },
    rows: [],
  },
  {
    name: "a way back that leaves one row with another value",
    files: {
      "0001_note.sql": "UPDATE orders SET note = upper(note) WHERE id % 1000 = 3;",
      "0001_note.down.sql": `UPDATE orders SET note = lower(note) WHERE id % 1000 = 3 AND id <> ${row};`,
    },
    found: { code: "data-differs", object: "public.orders" },
    rows: [{ id: row }],
  },
];

const folder = mkdtempSync(join(tmpdir(), "lockkeeper-rehearsals-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
await using server = await startEmbeddedServer({
  major: Number(values.major),
  settings: { fsync: "off", shared_buffers: "256MB", max_wal_size: "1GB", autovacuum: "off" },
});
const url = server.url("shop");
{
  await using admin = await connect(server.url());
  await admin.query("CREATE DATABASE shop");
  await using session = await connect(url);
  for (const statement of SHOP.split(";\n")) await session.query(statement);
  const [size] = await session.query<{ size: string }>("SELECT pg_size_pretty(pg_database_size('shop')) AS size");
  console.log(`A database of ${size?.size}; ${rows} orders, ${customers} customers.`);
}

async function rehearsed({ files }: Plant): Promise<RehearsalReport> {
  const cwd = mkdtempSync(join(folder, "project-"));
  mkdirSync(join(cwd, "migrations"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, "migrations", name), text);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../src/cli/main.ts"), "rehearse", "--clone", "--json"],
    { cwd, env: { ...process.env, DATABASE_URL: url }, stdio: ["ignore", "pipe", "ignore"] },
  );
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  await new Promise((resolve) => child.once("close", resolve));
  const { result, error } = JSON.parse(printed);
  if (result === undefined) throw new Error(`The rehearsal was not made: ${error?.message}`);
  return result;
}

const isPart = (part: object, whole: object | undefined): boolean =>
  Object.entries(part).every(([key, value]) => isDeepStrictEqual((whole as Record<string, unknown>)?.[key], value));

const isFound = ({ found, rows: keys }: Plant, finding: RehearsalFinding): boolean =>
  isPart(found, finding) &&
  finding.action !== "" &&
  (finding.rows ?? []).length === keys.length &&
  keys.every((key, nth) => isPart(key, finding.rows?.[nth]));

const missed: string[] = [];
for (const plant of PLANTS.filter(({ name }) => values.only.some((part) => name.includes(part)))) {
  const begun = performance.now();
  const { held, findings, stages } = await rehearsed(plant);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const errors = findings.filter(({ severity }) => severity === "error");
  const isRight = !held && errors.length > 0 && errors.some((finding) => isFound(plant, finding));
  if (!isRight) missed.push(plant.name);
  console.log(`\n${isRight ? "found" : "MISSED"}, ${seconds} s: ${plant.name}`);
  for (const { stage, code, object, rows: keys = [], message, action } of errors) {
    console.log(`  ${stage}, ${code}: ${message}`);
    console.log(`  ${object ?? "no relation"} ${keys.map((key) => JSON.stringify(key)).join(", ")}\n  ${action}`);
  }
  const told = stages.filter(({ ms }) => ms > 0).map(({ name, ms }) => `${name} ${(ms / 1000).toFixed(1)}`);
  console.log(`  seconds: ${told.join(", ")}`);
}
console.log(`\n${missed.length === 0 ? "All were found." : `Missed: ${missed.join("; ")}`}`);
process.exitCode = missed.length === 0 ? 0 : 1;
