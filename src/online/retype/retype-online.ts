import type { Table } from "../../catalog/model/table.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { freeName } from "../free-name.ts";
import { hiddenName } from "../hidden-name.ts";
import { type OnlineContext, stateAfter, type Written } from "../online-context.ts";
import { alone, brief, joined, later, type OnlineForm, type Piece, pieces, refused, trial } from "../piece.ts";
import type { Subcommand } from "../subcommand.ts";
import { bringCurrent } from "../sync/bring-current.ts";
import { differs } from "../sync/differs.ts";
import { type SyncNames, type SyncTrigger, syncNames, syncTrigger } from "../sync/sync-trigger.ts";
import { typeSql } from "../sync/type-sql.ts";
import { alter, type Change, freshName } from "./change.ts";
import { backOf, type Conversion, conversionOf, forthOf } from "./conversion.ts";
import { addColumn, valueShares } from "./on-column.ts";
import { constraintShares, notNullShares } from "./on-constraints.ts";
import { dependentShares } from "./on-dependents.ts";
import { indexShares } from "./on-indexes.ts";
import { requireWayBack } from "./require-way-back.ts";
import { inSlots, type Obstacle, type Share, type Step } from "./share.ts";
import { writtenBack } from "./written-back.ts";

/**
 * ALTER COLUMN TYPE, with changes of the same columns' defaults, by which every value is written again: a second column beside the first, kept current by a trigger,
 * filled by a sweep; indexes and constraints on it; then both change their names in one short transaction. Until
 * `contract` the old column follows the new one, so that nothing is lost on the way back.
 *
 * @param what what would be done to whom as written, for a refusal
 */
export function retypeOnline(
  table: Table,
  parts: readonly Subcommand[],
  statement: Written,
  what: string,
  context: OnlineContext,
): OnlineForm {
  const change = changeOf(table, parts, statement, context);
  if ("reason" in change) return refused(`${what}: ${change.reason}`, change.instead);
  const shares = [
    ...valueShares(change),
    ...notNullShares(change),
    ...indexShares(change),
    ...constraintShares(change),
    ...dependentShares(change),
  ];
  const obstacle = shares.find((one) => "reason" in one);
  if (obstacle !== undefined) return refused(`${what}: ${obstacle.reason}`, obstacle.instead);
  const done = shares.filter((one): one is Share => !("reason" in one));
  const names = syncNames(table, change.conversions[0]?.before.name ?? "", context.state);
  const forth = syncTrigger(table, change.conversions.map(forthOf), names, context.state);
  const swapped = { ...table, columns: [...columnsBehind(change), ...keptColumns(change)] };
  const back = syncTrigger(swapped, change.conversions.map(backOf), names, context.state);
  if ("reason" in forth) return refused(`${what}: ${forth.reason}`);
  if ("reason" in back) return refused(`${what}: ${back.reason}`);
  return pieces(
    ...tried(table, parts, change.conversions),
    ...expand(change, forth),
    fill(change),
    ...done.flatMap(({ build = [] }) => build),
    { ...alone(`ANALYZE ${quoteQualified(table)}`, "migrate"), back: [] },
    ...cutover(change, done, forth, back),
    ...contract(change, names, back),
  );
}

function changeOf(
  table: Table,
  parts: readonly Subcommand[],
  statement: Written,
  context: OnlineContext,
): Change | Obstacle {
  const { state } = context;
  const isColumn = (name: string): boolean =>
    [...state.store.maps.tables.values()].some(({ columns }) => columns.some((one) => one.name === name));
  const types = parts.filter(({ command }) => command.subtype === "AT_AlterColumnType");
  const columns = types.flatMap(({ command }) => command.name ?? []);
  const kept = new Map(columns.map((name) => [name, freeName(hiddenName(name), isColumn)]));
  const standing = obstacleOf(table, columns, parts, context);
  if (standing !== undefined) return standing;
  const after = stateAfter(context, statement).table(table);
  const conversions: Conversion[] = [];
  for (const part of types) {
    const fresh = freeName(freshName(part.command.name ?? ""), isColumn);
    const conversion = conversionOf(
      part,
      table,
      after,
      { fresh, kept, back: after && writtenBack(part.command.name ?? "", after, context) },
      state,
    );
    if ("reason" in conversion) return conversion;
    conversions.push(conversion);
  }
  return { table, conversions, defaults: parts.filter((part) => !types.includes(part)), context };
}

