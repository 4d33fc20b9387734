import type { Table } from "../../catalog/model/table.ts";
import { typeReference } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { rawExpression } from "../../online/retype/raw-expression.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { parseStatement } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";

/** The row, and what the server says of its value. */
export interface FailingRow {
  readonly object: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The first row whose value an `ALTER COLUMN … TYPE` does not take, however deep in the table: the statement fails without
 * saying which it was. The blocks are halved until one is left, so the table is read about twice.
 *
 * @param state the catalog that the statement finds
 * @returns undefined for other statements, and where every row fits
 */
export async function findFailingRow(
  session: Session,
  sql: string,
  state: CatalogState,
): Promise<FailingRow | undefined> {
  const statement = parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<step>");
  if (statement.tag !== "AlterTableStmt") return undefined;
  const { relation, cmds = [] } = statement.node;
  const table = relation?.relname === undefined ? undefined : tableOf(relation.schemaname, relation.relname, state);
  if (table === undefined) return undefined;
  for (const one of cmds) {
    const command = nodeAs(one, "AlterTableCmd");
    const definition = nodeAs(command?.def, "ColumnDef");
    if (command?.subtype !== "AT_AlterColumnType" || command.name === undefined || definition === undefined) continue;
    // Of several commands in one statement the text behind USING belongs to the last.
    const using = definition.raw_default === undefined || cmds.length > 1 ? undefined : rawExpression(sql, sql);
    const column = quoteIdentifier(command.name);
    const type = typeReference(definition.typeName, state).text;
    const found = await firstFailing(session, table, `CAST((${using ?? column}) AS ${type})`, command.name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tableOf(schema: string | undefined, name: string, state: CatalogState): Table | undefined {
  const relation = state.relation(schema === undefined ? { name } : { schema, name });
  return relation?.kind === "table" ? relation.is : undefined;
}

async function firstFailing(
  session: Session,
  table: Table,
  expression: string,
  column: string,
): Promise<FailingRow | undefined> {
  const name = quoteQualified(table);
  const [size] = await session.query<{ blocks: number }>(
    "SELECT (pg_relation_size($1::regclass) / current_setting('block_size')::int)::float8 AS blocks",
    [name],
  );
  const within = (low: number, high: number): string => `ctid >= '(${low},0)' AND ctid < '(${high},0)'`;
  const failsIn = (condition: string): Promise<string | undefined> =>
    failureOf(session, `SELECT count(${expression}) FROM ONLY ${name} WHERE ${condition}`);
  let [low, high] = [0, size?.blocks ?? 0];
  if (high === 0 || (await failsIn(within(low, high))) === undefined) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await failsIn(within(low, middle))) !== undefined) high = middle;
    else low = middle;
  }
  const keys = table.constraints.find(({ type }) => type === "primary key")?.columns ?? [];
  const told = [...new Set([...keys, column])].map(quoteIdentifier).join(", ");
  const rows = await session.query<{ place: string }>(
    `SELECT ctid::text AS place FROM ONLY ${name} WHERE ${within(low, high)} ORDER BY ctid`,
  );
  for (const { place } of rows) {
    if ((await failsIn(`ctid = '${place}'`)) === undefined) continue;
    const [row] = await session.query(`SELECT ${told} FROM ONLY ${name} WHERE ctid = '${place}'`);
    return { object: `${table.schema}.${table.name}`, rows: row === undefined ? [] : [row] };
  }
  return undefined;
}

/** The server's words, when it refuses a value. */
async function failureOf(session: Session, sql: string): Promise<string | undefined> {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (failureKind(error) === "connection" || databaseError(error)?.code?.startsWith("22") !== true) throw error;
    return databaseError(error)?.message;
  }
}
