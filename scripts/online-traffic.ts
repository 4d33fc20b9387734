/**
 * Two writers and two readers work on the tables while plans of the online planner run, and while the same migrations run
 * as they are written. Prints for each the errors that clients got and the longest that one of them waited, and says
 * which errors the plan alone caused.
 *
 * node scripts/online-traffic.ts [--every 10] [--only "part of a name"] [--rows 100] [--major 18]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { LockkeeperError, migrate } from "../src/index.ts";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { databaseError } from "../src/postgres/server-error.ts";
import { connect, type Session } from "../src/postgres/session.ts";
import { quoteIdentifier } from "../src/sql/quote.ts";
import { CASES } from "../test/online/cases.ts";
import { casesOn, type OnlineCase } from "../test/online/online-case.ts";

const { values } = parseArgs({
  options: {
    every: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    rows: { type: "string", default: "100" },
    major: { type: "string", default: "18" },
  },
});
/** Longest that others wait for a lock that we wait for, and what a client may notice beside. */
const LOCK_TIMEOUT_MS = 500;
const NOTICEABLE_MS = 200;

interface Traffic {
  /** SQLSTATE and table of each error, as often as it came. */
  readonly errors: ReadonlyMap<string, number>;
  readonly statements: number;
  readonly longestMs: number;
  readonly tookMs: number;
  readonly failed: string | undefined;
}

const folder = mkdtempSync(join(tmpdir(), "lockkeeper-traffic-"));
await using server = await startEmbeddedServer({ major: Number(values.major), settings: { max_connections: "60" } });
let tooLong = 0;
let newErrors = 0;
try {
  const cases = casesOn(server.major, CASES)
    .filter(({ name, refused }) => refused === undefined && name.includes(values.only))
    .filter((_, index) => index % Number(values.every) === 0);
  for (const one of cases) {
    const written = await during(one, "-- lockkeeper: mode direct\n");
    const plan = await during(one, "");
    const alone = [...plan.errors.keys()].filter((error) => !written.errors.has(error));
    tooLong += plan.longestMs > LOCK_TIMEOUT_MS + NOTICEABLE_MS ? 1 : 0;
    newErrors += alone.length;
    console.log(`${one.name}\n  as written ${told(written)}\n  its plan   ${told(plan)}`);
    for (const error of alone) console.log(`  only by the plan: ${error}`);
  }
  console.log(
    `${cases.length} migrations: ${newErrors} errors that only the plan causes; ${tooLong} plans with a wait over ${LOCK_TIMEOUT_MS + NOTICEABLE_MS} ms.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = newErrors + tooLong === 0 ? 0 : 1;

function told({ errors, statements, longestMs, tookMs, failed }: Traffic): string {
  const list = [...errors].map(([error, times]) => `${times} × ${error}`).join(", ");
  return `${tookMs.toFixed(0)} ms, ${statements} statements, longest ${longestMs.toFixed(0)} ms, errors: ${list || "none"}${failed === undefined ? "" : `; failed: ${failed}`}`;
}

/** Runs the migration in a database of its own while clients work there. */
async function during({ given, migration }: OnlineCase, directive: string): Promise<Traffic> {
  const url = new URL(server.url());
  await using admin = await connect(url.href);
  await admin.query("CREATE DATABASE traffic");
  url.pathname = "/traffic";
  try {
    await using session = await connect(url.href);
    await session.query(given.replace("generate_series(1, 200)", `generate_series(1, ${200 * Number(values.rows)})`));
    await session.query("RESET ALL");
    await session.query("ANALYZE");
    const tables = await tablesOf(session);
    const clients = [...tables, ...tables].length === 0 ? [] : ["write", "write", "read", "read"];
    const running = { ended: false };
    const works = clients.map((kind) => client(url.href, kind, tables, running));
    await setTimeout(150);
    writeFileSync(join(folder, "0001_case.sql"), `${directive}${migration};\n`);
    const begun = performance.now();
    const policy = { briefMs: 0, drops: "direct", renames: "direct", lockTimeoutMs: LOCK_TIMEOUT_MS } as const;
    const failed = await migrate({ url: url.href, migrations: folder, policy }).then(
      () => undefined,
      (error: unknown) => (error instanceof LockkeeperError ? error.message : String(error)),
    );
    const tookMs = performance.now() - begun;
    await setTimeout(100);
    running.ended = true;
    const done = await Promise.all(works);
    const errors = new Map<string, number>();
    for (const error of done.flatMap((one) => one.errors)) errors.set(error, (errors.get(error) ?? 0) + 1);
    return {
      errors,
      statements: done.reduce((sum, one) => sum + one.statements, 0),
      longestMs: Math.max(0, ...done.map((one) => one.longestMs)),
      tookMs,
      failed,
    };
  } finally {
    await admin.query("DROP DATABASE traffic WITH (FORCE)");
  }
}

interface Target {
  readonly name: string;
  /** Undefined for what nobody writes to. */
  readonly column: string | undefined;
}

/** Tables that are no partitions, and materialized views that hold something. */
async function tablesOf(session: Session): Promise<readonly Target[]> {
  const rows = await session.query<{ schema: string; name: string; kind: string; column: string | null }>(`
    SELECT nspname AS schema, relname AS name, relkind AS kind,
      (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attgenerated = '' AND attidentity = ''
       ORDER BY attnum LIMIT 1) AS column
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm') AND NOT relispartition AND relispopulated
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'`);
  return rows.map(({ schema, name, kind, column }) => ({
    name: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
    column: kind === "m" || column === null ? undefined : quoteIdentifier(column),
  }));
}

async function client(url: string, kind: string, tables: readonly Target[], running: { readonly ended: boolean }) {
  await using session = await connect(url);
  const targets = kind === "write" ? tables.filter(({ column }) => column !== undefined) : tables;
  const errors: string[] = [];
  let statements = 0;
  let longestMs = 0;
  while (!running.ended && targets.length > 0) {
    const target = targets[statements % targets.length];
    if (target === undefined) break;
    const { name, column } = target;
    const row = `SELECT tableoid, ctid FROM ${name} LIMIT 1 OFFSET ${Math.floor(Math.random() * 20)}`;
    const sql =
      kind === "write"
        ? `UPDATE ${name} SET ${column} = ${column} WHERE (tableoid, ctid) IN (${row})`
        : `SELECT * FROM ${name} LIMIT 5 OFFSET ${Math.floor(Math.random() * 20)}`;
    const begun = performance.now();
    try {
      await session.query(sql);
    } catch (error) {
      const refusal = databaseError(error);
      errors.push(`${kind} of ${name}: ${refusal?.code ?? "?"} ${refusal?.message ?? String(error)}`);
    }
    statements++;
    longestMs = Math.max(longestMs, performance.now() - begun);
    await setTimeout(2);
  }
  return { errors, statements, longestMs };
}