function obstacleOf(
  table: Table,
  columns: readonly string[],
  parts: readonly Subcommand[],
  { state }: OnlineContext,
): Obstacle | undefined {
  const own = table.columns.filter(({ name }) => columns.includes(name));
  const generated = own.find((column) => column.generated !== undefined);
  if (generated !== undefined) {
    return { reason: `${generated.name} is generated, and no trigger gives such a column its values` };
  }
  if (state.childrenOf(table).some(({ partitionOf }) => partitionOf === undefined)) {
    return { reason: `tables inherit from ${table.name}, in which no second column is kept current` };
  }
  if (
    own.some(({ inheritedFrom }) => inheritedFrom > 0) ||
    parts.some(({ only }) => only && table.partitioning !== undefined)
  ) {
    return { reason: "the column is handed down from another table, where its type is changed for all" };
  }
  if (table.partitioning?.columns.some((name) => name === null || columns.includes(name)) === true) {
    return { reason: "rows go into their partitions by the column, whose type PostgreSQL does not change" };
  }
  const user = state.usersOfType(table)[0];
  if (user !== undefined) {
    return { reason: `${user.table.name}.${user.column.name} holds whole rows of ${table.name}` };
  }
  return undefined;
}

/** So many rows show whether the new values can be worked out. */
const SAMPLED_ROWS = 100;

/**
 * Has PostgreSQL change an empty table of the same kind, with its constraints and indexes, and one with some of the rows:
 * what does not fit together is found before anything is changed.
 */
function tried(table: Table, parts: readonly Subcommand[], conversions: readonly Conversion[]): readonly Piece[] {
  const own = parts.some(({ text }) => text.includes(`${quoteQualified(table)}.`));
  if (own) return [];
  const like = `pg_temp.${quoteIdentifier(table.name)}`;
  const create = (more: string): string =>
    `CREATE TEMPORARY TABLE ${quoteIdentifier(table.name)} (LIKE ${quoteQualified(table)}${more})`;
  const change = `ALTER TABLE ${like} ${parts.map(({ text }) => text).join(", ")}`;
  const places = new Map<string, ColumnExpression>(
    conversions.flatMap(({ before, back: { written } }, at) =>
      written === undefined
        ? []
        : ([
            [
              `CREATE TEMPORARY TABLE lockkeeper_back_${at} (${quoteIdentifier(before.name)} ${before.type.text}${before.notNull ? " NOT NULL" : ""})`,
              written,
            ],
            [`INSERT INTO pg_temp.lockkeeper_back_${at} SELECT ${written.expression} FROM ${like}`, written],
          ] as const),
    ),
  );
  return trial(
    create(""),
    `INSERT INTO ${like} SELECT * FROM ${quoteQualified(table)} LIMIT ${SAMPLED_ROWS}`,
    change,
    ...places.keys(),
    `DROP TABLE ${like}`,
    create(" INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES"),
    change,
  ).map((piece) => {
    const from = places.get(piece.sql)?.directive;
    return { ...piece, transaction: "alone", ...(from === undefined ? {} : { from }) };
  });
}

/** The table's columns as they are behind the cutover. */
const columnsBehind = ({ table, conversions }: Change) =>
  table.columns.map((column) => conversions.find(({ before }) => before.name === column.name)?.after ?? column);

/** The old columns as they are called behind the cutover, when the new ones have their names. */
const keptColumns = ({ conversions }: Change) => conversions.map(({ before, kept }) => ({ ...before, name: kept }));

const taken = (sql: string, ...back: readonly string[]): Piece => ({
  ...brief(sql),
  back: back.map((one) => ({ sql: one })),
});

