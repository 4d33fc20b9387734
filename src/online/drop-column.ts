import type { Column } from "../catalog/model/column.ts";
import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { indexesOnColumn } from "../effects/alter-table/column-dependents.ts";
import { removalOf } from "../effects/drop/removal.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { freeName } from "./free-name.ts";
import { hiddenName } from "./hidden-name.ts";
import { holdsRows } from "./holds-rows.ts";
import { keepersOf } from "./kept.ts";
import type { OnlineContext } from "./online-context.ts";
import { AS_WRITTEN, brief, joined, later, type OnlineForm, pieces, refused, trial } from "./piece.ts";
import type { Subcommand } from "./subcommand.ts";
import { shownWhole } from "./sync/shown-whole.ts";
import { takenAlong } from "./taken-along.ts";

/** Whether a DROP COLUMN hides the column instead of removing it. What is computed from others is not lost. */
export function hidesColumn(name: string | undefined, table: Table, { state, policy }: OnlineContext): boolean {
  const column = table.columns.find((one) => one.name === name);
  return (
    policy.drops === "quarantine" &&
    column !== undefined &&
    column.generated === undefined &&
    column.inheritedFrom === 0 &&
    holdsRows(table, state)
  );
}

/**
 * DROP COLUMN of a column with rows: it gets another name, and nothing of it keeps out rows of writers who do not know
 * it. Its data stay until `contract`.
 */
export function dropColumnOnline({ command, head, table }: Subcommand, context: OnlineContext): OnlineForm {
  const { state } = context;
  const column = table.columns.find(({ name }) => name === command.name);
  if (column === undefined || !hidesColumn(command.name, table, context)) return AS_WRITTEN;
  const below = state.descendantsOf(table);
  if (below.some(({ partitionOf }) => partitionOf === undefined)) {
    return refused(
      `removes the column ${column.name} from tables that inherit from ${table.name}, where it cannot be put aside as a whole`,
    );
  }
  const shown = shownWhole(table, state);
  if (shown !== undefined) {
    return refused(
      `puts the column ${column.name} aside under another name, and the publication ${shown.publication} shows subscribers all columns of ${table.name}, who have none of that name`,
      `${shown.insteadListing("the other columns")}, or set \`drops\` to \`direct\``,
    );
  }
  const root = objectId("column", table.schema, table.name, column.name);
  const falling = removalOf([root], false, state).ids;
  const isNeeded = keepersOf([root], state) !== undefined;
  const along = command.behavior === "DROP_CASCADE" ? takenAlong([root], state) : undefined;
  if (along !== undefined && along.others.length > 0) {
    return refused(
      `takes along with the column what cannot be put aside with it (${along.others.join(", ")})`,
      "drop these by statements of their own first",
    );
  }
  const quoted = quoteIdentifier(column.name);
  const hidden = freeName(hiddenName(column.name), (name) => isColumn(name, state));
  const relaxed = [table, ...below].map((one) => relax(one, column, table, state));
  const lost = new Set(relaxed.flatMap((one) => one.lost));
  const renamed = [...falling].filter((id) => !lost.has(id)).flatMap((id) => outOfTheWay(id, state));
  const alter = `ALTER TABLE ${quoteQualified(table)}`;
  return pieces(
    ...(along?.keys ?? []),
    // What is kept needs it, and goes before it does.
    ...(isNeeded ? [] : trial(`${head} DROP COLUMN ${quoted}`)),
    ...[
      ...relaxed.flatMap(({ sql }) => sql),
      ...renamed,
      `${alter} RENAME COLUMN ${quoted} TO ${quoteIdentifier(hidden)}`,
    ].map((sql, at) => (isNeeded && at === 0 ? brief(sql) : joined(brief(sql)))),
    later(`${alter} DROP COLUMN ${quoteIdentifier(hidden)}`, { kind: "column", name: hidden }),
  );
}

/** In the whole database: `contract` finds the column by its name, whatever the table is called by then. */
const isColumn = (name: string, state: CatalogState): boolean =>
  [...state.store.maps.tables.values()].some(({ columns }) => columns.some((one) => one.name === name));

interface Relaxed {
  readonly sql: readonly string[];
  /** The indexes that do not stay. */
  readonly lost: readonly ObjectId[];
}

/** Takes away what could refuse a row in which the column has its default, or nothing. */
function relax(table: Table, { name }: Column, root: Table, state: CatalogState): Relaxed {
  const alter = `ALTER TABLE ${quoteQualified(table)}`;
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) return { sql: [], lost: [] };
  const unique = indexesOnColumn(table, name, state).filter((one) => one.unique || one.constraint !== undefined);
  const lost = unique.filter((index) => !staysUseful(index));
  const isLost = (index: string): boolean => lost.some((one) => one.name === index);
  const constraints = table.constraints.filter(
    (one) =>
      one.parent === undefined &&
      one.inheritedFrom === 0 &&
      ("index" in one ? isLost(one.index) : one.columns.includes(name)),
  );
  const indexes = lost.filter(({ constraint, parent }) => constraint === undefined && parent === undefined);
  const isNotNull = column.notNull && column.identity === undefined;
  const isHandedDown = table !== root && root.columns.find((one) => one.name === name)?.notNull === true;
  const quoted = quoteIdentifier(name);
  return {
    sql: [
      ...constraints.map((one) => `${alter} DROP CONSTRAINT ${quoteIdentifier(one.name)}`),
      ...indexes.map((index) => `DROP INDEX ${quoteQualified({ schema: table.schema, name: index.name })}`),
      ...(isNotNull && !isHandedDown ? [`${alter} ALTER COLUMN ${quoted} DROP NOT NULL`] : []),
      ...(unique.length > lost.length && mayRepeat(column) ? [`${alter} ALTER COLUMN ${quoted} DROP DEFAULT`] : []),
    ],
    lost: lost.map((index) => objectId("index", table.schema, index.name)),
  };
}

/** No two rows without a value are the same to it. */
const staysUseful = ({ primary, nullsNotDistinct, keys }: TableIndex): boolean =>
  !primary && !nullsNotDistinct && keys.every((key) => "column" in key);

/** Values of a sequence are all different; those of another default may meet a row that has them. */
const mayRepeat = ({ default: value }: Column): boolean => value !== undefined && !value.startsWith("nextval(");

const RENAMED: Readonly<Record<string, string>> = { index: "INDEX", sequence: "SEQUENCE", statistics: "STATISTICS" };

/** What is kept with the column gives its name free, as it would if it went. */
function outOfTheWay(id: string, state: CatalogState): readonly string[] {
  const { kind, path } = objectPath(id);
  const [schema = "", name = ""] = path;
  const keyword = RENAMED[kind];
  if (keyword === undefined) return [];
  const isTaken = (one: string): boolean => state.relation({ schema, name: one }) !== undefined;
  const free = quoteIdentifier(freeName(hiddenName(name), isTaken));
  return [`ALTER ${keyword} ${quoteQualified({ schema, name })} RENAME TO ${free}`];
}
