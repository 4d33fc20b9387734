import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** A change of a column as pgroll takes it: JSON operations of its, in these words. */
export interface Alteration {
  readonly table: string;
  readonly key: string;
  /** `alter` makes a second column and puts it in the place of the first; `add` has no first one. */
  readonly kind: "alter" | "add";
  readonly column: string;
  /** Of the new column. */
  readonly type: string;
  /** SQL on the row's columns, by their bare names. */
  readonly up: string;
  readonly down?: string;
  /** What the new column is given before its rows are filled, and behind that; they call it by `NEW_COLUMN`. */
  readonly start?: readonly string[];
  readonly complete?: readonly string[];
}

/** What pgroll calls a column until it has its own name. */
export const NEW_COLUMN = "_pgroll_new";
const NEEDS_BACKFILL = "_pgroll_needs_backfill";
const BATCH = 1_000;

/**
 * What pgroll 0.16 does to the table, by statements that come to the same: a second column, a column that says which
 * rows are not filled, a trigger for each direction that declares every column and asks for `search_path`; then batches
 * of 1,000 rows that are locked and touched, so that the triggers work out the values; and the switch. It stands in
 * where pgroll itself is not at hand. Left out is what pgroll does besides (its own journal, schemas of views, event
 * triggers), so that it costs less than pgroll rather than more; without the views clients would find the column gone for
 * a moment, so the switch is one transaction here.
 *
 * @param until batches end when it is aborted, and nothing is switched
 * @returns rows that were filled
 */
export async function alterLikePgroll(client: pg.Client, change: Alteration, until?: AbortSignal): Promise<number> {
  await client.query("SET lock_timeout = '500ms'");
  const { table, key, kind, column, type } = change;
  const columns = await columnsOf(client, table);
  await patiently(client, `ALTER TABLE ${table} ADD COLUMN ${NEW_COLUMN} ${type}`);
  await patiently(client, `ALTER TABLE ${table} ADD COLUMN ${NEEDS_BACKFILL} boolean DEFAULT true`);
  await trigger(client, table, columns, { name: "_pgroll_up", test: "<>", target: NEW_COLUMN, value: change.up });
  if (kind === "alter") {
    const value = change.down ?? `NEW.${NEW_COLUMN}`;
    await trigger(client, table, columns, { name: "_pgroll_down", test: "=", target: column, value });
  }
  for (const sql of change.start ?? []) await patiently(client, sql);
  const filled = await backfill(client, table, key, until);
  if (until?.aborted === true) return filled;
  for (const sql of change.complete ?? []) await patiently(client, sql);
  await patiently(
    client,
    `${kind === "alter" ? `ALTER TABLE ${table} DROP COLUMN ${column};` : ""}
     DROP FUNCTION IF EXISTS _pgroll_up, _pgroll_down CASCADE;
     ALTER TABLE ${table} DROP COLUMN ${NEEDS_BACKFILL};
     ALTER TABLE ${table} RENAME COLUMN ${NEW_COLUMN} TO ${column}`,
  );
  return filled;
}

async function columnsOf(client: pg.Client, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
}

interface Direction {
  readonly name: string;
  /** How the writer's search_path compares with the new version's schema where it fires. */
  readonly test: "=" | "<>";
  readonly target: string;
  readonly value: string;
}

async function trigger(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  { name, test, target, value }: Direction,
): Promise<void> {
  await patiently(
    client,
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
     #variable_conflict use_variable
     DECLARE
       ${columns.map((column) => `${column} public.${table}.${column}%TYPE := NEW.${column};`).join("\n       ")}
       asked_path text;
     BEGIN
       SELECT current_setting INTO asked_path FROM current_setting('search_path');
       IF asked_path ${test} 'public_after' THEN
         NEW.${target} = ${value};
         NEW.${NEEDS_BACKFILL} = false;
       END IF;
       RETURN NEW;
     END $$`,
  );
  await patiently(
    client,
    `CREATE TRIGGER ${name} BEFORE UPDATE OR INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
  );
}

async function backfill(client: pg.Client, table: string, key: string, until?: AbortSignal): Promise<number> {
  let filled = 0;
  let last: unknown;
  while (until?.aborted !== true) {
    const { rows } = await patiently(
      client,
      `WITH batch AS (
         SELECT ${key} FROM ${table} WHERE ${NEEDS_BACKFILL} = true ${last === undefined ? "" : `AND ${key} > ${last}`}
         ORDER BY ${key} LIMIT ${BATCH} FOR NO KEY UPDATE),
       touched AS (
         UPDATE ${table} SET ${key} = ${table}.${key} FROM batch WHERE ${table}.${key} = batch.${key}
         RETURNING ${table}.${key})
       SELECT max(${key}) AS last, count(*)::int AS rows FROM touched`,
    );
    if (rows[0]?.["last"] === null) break;
    last = rows[0]?.["last"];
    filled += Number(rows[0]?.["rows"]);
  }
  return filled;
}

const LOCK_NOT_AVAILABLE = "55P03";

/** Under pgroll's lock_timeout of 500 ms, again and again: after a second, and after twice as long each time. */
async function patiently(client: pg.Client, sql: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  for (let pauseMs = 1_000; ; pauseMs = Math.min(60_000, pauseMs * 2)) {
    try {
      return await client.query(sql);
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
      await sleep(pauseMs * Math.random());
    }
  }
}