function expand(change: Change, forth: SyncTrigger): readonly Piece[] {
  const { conversions } = change;
  const drops = conversions.map(({ fresh }) => `${alter(change)} DROP COLUMN ${quoteIdentifier(fresh)}`);
  const made = [...conversions.flatMap((one) => addColumn(one, change)), ...forth.create];
  return made.map((sql, at) => (at === 0 ? taken(sql, ...forth.drop, ...drops) : joined(taken(sql))));
}

/** One pass for all of them. */
function fill({ table, conversions }: Change): Piece {
  const set = conversions.map(({ fresh, value }) => `${quoteIdentifier(fresh)} = ${value}`).join(", ");
  const left = conversions
    .map(({ fresh, after, value }) => differs(after, quoteIdentifier(fresh), `(${value})::${typeSql(after.type)}`))
    .join(" OR ");
  return bringCurrent(table, set, left, notesOf(conversions));
}

const notesOf = (conversions: readonly Conversion[]): readonly string[] =>
  conversions.flatMap(({ before, after, back }) => [
    `${before.name} moves behind the other columns: \`SELECT *\` shows it last, and INSERT and COPY without a list of columns expect it there once \`contract\` has run.`,
    back.written !== undefined
      ? `Until \`contract\`, \`down\` brings ${before.type.text} back with all that was written, as \`back\` says.`
      : back.isKnown
        ? `Until \`contract\`, \`down\` brings ${before.type.text} back with all that was written; it stops where a value has no ${before.type.text} that leads to it again.`
        : `No way leads back from ${after.type.text} to ${before.type.text}: after the cutover \`down\` works as long as nobody has written a new ${before.name}.`,
  ]);

function cutover(change: Change, shares: readonly Share[], forth: SyncTrigger, back: SyncTrigger): readonly Piece[] {
  const { conversions } = change;
  const rename = (from: string, to: string): Step => [
    "rename",
    `${alter(change)} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`,
  ];
  const lock: Step = ["lock", `LOCK TABLE ${quoteQualified(change.table)} IN ACCESS EXCLUSIVE MODE`];
  const up: readonly Step[] = [
    lock,
    ...forth.drop.map((sql): Step => ["sync off", sql]),
    ...conversions.flatMap(({ before, fresh, kept }) => [rename(before.name, kept), rename(fresh, before.name)]),
    ...back.create.map((sql): Step => ["sync on", sql]),
    ...shares.flatMap((one) => one.up ?? []),
  ];
  const down: readonly Step[] = [
    lock,
    ...back.drop.map((sql): Step => ["sync off", sql]),
    ...conversions.flatMap(({ before, fresh, kept }) => [rename(before.name, fresh), rename(kept, before.name)]),
    ...forth.create.map((sql): Step => ["sync on", sql]),
    ...shares.flatMap((one) => one.down ?? []),
  ];
  const wanted = shares.flatMap((one) => one.wanted ?? []);
  const way = [
    ...(wanted.length === 0 ? [] : [requireWayBack(change, wanted)]),
    ...shares.flatMap(({ proofs = [] }) => proofs),
    ...inSlots(down),
    ...shares.flatMap(({ behind = [] }) => behind),
  ];
  const notes = shares.flatMap((one) => one.notes ?? []);
  return inSlots(up).map((sql, at): Piece => {
    const piece = { ...taken(sql, ...(at === 0 ? way : [])), phase: "cutover" as const };
    return at === 0 ? { ...piece, ...(notes.length === 0 ? {} : { notes }) } : joined(piece);
  });
}

function contract(change: Change, names: SyncNames, { drop, triggers }: SyncTrigger): readonly Piece[] {
  const { schema, name } = change.table;
  return [
    ...triggers.map((trigger, at) =>
      later(drop[at] ?? "", { kind: "trigger", name: trigger, table: { schema, name }, function: names.function }),
    ),
    later(drop.at(-1) ?? "", { kind: "function", ...names.function }),
    ...change.conversions.map(({ kept }) =>
      later(`${alter(change)} DROP COLUMN ${quoteIdentifier(kept)}`, { kind: "column", name: kept }),
    ),
  ];
}
