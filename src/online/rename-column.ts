import type { Column } from "../catalog/model/column.ts";
import type { Table } from "../catalog/model/table.ts";
import { indexesOnColumn } from "../effects/alter-table/column-dependents.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";
import { grantsOf } from "./access.ts";
import { freeName } from "./free-name.ts";
import { concurrently } from "./index-definition.ts";
import type { OnlineContext } from "./online-context.ts";
import { alone, brief, joined, later, type OnlineForm, type Piece, pieces, refused } from "./piece.ts";
import { indexLike } from "./retype/index-like.ts";
import { bringCurrent } from "./sync/bring-current.ts";
import { differs } from "./sync/differs.ts";
import { shownWhole } from "./sync/shown-whole.ts";
import { SECOND_NAME } from "./sync/standing-sync.ts";
import { type SyncNames, type SyncTrigger, syncNames, syncTrigger } from "./sync/sync-trigger.ts";

/**
 * RENAME COLUMN of a table with rows: until `contract` a second column bears the old name, and whichever of the two a
 * client writes, the other one follows. The column itself only gets its new name, with all that hangs on it.
 */
export function renameColumnOnline(table: Table, from: string, to: string, context: OnlineContext): OnlineForm {
  const { state } = context;
  const column = table.columns.find(({ name }) => name === from);
  const what = `takes the name ${from} of a column of ${table.name} from clients that still use it`;
  const instead = `add a column ${to}, fill it and drop ${from} once nobody uses it; or set \`renames\` to \`direct\``;
  const reason = column === undefined ? "it is not known" : obstacleOf(table, column, context);
  if (column === undefined || reason !== undefined) return refused(`${what}, and ${reason}`, instead);
  const isTaken = (name: string): boolean => table.columns.some((one) => one.name === name);
  const fresh = freeName(`lockkeeper_old_${from}`, isTaken);
  const names = syncNames(table, from, state);
  const second = { ...column, name: fresh };
  const forth = syncTrigger(table, [{ column: second, value: quoteIdentifier(from), how: "follows" }], names, state);
  const twin = syncTrigger(
    { ...table, columns: [...table.columns, { ...column, name: to }] },
    [
      {
        column,
        value: quoteIdentifier(to),
        how: "twin",
        other: { ...column, name: to },
        otherValue: quoteIdentifier(from),
        isTotal: true,
      },
    ],
    names,
    state,
  );
  if ("reason" in forth) return refused(`${what}, and ${forth.reason}`, instead);
  if ("reason" in twin) return refused(`${what}, and ${twin.reason}`, instead);
  const built = copiedIndexes(table, from, fresh, state);
  return pieces(
    ...expand(table, second, forth),
    fill(table, column, fresh),
    ...built,
    { ...alone(`ANALYZE ${quoteQualified(table)}`, "migrate"), back: [] },
    ...cutover(table, { from, to, fresh }, forth, twin),
    ...contract(table, from, names, twin),
  );
}

function obstacleOf(table: Table, column: Column, { state }: OnlineContext): string | undefined {
  if (column.generated !== undefined) return "a generated column has no second one that follows it";
  if (column.identity !== undefined) return "an identity column gives numbers to one name only";
  if (!column.notNull && column.default !== undefined) {
    return "a row that is inserted with nothing for one of the names would get the default for both";
  }
  if (state.childrenOf(table).some(({ partitionOf }) => partitionOf === undefined)) {
    return "tables inherit from it, in which no second column follows";
  }
  if (table.partitioning?.columns.some((one) => one === null || one === column.name) === true) {
    return "rows go into their partitions by the column, before a second one is looked at";
  }
  if (table.partitioning !== undefined && indexesOnColumn(table, column.name, state).length > 0) {
    return "its indexes are those of a partitioned table, of which no second one is built beside them";
  }
  const shown = shownWhole(table, state);
  if (shown !== undefined)
    return `the publication ${shown.publication} shows all columns to subscribers, who have no place for a second one`;
  return undefined;
}

