import type { Reshape } from "../../migrations/reshape.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { behindFill } from "../fill/not-null-behind.ts";
import { holdsRows } from "../holds-rows.ts";
import { contextAfter, type OnlineContext, written } from "../online-context.ts";
import { alone, brief, joined, later, type OnlineForm, type Piece, pieces, refused, trial } from "../piece.ts";
import { setNotNullOnline } from "../set-not-null.ts";
import type { Subcommand } from "../subcommand.ts";
import { bringCurrent } from "../sync/bring-current.ts";
import { columnReferences } from "../sync/column-references.ts";
import { differs } from "../sync/differs.ts";
import { keeping } from "../sync/standing-sync.ts";
import { type SyncNames, type SyncTrigger, syncNames, syncTrigger } from "../sync/sync-trigger.ts";
import type { TwoSides } from "../sync/two-sides.ts";
import { typeSql } from "../sync/type-sql.ts";
import { type KnownReshape, knownReshape } from "./known-reshape.ts";
import { plainReshape, reshapeInvalid } from "./written-reshape.ts";

/**
 * Another shape of a table's columns: the new ones without values, a trigger that gives them to rows that are written,
 * a sweep for those that are there, the proofs of NOT NULL; then, in one short transaction, the trigger makes way for
 * one by which either shape follows the other, whichever a client writes. `contract` removes it, and the old columns.
 *
 * @param file what the step is called in messages
 * @throws LockkeeperError `reshape_invalid`
 */
export function reshapeOnline(reshape: Reshape, file: string, context: OnlineContext): OnlineForm {
  const known = knownReshape(reshape, file, context);
  const { table, after, fill } = known;
  if (!holdsRows(table, context.state)) return pieces(...plainReshape(reshape, table).map((sql) => brief(sql)));
  const obstacle = obstacleOf(known, context);
  const what = `changes the shape of ${table.name}, and`;
  if (obstacle !== undefined) return refused(`${what} ${obstacle}`);
  const standing = standingOf(known);
  if (standing !== undefined) return refused(`${what} ${standing}`, "call `lockkeeper contract` first");
  const names = syncNames(table, fill[0]?.column.name ?? "", context.state);
  const follows = fill.map((one) => ({ ...one, how: "follows" as const, unsteady: known.unsteady }));
  const forth = syncTrigger(after, follows, names, context.state);
  const both = syncTrigger(after, [sidesOf(known)], names, context.state);
  if ("reason" in forth) throw reshapeInvalid(file, forth.reason);
  if ("reason" in both) throw reshapeInvalid(file, both.reason);
  const filled = [...tried(known), ...expand(known, forth), fillPiece(known)];
  const proofs = notNullProofs(known, contextAfter(context, filled));
  return proofs.kind !== "pieces"
    ? proofs
    : pieces(
        ...filled,
        ...proofs.pieces,
        { ...alone(`ANALYZE ${quoteQualified(table)}`, "migrate"), back: [] },
        ...cutover(known, forth, both),
        ...contract(known, names, both),
      );
}

function obstacleOf({ table, fill, back }: KnownReshape, context: OnlineContext): string | undefined {
  const { state } = context;
  const given = [...fill, ...back].flatMap(
    ({ column }) => table.columns.find(({ name }) => name === column.name) ?? [],
  );
  const generated = given.find((column) => column.generated !== undefined || column.identity !== undefined);
  if (generated !== undefined) return `${generated.name} gets its values from PostgreSQL, and from no trigger`;
  if (table.kind === "foreign") return "it is a foreign table, whose rows another server writes";
  if (state.childrenOf(table).some(({ partitionOf }) => partitionOf === undefined)) {
    return `tables inherit from ${table.name}, in which no trigger of its keeps the shapes alike`;
  }
  const handedDown = given.find(({ inheritedFrom }) => inheritedFrom > 0);
  if (handedDown !== undefined || table.partitionOf !== undefined) {
    return "its columns are handed down from another table, where the shape is changed for all";
  }
  const placing = given.find(({ name }) => table.partitioning?.columns.some((one) => one === null || one === name));
  return placing === undefined
    ? undefined
    : `rows go into their partitions by ${placing.name}, before a trigger changes it`;
}

/** Two triggers that go by one column would have to fire in one order for the one shape, and in the other for the other. */
function standingOf({ table, after, fill, back }: KnownReshape): string | undefined {
  for (const { column, value } of [...fill, ...back]) {
    const found = columnReferences(value, after);
    const read = "reason" in found ? [] : found.references.map((one) => one.column);
    for (const name of [column.name, ...read]) {
      const trigger = keeping(table, name);
      if (trigger !== undefined) return `the trigger ${trigger.name} still keeps ${name} current for an earlier change`;
    }
  }
  return undefined;
}

const alter = ({ table }: Pick<KnownReshape, "table">): string => `ALTER TABLE ${quoteQualified(table)}`;

/** Columns that are made lead, and so do those that go into a document: who writes one of them means it. */
function sidesOf({ fill, back, adds, unsteady }: KnownReshape): TwoSides {
  return adds.length > 0
    ? { how: "sides", lead: fill, follow: back, unsteady }
    : { how: "sides", lead: back, follow: fill, returns: true, unsteady };
}

/** So many rows show whether the values can be worked out. */
const SAMPLED_ROWS = 100;

/**
 * Has the server work out both ways for some of the rows, in a table of the same kind, and see whether anything hangs on
 * what `contract` is to remove: before anything is changed.
 */
