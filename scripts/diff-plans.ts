/**
 * Makes the online plan of the diff of every pair, in both directions, as for tables that are large, and lists those that are refused with
 * what is said of them. Nothing is run: `diff-online.ts` does that.
 *
 * node scripts/diff-plans.ts [--major 18] [--kind columns]… [--only "part of a name"] [--every 10] [--from 0] [--verbose]
 *
 * Ends with 1 where planning fails in another way than by being refused, or says nothing of what to do next.
 */
import { parseArgs } from "node:util";
import type { Catalog } from "../src/catalog/catalog.ts";
import { readCatalog } from "../src/catalog/read-catalog.ts";
import { diffCatalogs } from "../src/diff/diff-catalogs.ts";
import { LockkeeperError } from "../src/errors/lockkeeper-error.ts";
import { sqlMigration } from "../src/migrations/sql-migration.ts";
import { compilePlan } from "../src/plan/compile-plan.ts";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect, type Session } from "../src/postgres/session.ts";
import { readSight } from "../src/run/plan-sight.ts";
import { DEFAULT_POLICY } from "../src/run/policy.ts";
import { Stop } from "../src/run/stop.ts";
import { loadParser } from "../src/sql/parse-statement.ts";
import { chosenPairs, type Direction, directionsOf, PAIR_OPTIONS } from "../test/support/diff/chosen-pairs.ts";

const { values } = parseArgs({
  options: PAIR_OPTIONS,
});
const major = Number(values.major);
/** Tables of a few rows are planned as large ones are. */
const POLICY = { ...DEFAULT_POLICY, briefMs: 0 };
/** What the pairs leave behind in the catalogs is cleared away after so many. */
const VACUUM_EVERY = 100;

const counted = { directions: 0, same: 0, planned: 0, refused: new Map<string, number>(), failed: 0 };
await loadParser();
const server = await startEmbeddedServer({
  major,
  settings: { fsync: "off", wal_level: "logical", log_min_messages: "fatal", autovacuum: "off" },
});
try {
  await using session = await connect(server.url());
  for (const [index, direction] of chosenPairs(values).flatMap(directionsOf).entries()) {
    await judge(session, direction);
    if (index % VACUUM_EVERY === VACUUM_EVERY - 1) await session.query("VACUUM");
  }
  const refused = [...counted.refused].map(([kind, times]) => `${times} ${kind}`).join(", ");
  console.log(
    `PostgreSQL ${major}: ${counted.directions} directions, ${counted.same} without a statement, ${counted.planned} planned, ${counted.failed} failed. Refused: ${refused || "none"}.`,
  );
  process.exitCode = counted.failed === 0 ? 0 : 1;
} finally {
  await server.stop();
}

async function judge(session: Session, { kind, name, before, after }: Direction): Promise<void> {
  counted.directions += 1;
  let sql = "";
  try {
    const to = await within(session, after, () => read(session));
    await within(session, before, async () => {
      await analyze(session);
      const from = await read(session);
      const { statements } = diffCatalogs(from, to, { role: "postgres" });
      sql = statements.map((statement) => `${statement.sql};\n`).join("");
      if (sql === "") {
        counted.same += 1;
        return;
      }
      const online = await readSight(session, POLICY, new Stop(), { catalog: from });
      compilePlan(sqlMigration({ id: "0001_diff", file: "0001_diff.sql", text: sql }), undefined, { online });
      counted.planned += 1;
    });
  } catch (error) {
    const isRefused = error instanceof LockkeeperError && error.code === "plan_refused" && error.action !== undefined;
    if (isRefused) counted.refused.set(kind, (counted.refused.get(kind) ?? 0) + 1);
    else counted.failed += 1;
    const told = isRefused
      ? [`refused: ${error.message}`, `next: ${error.action}`]
      : [`fails: ${error instanceof Error ? error.stack : String(error)}`];
    console.log([`[${kind}] ${name}`, ...told, ...(values.verbose || !isRefused ? [sql] : [])].join("\n  "));
  }
}

/** Where a schema stands that is gone afterwards. */
async function within<T>(session: Session, schema: readonly string[], work: () => Promise<T>): Promise<T> {
  await session.query("BEGIN");
  try {
    for (const statement of schema) {
      if (statement !== "") await session.query(statement);
    }
    await session.query("RESET ALL");
    return await work();
  } finally {
    await session.query("ROLLBACK");
  }
}

async function read({ query }: Session): Promise<Catalog> {
  return await readCatalog(query, { snapshot: "open transaction", facts: true });
}

async function analyze({ query }: Session): Promise<void> {
  await query("SET CONSTRAINTS ALL IMMEDIATE");
  const tables = await query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.oid >= 16384
       AND (relkind IN ('r', 'm') OR relkind = 'p' AND NOT EXISTS (
         SELECT FROM pg_partition_tree(c.oid) JOIN pg_foreign_table ON ftrelid = relid))`,
  );
  if (tables.length > 0) await query(`ANALYZE ${tables.map(({ name }) => name).join(", ")}`);
}
