import type pg from "pg";
import { deriveUndoForMigration } from "../../../src/plan/undo/derive-undo.ts";
import { REFUSED_PREFIX } from "../../../src/plan/undo/sql-text.ts";
import { loadParser, parseStatement } from "../../../src/sql/parse-statement.ts";
import { splitSql } from "../../../src/sql/split-sql.ts";
import { schemaSnapshot } from "../../support/schema-snapshot.ts";
import { MADE_ROLES, ROLES } from "./base.ts";

export interface RoundTrip {
  readonly before: readonly string[];
  readonly between: readonly string[];
  readonly after: readonly string[];
  /** The undo statements that were executed. */
  readonly undo: readonly string[];
  /** Why nothing was taken back; then `after` equals `between`. */
  readonly refused: readonly string[];
}

type Row = Record<string, unknown>;

const rowsOf = (result: pg.QueryResult<Row> | pg.QueryResult<Row>[]): Row[] =>
  Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;

/** To plan the query takes longer than to run it: the session prepares it once. */
const snapshotOf = (client: pg.Client): Promise<string[]> =>
  schemaSnapshot(
    async (text) =>
      rowsOf(await client.query<Row>(text.startsWith("WITH our_roles") ? { name: "schema snapshot", text } : text)),
    [...ROLES, ...MADE_ROLES],
  );

export interface RoundTripOptions {
  /** Who migrates, when not the session's own role. */
  readonly role?: string;
  /** How many of the statements are run, as when the run failed there. */
  readonly statements?: number;
}

export const statementsOf = (sql: string) => splitSql(sql, "case.sql").statements;

/**
 * Runs `sql` as the runner does, each statement behind its captures, and takes it back, last statement first. All of
 * it happens in the transaction that the session may have open.
 */
export async function roundTrip(client: pg.Client, sql: string, options: RoundTripOptions = {}): Promise<RoundTrip> {
  const before = await snapshotOf(client);
  const become = options.role === undefined ? "" : `; SET ROLE ${options.role}`;
  await client.query(`SET search_path TO app, public${become}`);
  const undo = await forward(client, sql, options.statements);
  await client.query("RESET ROLE");
  const between = await snapshotOf(client);
  const refused = undo
    .filter((line) => line.startsWith(REFUSED_PREFIX))
    .map((line) => line.slice(REFUSED_PREFIX.length));
  if (refused.length === 0) {
    // The way back is walked where no name is visible without its schema.
    await client.query(`SET search_path TO nowhere${become}`);
    await back(client, undo);
    await client.query("RESET ROLE");
  }
  return { before, between, after: await snapshotOf(client), undo, refused };
}

/** Runs the statements and gives the undo in the order of its execution. */
async function forward(client: pg.Client, sql: string, limit?: number): Promise<string[]> {
  await loadParser();
  const statements = statementsOf(sql);
  const parsed = statements.map((statement) => ({ ...parseStatement(statement, "case.sql"), sql: statement.text }));
  const items = deriveUndoForMigration(parsed);
  const undo: string[][] = [];
  for (const [index, { text }] of statements.slice(0, limit).entries()) {
    const lines: string[] = [];
    for (const item of items[index] ?? []) {
      if ("sql" in item) lines.push(item.sql);
      else if ("refused" in item) lines.push(`${REFUSED_PREFIX}${item.refused}`);
      else if ("around" in item) lines.push(...(await inSchema(client, item.around, item.schemaOf)));
      else lines.push(...(await captured(client, item.capture)));
    }
    undo.unshift(lines);
    await client.query(text);
  }
  return undo.flat();
}

/** The rows of a capture, stored the way the runner stores them; the session's search path must come through it. */
async function captured(client: pg.Client, query: string): Promise<string[]> {
  const path = async (): Promise<unknown> => rowsOf(await client.query<Row>("SHOW search_path"))[0]?.["search_path"];
  await client.query("CREATE TEMP TABLE IF NOT EXISTS captured (place bigint, sql text)");
  const before = await path();
  await client.query(`INSERT INTO captured SELECT row_number() OVER (), u.sql FROM (${query}) AS u(sql)`);
  const after = await path();
  if (after !== before) throw new Error(`the capture left search_path as ${after}`);
  const rows = rowsOf(await client.query<Row>("SELECT sql FROM captured ORDER BY place"));
  await client.query("DROP TABLE captured");
  return rows.map((row) => String(row["sql"]));
}

/** The name of a schema, as `lockkeeper.keep_undo` finds it. */
async function inSchema(
  client: pg.Client,
  [before, behind]: readonly [string, string],
  relation: string | null,
): Promise<string[]> {
  const schema = `CASE WHEN $1::text IS NULL THEN current_schema()::text
    ELSE (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass($1)) END`;
  const [row] = rowsOf(
    await client.query<Row>(`SELECT regexp_replace(${schema}, '^pg_temp_\\d+$', 'pg_temp') AS schema`, [relation]),
  );
  return row?.["schema"] == null ? [] : [`${before}${row["schema"]}${behind}`];
}

async function back(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    try {
      await client.query(statement);
    } catch (error) {
      throw new Error(`the undo failed at: ${statement}`, { cause: error });
    }
  }
}
