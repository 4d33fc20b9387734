import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";

/** Rows that migrations put into tables, and how far they moved sequences. */
export interface SeedRows {
  /** SQL that does the same, in an order that foreign keys allow. */
  readonly statements: readonly string[];
  /** What is there, as text by table and sequence: equal where the same is there. */
  readonly image: Readonly<Record<string, string>>;
}

/** More than this is data, and no part of a schema. */
const MOST_ROWS = 10_000;

/** @throws LockkeeperError `squash_differs` for more rows than a file should hold, or tables that refer to each other */
export async function seedRows(session: Session, catalog: Catalog): Promise<SeedRows> {
  const image: Record<string, string> = {};
  const inserts = new Map<Table, string>();
  for (const table of catalog.tables.filter(({ kind }) => kind === "ordinary")) {
    const columns = table.columns.filter(({ generated }) => generated === undefined).map(({ name }) => name);
    const name = quoteQualified(table);
    const rows = await session.query<{ row: (string | null)[] }>(
      `SELECT ARRAY[${columns.map((column) => `${quoteIdentifier(column)}::text`).join(", ")}]::text[] AS row
       FROM ONLY ${name} AS t LIMIT ${MOST_ROWS + 1}`,
    );
    if (rows.length === 0) continue;
    if (rows.length > MOST_ROWS) throw refused(`${name} holds more than ${MOST_ROWS} rows that migrations put there.`);
    const lines = rows.map(
      ({ row }) => `(${row.map((one) => (one === null ? "NULL" : quoteLiteral(one))).join(", ")})`,
    );
    image[name] = lines.toSorted().join("\n");
    inserts.set(
      table,
      `INSERT INTO ${name} (${columns.map(quoteIdentifier).join(", ")}) OVERRIDING SYSTEM VALUE VALUES\n  ${lines.join(",\n  ")}`,
    );
  }
  const moved = await session.query<{ schema: string; name: string; value: string }>(
    `SELECT n.nspname AS schema, c.relname AS name, v.value::text AS value
     FROM pg_sequence AS s CROSS JOIN LATERAL pg_sequence_last_value(s.seqrelid) AS v(value)
     JOIN pg_class AS c ON c.oid = s.seqrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE v.value IS NOT NULL AND n.nspname <> 'lockkeeper' ORDER BY 1, 2`,
  );
  const setvals = moved.map((sequence) => {
    image[quoteQualified(sequence)] = sequence.value;
    return `SELECT setval(${quoteLiteral(quoteQualified(sequence))}, ${sequence.value})`;
  });
  const statements = inReach([...inserts.keys()]).map((table) => inserts.get(table) ?? "");
  return { statements: [...statements, ...setvals], image };
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
