import { setTimeout } from "node:timers/promises";
import { databaseError } from "../../src/postgres/server-error.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";

/** What clients of a database work with. */
export interface TrafficTarget {
  readonly name: string;
  /** Those that can be written; empty for what nobody writes to. */
  readonly columns: readonly string[];
}

/** What two writers and two readers met. */
export interface Traffic {
  /** Who got an error and which, as often as it came. */
  readonly errors: ReadonlyMap<string, number>;
  readonly statements: number;
  readonly longestMs: number;
  /** The longest that a client waited before the work began. */
  readonly beforeMs: number;
}

/** For how long clients work before the work begins, and after it has ended. */
const BEFORE_MS = 300;
const AFTER_MS = 100;

/** Tables that are no partitions, and materialized views that hold something, each with its columns that can be written. */
export async function trafficTargets(session: Session): Promise<readonly TrafficTarget[]> {
  const rows = await session.query<{ schema: string; name: string; kind: string; columns: string[] }>(`
    SELECT nspname AS schema, relname AS name, relkind AS kind,
      ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attgenerated = ''
        AND attidentity = '' AND NOT attisdropped ORDER BY attnum) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm') AND NOT relispartition AND relispopulated
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'`);
  return rows.map(({ schema, name, kind, columns }) => ({
    name: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
    columns: kind === "m" ? [] : columns.map(quoteIdentifier),
  }));
}

/** Lets work run while two writers and two readers are at the targets, and a moment before and after. */
export async function underTraffic<T>(
  url: string,
  targets: readonly TrafficTarget[],
  work: () => Promise<T>,
): Promise<{ readonly outcome: T; readonly traffic: Traffic }> {
  const running = { begun: false, ended: false };
  const kinds = targets.length === 0 ? [] : (["write", "write", "read", "read"] as const);
  const works = kinds.map((kind) => client(url, kind, targets, running));
  await setTimeout(targets.length === 0 ? 0 : BEFORE_MS);
  running.begun = true;
  try {
    const outcome = await work();
    await setTimeout(targets.length === 0 ? 0 : AFTER_MS);
    running.ended = true;
    return { outcome, traffic: summed(await Promise.all(works)) };
  } finally {
    running.ended = true;
    await Promise.allSettled(works);
  }
}

type Met = Awaited<ReturnType<typeof client>>;

function summed(done: readonly Met[]): Traffic {
  const errors = new Map<string, number>();
  for (const error of done.flatMap((one) => one.errors)) errors.set(error, (errors.get(error) ?? 0) + 1);
  return {
    errors,
    statements: done.reduce((sum, one) => sum + one.statements, 0),
    longestMs: Math.max(0, ...done.map((one) => one.longestMs)),
    beforeMs: Math.max(0, ...done.map((one) => one.beforeMs)),
  };
}

async function client(
  url: string,
  kind: "write" | "read",
  all: readonly TrafficTarget[],
  running: { readonly begun: boolean; readonly ended: boolean },
) {
  await using session = await connect(url);
  const targets = kind === "write" ? all.filter(({ columns }) => columns.length > 0) : all;
  const errors: string[] = [];
  let statements = 0;
  let longestMs = 0;
  let beforeMs = 0;
  while (!running.ended && targets.length > 0) {
    const target = targets[statements % targets.length];
    if (target === undefined) break;
    const { name, columns } = target;
    const [column] = columns;
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
    const waitedMs = performance.now() - begun;
    if (running.begun) longestMs = Math.max(longestMs, waitedMs);
    else beforeMs = Math.max(beforeMs, waitedMs);
    await setTimeout(2);
  }
  return { errors, statements, longestMs, beforeMs };
}
