import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { syncComment } from "../sync/standing-sync.ts";
import { typeSql } from "../sync/type-sql.ts";
import { copiedColumns, type Shadow, type Side } from "./shadow.ts";

/** By their names other sweeps know them for ours. */
export const TRIGGERS = ["~lockkeeper_sync_rows", "~lockkeeper_sync_truncate"] as const;

export const captureFunction = ({ log: { schema } }: Shadow): QualifiedName => ({ schema, name: "lockkeeper_capture" });
const replayFunction = ({ log: { schema } }: Shadow): string => quoteQualified({ schema, name: "lockkeeper_replay" });
const settleFunction = ({ log: { schema } }: Shadow): string => quoteQualified({ schema, name: "lockkeeper_settle" });

/** The names of the key's columns in the log. */
export const logged = ({ key }: Shadow): readonly string[] => key.map((_, at) => `k${at + 1}`);

/** Keys in the order in which they come; a row of nulls says that the table was truncated. Nobody but us reads it. */
export const createLog = (shadow: Shadow): string => {
  const columns = shadow.key.map(({ type }, at) => `${logged(shadow)[at]} ${typeSql(type)}`);
  return `CREATE TABLE ${quoteQualified(shadow.log)} (${columns.join(", ")})`;
};

/** Whoever writes to the table needs no privilege on the log. */
export function createCapture(shadow: Shadow): string {
  const into = `INSERT INTO ${quoteQualified(shadow.log)} VALUES`;
  const row = (which: string): string => shadow.key.map(({ name }) => `${which}.${quoteIdentifier(name)}`).join(", ");
  const nulls = shadow.key.map(() => "NULL").join(", ");
  return `CREATE FUNCTION ${quoteQualified(captureFunction(shadow))}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $lockkeeper$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    ${into} (${nulls});
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN ${into} (${row("OLD")}); END IF;
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NOT pg_catalog.record_image_eq(ROW(${row("NEW")}), ROW(${row("OLD")})) THEN
    ${into} (${row("NEW")});
  END IF;
  RETURN NULL;
END
$lockkeeper$`;
}

/** A trigger of ours on the table that bears the name, or on one of its partitions. */
export interface CaptureTrigger {
  readonly name: string;
  readonly on: QualifiedName;
  readonly fires: string;
  readonly each: "ROW" | "STATEMENT";
}

/** What is truncated may be one partition alone, whose trigger has a name by which it is found again. */
export function captureTriggers({ table, layout }: Shadow, side: Side): readonly CaptureTrigger[] {
  const [rows, truncate] = TRIGGERS;
  const partitions = side === "new" ? (layout?.partitions ?? []) : [];
  const whole = { fires: "AFTER TRUNCATE", each: "STATEMENT" } as const;
  return [
    { name: rows, on: table, fires: "AFTER INSERT OR UPDATE OR DELETE", each: "ROW" },
    { name: truncate, on: table, ...whole },
    ...partitions.map(({ name }, at) => ({
      name: `${truncate}_${at + 1}`,
      on: { schema: table.schema, name },
      ...whole,
    })),
  ];
}

/** Replication, and sessions that are told to be a replica, write rows as well. */
export function createTriggers(shadow: Shadow, side: Side): readonly string[] {
  const triggers = captureTriggers(shadow, side);
  const call = `EXECUTE FUNCTION ${quoteQualified(captureFunction(shadow))}()`;
  return [
    ...triggers.map(
      ({ name, on, fires, each }) =>
        `CREATE TRIGGER ${quoteIdentifier(name)} ${fires} ON ${quoteQualified(on)} FOR EACH ${each} ${call}`,
    ),
    ...triggers.map(
      ({ name, on }) => `ALTER TABLE ${quoteQualified(on)} ENABLE ALWAYS TRIGGER ${quoteIdentifier(name)}`,
    ),
    `COMMENT ON TRIGGER ${quoteIdentifier(TRIGGERS[0])} ON ${quoteQualified(shadow.table)} IS ${quoteLiteral(syncComment(copiedColumns(shadow.table)))}`,
  ];
}

/** Partitions may be gone by then. */
export const dropTriggers = (shadow: Shadow, side: Side): readonly string[] =>
  captureTriggers(shadow, side).map(
    ({ name, on }) =>
      `DROP TRIGGER ${on === shadow.table ? "" : "IF EXISTS "}${quoteIdentifier(name)} ON ${quoteQualified(on)}`,
  );

/**
 * Makes the row of a key in `target` what it is in the table now, whatever it was when it was logged: each key of the
 * log may come in any order and any number of times. One session at a time, so that none that read earlier writes later.
 *
 * False: another row of `target` stands in the way, which is out of date itself, and will be made anew by its own key.
 */
