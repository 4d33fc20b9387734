import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";

/** Rows that migrations put into tables, and how far they moved sequences. */
export interface SeedRows {
  /** SQL that does the same, in an order that foreign keys allow. */
  readonly statements: readonly SeedStatement[];
  /** What is there, as text by table, materialized view and sequence: equal where the same is there. */
  readonly image: Readonly<Record<string, string>>;
}

export interface SeedStatement {
  /** As the image calls it. */
  readonly of: string;
  /** How many rows it puts there; none moves a sequence or fills a view. */
  readonly rows: number;
  readonly sql: string;
}

/** More than this is data, and no part of a schema. */
const MOST_ROWS = 10_000;

/** Values as every server reads them, whatever its settings are. */
const SETTINGS = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex'`;

/** @throws LockkeeperError `squash_differs` for more rows than a file should hold, or tables that refer to each other */
export async function seedRows(session: Session, catalog: Catalog): Promise<SeedRows> {
  await session.query(SETTINGS);
  try {
    return await read(session, catalog);
  } finally {
    await session.rollback();
  }
}

async function read(session: Session, catalog: Catalog): Promise<SeedRows> {
  const image: Record<string, string> = {};
  const inserts = new Map<Table, SeedStatement>();
  for (const table of catalog.tables.filter(({ kind }) => kind === "ordinary")) {
    const columns = table.columns.filter(({ generated }) => generated === undefined).map(({ name }) => name);
    const name = quoteQualified(table);
    const lines = await rowsOf(session, `ONLY ${name}`, columns);
    if (lines.length === 0) continue;
    image[name] = lines.toSorted().join("\n");
    const into = `${name} (${columns.map(quoteIdentifier).join(", ")})`;
    inserts.set(table, {
      of: name,
      rows: lines.length,
      sql: `INSERT INTO ${into} OVERRIDING SYSTEM VALUE VALUES\n  ${lines.join(",\n  ")}`,
    });
  }
  const refreshed: SeedStatement[] = [];
  for (const view of catalog.materializedViews.filter(({ populated }) => populated)) {
    const name = quoteQualified(view);
    const columns = view.columns.map((column) => column.name);
    const lines = await rowsOf(session, name, columns);
    if (lines.length === 0) continue;
    image[name] = lines.toSorted().join("\n");
    refreshed.push({ of: name, rows: 0, sql: `REFRESH MATERIALIZED VIEW ${name}` });
  }
  const moved = await movedSequences(session);
  for (const { of, sql } of moved) image[of] = sql;
  const statements = inReach([...inserts.keys()]).flatMap((table) => inserts.get(table) ?? []);
  return { statements: [...statements, ...moved, ...refreshed], image };
}

async function rowsOf(session: Session, relation: string, columns: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ row: (string | null)[] }>(
    `SELECT ARRAY[${columns.map((column) => `${quoteIdentifier(column)}::text`).join(", ")}]::text[] AS row
     FROM ${relation} AS t LIMIT ${MOST_ROWS + 1}`,
  );
  if (rows.length > MOST_ROWS) {
    throw refused(`${relation.replace("ONLY ", "")} holds more than ${MOST_ROWS} rows that migrations put there.`);
  }
  return rows.map(({ row }) => `(${row.map((one) => (one === null ? "NULL" : quoteLiteral(one))).join(", ")})`);
}

/** Those that do not stand at their beginning. */
async function movedSequences(session: Session): Promise<readonly SeedStatement[]> {
  const sequences = await session.query<{ schema: string; name: string; start: string }>(
    `SELECT n.nspname AS schema, c.relname AS name, s.seqstart::text AS start
     FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname <> 'lockkeeper' AND c.relpersistence <> 't' ORDER BY 1, 2`,
  );
  if (sequences.length === 0) return [];
  // The functions that tell do not tell of a sequence that was set and has given nothing out since.
  const states = sequences.map(
    (sequence, at) =>
      `SELECT ${at} AS at, last_value::text AS value, is_called AS called FROM ${quoteQualified(sequence)}`,
  );
  const rows = await session.query<{ at: number; value: string; called: boolean }>(states.join(" UNION ALL "));
  return rows.flatMap(({ at, value, called }) => {
    const sequence = sequences[at];
    if (sequence === undefined || (!called && value === sequence.start)) return [];
    const of = quoteQualified(sequence);
    return [{ of, rows: 0, sql: `SELECT setval(${quoteLiteral(of)}, ${value}, ${called})` }];
  });
}

/** Each behind those it refers to. */
function inReach(tables: readonly Table[]): readonly Table[] {
  const placed: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const names = new Set(left.map(quoteQualified));
    const next = left.filter((table) =>
      table.constraints.every(
        (one) =>
          one.type !== "foreign key" ||
          quoteQualified(one.references) === quoteQualified(table) ||
          !names.has(quoteQualified(one.references)),
      ),
    );
    if (next.length === 0) {
      throw refused(`Rows of ${[...names].join(", ")} refer to each other in a circle.`);
    }
    placed.push(...next);
    left = left.filter((table) => !next.includes(table));
  }
  return placed;
}

const refused = (message: string): LockkeeperError =>
  new LockkeeperError("squash_differs", { message, notDone: "No file was touched." });