function tried(known: KnownReshape): readonly Piece[] {
  const { table, fill, back, drop, adds } = known;
  const like = `pg_temp.${quoteIdentifier(table.name)}`;
  const set = (all: readonly { readonly column: { readonly name: string }; readonly value: string }[]): string =>
    `UPDATE ${like} SET ${all.map(({ column, value }) => `${quoteIdentifier(column.name)} = ${value}`).join(", ")}`;
  const required = fill.filter(({ notNull }) => notNull);
  const sample = trial(
    `CREATE TEMPORARY TABLE ${quoteIdentifier(table.name)} (LIKE ${quoteQualified(table)})`,
    `INSERT INTO ${like} SELECT * FROM ${quoteQualified(table)} LIMIT ${SAMPLED_ROWS}`,
    ...(adds.length === 0 ? [] : [`ALTER TABLE ${like} ${adds.join(", ")}`]),
    set(fill),
    ...required.map(({ column }) => `ALTER TABLE ${like} ALTER COLUMN ${quoteIdentifier(column.name)} SET NOT NULL`),
    ...(back.length === 0 ? [] : [set(back)]),
  ).map((piece): Piece => ({ ...piece, transaction: "alone" }));
  return drop.length === 0 ? sample : [...sample, ...trial(...drops(known))];
}

const drops = (known: KnownReshape): readonly string[] =>
  known.drop.map((column) => `${alter(known)} DROP COLUMN ${quoteIdentifier(column)}`);

const taken = (sql: string, ...back: readonly string[]): Piece => ({
  ...brief(sql),
  back: back.map((one) => ({ sql: one })),
});

const inOneTransaction = (all: readonly Piece[]): readonly Piece[] =>
  all.map((piece, at) => (at === 0 ? piece : joined(piece)));

function expand(known: KnownReshape, forth: SyncTrigger): readonly Piece[] {
  const { fill, adds } = known;
  const made = [...(adds.length === 0 ? [] : [`${alter(known)} ${adds.join(", ")}`]), ...forth.create];
  const gone = adds.length === 0 ? [] : fill.map(({ column }) => `DROP COLUMN ${quoteIdentifier(column.name)}`);
  const way = [...forth.drop, ...(gone.length === 0 ? [] : [`${alter(known)} ${gone.join(", ")}`])];
  return inOneTransaction(made.map((sql, at) => (at === 0 ? taken(sql, ...way) : taken(sql))));
}

/** One pass for all of the columns. */
function fillPiece({ table, fill, adds, drop }: KnownReshape): Piece {
  const set = fill.map(({ column, value }) => `${quoteIdentifier(column.name)} = ${value}`).join(", ");
  const left = fill
    .map(({ column, value }) => differs(column, quoteIdentifier(column.name), `(${value})::${typeSql(column.type)}`))
    .join(" OR ");
  return bringCurrent(table, set, left, [
    `Both shapes live from the end of \`up\` until \`contract\`${drop.length === 0 ? "" : `, which removes ${drop.join(", ")} with the indexes and constraints on it`}: a write of either is seen in both.`,
    ...(adds.length > 0
      ? []
      : [
          `On the way back ${fill.map(({ column }) => column.name).join(", ")} keeps what was put into it in each row.`,
        ]),
  ]);
}

/** Behind the fill, one column after the other; all of it goes with the columns. */
function notNullProofs(known: KnownReshape, context: OnlineContext): OnlineForm {
  const proofs: Piece[] = [];
  let now = context;
  for (const { column } of known.fill.filter(({ notNull }) => notNull)) {
    const form = setNotNullOnline(setNotNull(known, column.name, now), now);
    if (form.kind !== "pieces") return form;
    const behind = behindFill(form.pieces).map(
      (piece): Piece => (known.adds.length > 0 ? { ...piece, back: [] } : piece),
    );
    proofs.push(...behind);
    now = contextAfter(now, behind);
  }
  return pieces(...proofs);
}

function setNotNull(known: KnownReshape, column: string, context: OnlineContext): Subcommand {
  const head = alter(known);
  const text = `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`;
  const statement = written(`${head} ${text}`);
  const [command = {}] =
    statement.parsed.tag === "AlterTableStmt" ? nodesAs(statement.parsed.node.cmds, "AlterTableCmd") : [];
  const table = context.state.table(known.table) ?? known.after;
  return { head, text, statement, command, table, only: false, original: context };
}

function cutover(known: KnownReshape, forth: SyncTrigger, both: SyncTrigger): readonly Piece[] {
  const lock = `LOCK TABLE ${quoteQualified(known.table)} IN ACCESS EXCLUSIVE MODE`;
  const up = [lock, ...forth.drop, ...both.create];
  const down = [lock, ...both.drop, ...forth.create];
  return inOneTransaction(
    up.map((sql, at): Piece => ({ ...(at === 0 ? taken(sql, ...down) : taken(sql)), phase: "cutover" })),
  );
}

function contract(known: KnownReshape, names: SyncNames, { drop, triggers }: SyncTrigger): readonly Piece[] {
  const { schema, name } = known.table;
  const trigger = { table: { schema, name }, function: names.function };
  return [
    ...triggers.map((one, at) => later(drop[at] ?? "", { kind: "trigger", name: one, ...trigger })),
    later(drop.at(-1) ?? "", { kind: "function", ...names.function }),
    ...drops(known).map((sql, at) =>
      later(sql, { kind: "second column", name: known.drop[at] ?? "", trigger: names.trigger, ...trigger }),
    ),
  ];
}