export function createReplay(shadow: Shadow, target: QualifiedName, verb: "CREATE" | "CREATE OR REPLACE"): string {
  const { table, key, context } = shadow;
  const [from, to] = [quoteQualified(table), quoteQualified(target)];
  const columns = copiedColumns(table).map(quoteIdentifier);
  const of = (alias: string): string => columns.map((name) => `${alias}.${name}`).join(", ");
  const has = (alias: string): string =>
    key.map(({ name }, at) => `${alias}.${quoteIdentifier(name)} = $${at + 1}`).join(" AND ");
  const path = [...context.state.searchPath, "pg_temp"].map(quoteIdentifier).join(", ");
  const types = key.map(({ type }) => typeSql(type)).join(", ");
  return `${verb} FUNCTION ${replayFunction(shadow)}(${types}) RETURNS boolean LANGUAGE plpgsql SET search_path = ${path} SET row_security = off AS $lockkeeper$
${keysAtOnce(table, to)}BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${quoteLiteral(quoteQualified(shadow.log))}, 0));
  IF $1 IS NULL AND EXISTS (SELECT FROM ${from}) THEN
    DELETE FROM ${to} AS n WHERE NOT EXISTS (SELECT FROM ${from} AS o WHERE ${sameKey(shadow, "o", "n")});
    RETURN true;
  ELSIF $1 IS NULL THEN
    TRUNCATE ${to};
    RETURN true;
  END IF;
${waitsForCommit(table) ? "  IF at_once IS NOT NULL THEN EXECUTE at_once; END IF;\n" : ""}  DELETE FROM ${to} AS n WHERE ${has("n")} AND NOT EXISTS (
    SELECT FROM ${from} AS o WHERE ${has("o")} AND pg_catalog.record_image_eq(ROW(${of("o")}), ROW(${of("n")})));
  BEGIN
    INSERT INTO ${to} (${columns.join(", ")}) OVERRIDING SYSTEM VALUE SELECT ${of("o")} FROM ${from} AS o
      WHERE ${has("o")} AND NOT EXISTS (SELECT FROM ${to} AS n WHERE ${has("n")});
  EXCEPTION WHEN unique_violation OR exclusion_violation THEN
    RETURN false;
  END;
  RETURN true;
END
$lockkeeper$`;
}

/** Whether a key of the table is looked at when the transaction ends, which is too late to leave a row out. */
const waitsForCommit = ({ constraints }: Table): boolean =>
  constraints.some(({ type, deferrable }) => deferrable && type !== "foreign key" && type !== "check");

/** Has such keys looked at with each row. They are called otherwise until the tables change places. */
const keysAtOnce = (table: Table, target: string): string =>
  waitsForCommit(table)
    ? `DECLARE
  at_once text := (SELECT 'SET CONSTRAINTS ' || pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, c.conname), ', ') || ' IMMEDIATE'
    FROM pg_catalog.pg_constraint AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
    WHERE c.conrelid = ${quoteLiteral(target)}::pg_catalog.regclass AND c.condeferrable AND c.contype IN ('p', 'u', 'x'));
`
    : "";

/**
 * Replays all of the log. While nobody writes, a second time round puts in what rows that were out of date kept out; then
 * the log is empty, or something is wrong. So it is where somebody has changed columns meanwhile.
 */
export function createSettle(shadow: Shadow): string {
  const { table, fresh, kept, log, changes } = shadow;
  const name = quoteLiteral(quoteQualified(table));
  // A way back to other columns than these has been planned with them.
  const compared =
    changes.length === 0
      ? "nobody_writes"
      : `nobody_writes AND to_regclass(${quoteLiteral(quoteQualified(kept))}) IS NULL`;
  return `CREATE FUNCTION ${settleFunction(shadow)}(nobody_writes boolean) RETURNS void LANGUAGE plpgsql AS $lockkeeper$
DECLARE
  other regclass := coalesce(to_regclass(${quoteLiteral(quoteQualified(kept))}), to_regclass(${quoteLiteral(quoteQualified(fresh))}));
BEGIN
  IF ${compared} AND EXISTS (
    SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = ${name}::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = other AND b.attname = a.attname
        AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod AND NOT b.attisdropped)) THEN
    RAISE EXCEPTION 'somebody has changed the columns of % meanwhile', ${name};
  END IF;
  FOR round IN 1 .. 2 LOOP
    ${replayAll(shadow)};
  END LOOP;
  IF nobody_writes AND EXISTS (SELECT FROM ${quoteQualified(log)}) THEN
    RAISE EXCEPTION 'rows of % cannot be brought up to date', ${name};
  END IF;
  -- A table with checks that wait for the end of the transaction is not moved.
  IF nobody_writes THEN SET CONSTRAINTS ALL IMMEDIATE; END IF;
END
$lockkeeper$`;
}

export const settle = (shadow: Shadow, nobodyWrites: boolean): string =>
  `SELECT ${settleFunction(shadow)}(${nobodyWrites})`;

/** The condition by which a row of the log is replayed, and goes. */
export const replayed = (shadow: Shadow): string => `${replayFunction(shadow)}(${logged(shadow).join(", ")})`;

const replayAll = (shadow: Shadow): string => `DELETE FROM ${quoteQualified(shadow.log)} WHERE ${replayed(shadow)}`;

export const dropFunctions = (shadow: Shadow): readonly string[] => [
  `DROP FUNCTION ${settleFunction(shadow)}(boolean)`,
  `DROP FUNCTION ${replayFunction(shadow)}(${shadow.key.map(({ type }) => typeSql(type)).join(", ")})`,
  `DROP FUNCTION ${quoteQualified(captureFunction(shadow))}()`,
];

export const sameKey = ({ key }: Shadow, one: string, other: string): string =>
  key.map(({ name }) => `${one}.${quoteIdentifier(name)} = ${other}.${quoteIdentifier(name)}`).join(" AND ");

/** Whether the log says nothing of a row: then it is the same in both tables, however many write. */
export const unlogged = (shadow: Shadow, alias: string): string => {
  const log = quoteQualified(shadow.log);
  const same = shadow.key.map(({ name }, at) => `l.${logged(shadow)[at]} = ${alias}.${quoteIdentifier(name)}`);
  const truncated = `NOT EXISTS (SELECT FROM ${log} AS l WHERE l.${logged(shadow)[0]} IS NULL)`;
  return `NOT EXISTS (SELECT FROM ${log} AS l WHERE ${same.join(" AND ")}) AND ${truncated}`;
};
