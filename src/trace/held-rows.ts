import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { CompositeType } from "../catalog/model/type.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { columnsAlong } from "../diff/renames/columns-along.ts";
import type { DiffStatement, Rename } from "../diff/schema-diff.ts";
import type { Session } from "../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";

/** A table whose rows are to be there after a change as they were before. */
interface KeptTable {
  readonly id: ObjectId;
  readonly before: QualifiedName;
  /** Undefined: the change removes it. */
  readonly after: QualifiedName | undefined;
  /** Columns whose values stay the same: name before and after. */
  readonly columns: readonly (readonly [string, string])[];
  /** Columns with values of their own that the change removes. */
  readonly gone: readonly ObjectId[];
}

/** What a change does to the tables that hold rows, by what both schemas and the statements say. */
export function tablesKept(
  from: Catalog,
  to: Catalog,
  renames: readonly Rename[],
  statements: readonly DiffStatement[],
): readonly KeptTable[] {
  const renamed = new Map([...renames, ...columnsAlong(from, renames)].map((rename) => [rename.from, rename.to]));
  const tables = new Map(to.tables.map((table) => [objectId("table", table.schema, table.name), table]));
  const changes: Changes = { renamed, changed: changedTypes(from, to), told: toldLost(statements) };
  return from.tables
    .filter(({ kind }) => kind === "ordinary")
    .map((table) => {
      const id = objectId("table", table.schema, table.name);
      return keptTable(table, id, tables.get(renamed.get(id) ?? id), changes);
    });
}

interface Changes {
  readonly renamed: ReadonlyMap<ObjectId, ObjectId>;
  readonly changed: ReadonlySet<ObjectId>;
  readonly told: ReadonlySet<ObjectId>;
}

/** What statements say is lost. */
const toldLost = (statements: readonly DiffStatement[]): ReadonlySet<ObjectId> =>
  new Set(statements.flatMap((one) => (one.losesRows === undefined ? [] : one.for)));

/** Types whose values are written otherwise afterwards: with another label, or with more or fewer attributes. */
function changedTypes(from: Catalog, to: Catalog): ReadonlySet<ObjectId> {
  const idOf = ({ schema, name }: QualifiedName): ObjectId => objectId("type", schema, name);
  const labels = new Map(to.enums.map((type) => [idOf(type), type.labels]));
  const attributes = new Map(to.composites.map((type) => [idOf(type), contentOf(type)]));
  return new Set([
    ...from.enums.filter((type) => !type.labels.every((label) => labels.get(idOf(type))?.includes(label))).map(idOf),
    ...from.composites.filter((type) => contentOf(type) !== attributes.get(idOf(type))).map(idOf),
  ]);
}

const contentOf = ({ attributes }: CompositeType): string => attributes.map(({ type }) => type.text).join();

function keptTable(
  before: Table,
  id: ObjectId,
  after: Table | undefined,
  { renamed, changed, told }: Changes,
): KeptTable {
  const columns: (readonly [string, string])[] = [];
  const gone: ObjectId[] = [];
  for (const column of before.columns) {
    const columnId = objectId("column", before.schema, before.name, column.name);
    if (column.generated !== undefined || told.has(columnId)) continue;
    const wanted = renamed.get(columnId);
    const now = after?.columns.find(({ name }) =>
      wanted === undefined ? name === column.name : objectId("column", after.schema, after.name, name) === wanted,
    );
    if (now === undefined) gone.push(columnId);
    else if (
      now.type.text === column.type.text &&
      now.generated === undefined &&
      !changed.has(objectId("type", column.type.schema, column.type.name))
    ) {
      columns.push([column.name, now.name]);
    }
  }
  return { id, before, after, columns, gone: after === undefined ? [] : gone };
}

/** Number of rows and a checksum of their values, by table. */
export type HeldRows = ReadonlyMap<KeptTable, { readonly rows: number; readonly sum: string | null }>;

export async function heldRows(
  { query }: Session,
  kept: readonly KeptTable[],
  side: "before" | "after",
): Promise<HeldRows> {
  const held = new Map<KeptTable, { readonly rows: number; readonly sum: string | null }>();
  for (const table of kept) {
    const name = table[side];
    if (name === undefined) continue;
    const columns = table.columns.map(([old, now]) => quoteIdentifier(side === "before" ? old : now));
    const [found] = await query<{ rows: number; sum: string | null }>(
      `SELECT count(*)::int AS rows, md5(string_agg(r, chr(10) ORDER BY r)) AS sum
       FROM (SELECT ROW(${columns.join(", ")})::text AS r FROM ONLY ${quoteQualified(name)}) x`,
    );
    if (found !== undefined) held.set(table, found);
  }
  return held;
}

/** What of the rows before is not there any more, of which no statement says that it is lost. */
export function lostRows(before: HeldRows, after: HeldRows, statements: readonly DiffStatement[]): readonly string[] {
  const told = toldLost(statements);
  return [...before].flatMap(([table, held]) => {
    if (held.rows === 0 || told.has(table.id)) return [];
    const now = after.get(table);
    if (now === undefined || now.rows < held.rows) return [`the rows of ${quoteQualified(table.before)}`];
    const values = now.sum === held.sum ? [] : [`values of ${quoteQualified(table.before)}`];
    return [...table.gone, ...values];
  });
}

/** Removes the rows of all tables. */
export async function emptyTables({ query }: Session, { tables }: Catalog): Promise<void> {
  const names: string[] = [];
  for (const { kind, ...table } of tables) {
    const [found] = await query<{ is: boolean }>("SELECT to_regclass($1) IS NOT NULL AS is", [quoteQualified(table)]);
    if (kind === "ordinary" && found?.is === true) names.push(quoteQualified(table));
  }
  if (names.length > 0) await query(`TRUNCATE ${names.join(", ")} CASCADE`);
}
