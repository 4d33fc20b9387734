import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import { type TimeLimit, withinTime } from "../../desired/time-limit.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { blamedColumns } from "./blamed-columns.ts";
import { choicesOf } from "./column-choices.ts";
import { RowSearch } from "./row-search.ts";

/** What became of the tables of a scratch database. */
export interface FilledTables {
  readonly filled: readonly { readonly table: string; readonly rows: number }[];
  readonly empty: readonly { readonly table: string; readonly reason: string }[];
}

const ROWS = 3;
/** A row that is not found after so many attempts will not be found. */
const ATTEMPTS = 400;

/**
 * Puts a few rows into each table, such that they satisfy all constraints: values come from the types, from the
 * constants of the conditions, and from rows that foreign keys refer to, and are tried until the server takes them.
 * Tables that have rows keep them. Partitioned tables get theirs in their partitions; foreign tables belong to others and
 * are never written.
 *
 * @param catalog of the session's database
 * @throws LockkeeperError `interrupted`; the driver's error when the connection is lost
 */
export async function fillTables(session: Session, catalog: Catalog, limit: TimeLimit): Promise<FilledTables> {
  const filled: { table: string; rows: number }[] = [];
  let open = referredFirst(catalog.tables).filter(({ kind }) => kind === "ordinary");
  for (;;) {
    const failed: { readonly table: Table; readonly reason: string }[] = [];
    for (const table of open) {
      const { rows, reason } = await fillTable(session, table, catalog, limit);
      if (rows > 0) filled.push({ table: quoteQualified(table), rows });
      else failed.push({ table, reason });
    }
    // The next round finds rows to refer to that were not there in this one.
    if (failed.length === open.length || failed.length === 0) {
      for (const name of sampled(catalog)) await session.query(`ANALYZE ${name}`);
      return { filled, empty: failed.map(({ table, reason }) => ({ table: quoteQualified(table), reason })) };
    }
    open = failed.map(({ table }) => table);
  }
}

/** What can be analyzed without a sample of foreign tables: their rows are others'. */
function sampled({ tables, materializedViews }: Catalog): readonly string[] {
  const parents = new Map(
    tables.map((table) => [
      quoteQualified(table),
      [...table.inherits, ...(table.partitionOf === undefined ? [] : [table.partitionOf.parent])].map(quoteQualified),
    ]),
  );
  const foreign = new Set<string>();
  const add = (name: string): void => {
    foreign.add(name);
    for (const parent of parents.get(name) ?? []) add(parent);
  };
  for (const table of tables) if (table.kind === "foreign") add(quoteQualified(table));
  return [...tables, ...materializedViews].map(quoteQualified).filter((name) => !foreign.has(name));
}

/** Tables behind those that they refer to, as far as references go in no circle; a partitioned table goes by its partitions. */
function referredFirst(tables: readonly Table[]): readonly Table[] {
  const byName = new Map(tables.map((table) => [quoteQualified(table), table]));
  const ordered = new Set<Table>();
  const begun = new Set<Table>();
  const visit = (table: Table | undefined): void => {
    if (table === undefined || begun.has(table)) return;
    begun.add(table);
    for (const one of table.constraints) {
      if (one.type === "foreign key") visit(byName.get(quoteQualified(one.references)));
    }
    if (table.partitioning !== undefined) {
      const name = quoteQualified(table);
      for (const one of tables) {
        if (one.partitionOf !== undefined && quoteQualified(one.partitionOf.parent) === name) visit(one);
      }
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}

async function fillTable(
  session: Session,
  table: Table,
  catalog: Catalog,
  limit: TimeLimit,
): Promise<{ readonly rows: number; readonly reason: string }> {
  const name = quoteQualified(table);
  const [there] = await session.query<{ rows: number }>(`SELECT count(*)::float8 AS rows FROM ONLY ${name}`);
  let rows = there?.rows ?? 0;
  let reason = "";
  let last: ReadonlyMap<string, number> | undefined;
  while (rows < ROWS && reason === "") {
    const search = new RowSearch(choicesOf(table, catalog, rows + 1), last);
    const outcome = await findRow(session, table, catalog, search, limit);
    if (outcome === undefined) rows++;
    else reason = outcome;
    last = search.chosen;
  }
  return { rows, reason };
}

/** @returns why no row could be made; undefined when one was */
async function findRow(
  session: Session,
  table: Table,
  catalog: Catalog,
  search: RowSearch,
  limit: TimeLimit,
): Promise<string | undefined> {
  let reason = "";
  let areKnown = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const outcome = await withinTime(limit, session, () => session.query(insertOf(table, search.row)));
      if ("tooLong" in outcome) return `an INSERT does not end within ${limit.timeoutMs / 1000} s`;
      return outcome.value.length > 0 ? undefined : "a trigger or a rule keeps rows out";
    } catch (error) {
      const refusal = databaseError(error);
      if (refusal === undefined || failureKind(error) === "connection") throw error;
      reason = refusal.message;
      if (refusal.code?.startsWith("22") === true && !areKnown) {
        areKnown = true;
        await keepValues(session, search);
      } else if (!search.blame(blamedColumns(table, catalog, refusal))) {
        return reason;
      }
    }
  }
  return reason;
}

function insertOf(table: Table, row: RowSearch["row"]): string {
  const target = `INSERT INTO ${quoteQualified(table)}`;
  if (row.length === 0) return `${target} DEFAULT VALUES RETURNING true`;
  const columns = row.map(([column]) => quoteIdentifier(column)).join(", ");
  return `${target} (${columns}) VALUES (${row.map(([, value]) => value).join(", ")}) RETURNING true`;
}

/** Which texts a type understands is only known to its input function. */
async function keepValues(session: Session, search: RowSearch): Promise<void> {
  for (const column of [...search.chosen.keys()]) {
    const good = [];
    for (const choice of search.choices(column)) {
      if (choice === undefined || choice.startsWith("(SELECT ") || (await isValue(session, choice))) good.push(choice);
    }
    search.keep(column, good);
  }
}

async function isValue(session: Session, expression: string): Promise<boolean> {
  try {
    await session.query(`SELECT ${expression}`);
    return true;
  } catch (error) {
    if (failureKind(error) === "connection") throw error;
    // A domain's conditions are tried with the row.
    return databaseError(error)?.code?.startsWith("23") === true;
  }
}