const alter = (table: Table): string => `ALTER TABLE ${quoteQualified(table)}`;

const taken = (sql: string, ...back: readonly string[]): Piece => ({
  ...brief(sql),
  back: back.map((one) => ({ sql: one })),
});

const inOneTransaction = (all: readonly Piece[]): readonly Piece[] =>
  all.map((piece, at) => (at === 0 ? piece : joined(piece)));

function expand(table: Table, second: Column, forth: SyncTrigger): readonly Piece[] {
  const name = quoteIdentifier(second.name);
  const { type, collation } = second;
  const made = [
    `${alter(table)} ADD COLUMN ${name} ${type.text}${collation === undefined ? "" : ` COLLATE ${quoteQualified(collation)}`}`,
    ...grantsOf({ ...table, grants: [], columns: [second] }, () => true),
    `COMMENT ON COLUMN ${quoteQualified(table)}.${name} IS ${quoteLiteral(SECOND_NAME)}`,
    ...forth.create,
  ];
  return inOneTransaction(
    made.map((sql, at) => (at === 0 ? taken(sql, ...forth.drop, `${alter(table)} DROP COLUMN ${name}`) : taken(sql))),
  );
}

function fill(table: Table, column: Column, fresh: string): Piece {
  const [second, own] = [quoteIdentifier(fresh), quoteIdentifier(column.name)];
  const set = `${second} = ${own}`;
  const left = differs(column, second, own);
  return bringCurrent(table, set, left, [
    `Until \`contract\` both names work, in two columns: \`SELECT *\` shows both, the old one last. Triggers of yours that fire on UPDATE OF the column do so for its new name.`,
  ]);
}

/** Queries of those who use the old name find their rows as before, and ON CONFLICT its key. */
function copiedIndexes(table: Table, from: string, fresh: string, state: OnlineContext["state"]): readonly Piece[] {
  const { schema } = table;
  return indexesOnColumn(table, from, state).flatMap((index): Piece[] => {
    const isTaken = (name: string): boolean => state.relation({ schema, name }) !== undefined;
    const name = freeName(`lockkeeper_old_${index.name}`, isTaken);
    const sql = indexLike(index, table, name, (column) => (column === from ? fresh : column));
    if (sql === undefined) return [];
    const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified({ schema, name })}`;
    return [{ ...alone(concurrently(sql), "migrate"), back: [{ sql: drop }] }];
  });
}

interface ThreeNames {
  readonly from: string;
  readonly to: string;
  readonly fresh: string;
}

function cutover(
  table: Table,
  { from, to, fresh }: ThreeNames,
  forth: SyncTrigger,
  twin: SyncTrigger,
): readonly Piece[] {
  const rename = (one: string, other: string): string =>
    `${alter(table)} RENAME COLUMN ${quoteIdentifier(one)} TO ${quoteIdentifier(other)}`;
  const lock = `LOCK TABLE ${quoteQualified(table)} IN ACCESS EXCLUSIVE MODE`;
  const up = [lock, ...forth.drop, rename(from, to), rename(fresh, from), ...twin.create];
  const down = [lock, ...twin.drop, rename(from, fresh), rename(to, from), ...forth.create];
  return inOneTransaction(
    up.map((sql, at): Piece => ({ ...(at === 0 ? taken(sql, ...down) : taken(sql)), phase: "cutover" })),
  );
}

function contract(table: Table, from: string, names: SyncNames, { drop, triggers }: SyncTrigger): readonly Piece[] {
  const { schema, name } = table;
  const trigger = { table: { schema, name }, function: names.function };
  return [
    ...triggers.map((one, at) => later(drop[at] ?? "", { kind: "trigger", name: one, ...trigger })),
    later(drop.at(-1) ?? "", { kind: "function", ...names.function }),
    later(`${alter(table)} DROP COLUMN ${quoteIdentifier(from)}`, {
      kind: "second column",
      name: from,
      trigger: names.trigger,
      ...trigger,
    }),
  ];
}
