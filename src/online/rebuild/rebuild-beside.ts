import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { contextAfter, type OnlineContext, stateAfter, type Written } from "../online-context.ts";
import { alone, along, brief, joined, later, type OnlineForm, type Piece, pieces, refused } from "../piece.ts";
import {
  captureFunction,
  captureTriggers,
  createCapture,
  createLog,
  createReplay,
  createSettle,
  createTriggers,
  dropFunctions,
  dropTriggers,
  settle,
} from "./capture.ts";
import { compare, copyRows, replayLog } from "./fill.ts";
import { proofs } from "./foreign-keys.ts";
import { laidOut, takenName } from "./layout.ts";
import { build, createFresh, lateIndexes } from "./new-table.ts";
import { columnsOf, keyOfRows, obstacleTo } from "./obstacles.ts";
import { type Layout, type Shadow, shadowNames } from "./shadow.ts";
import { swapDown, swapUp } from "./swap.ts";

/**
 * What writes a table again: a second table of the same name in a schema of its own gets its rows, a few at a time, and
 * what others write meanwhile by its keys from a log; when both are the same, it takes the place of the first in one short
 * transaction. Until `contract` the old one follows, so that nothing is lost on the way back.
 *
 * @param what what would be done to whom as written, for a refusal
 * @param how `order`: the index in whose order the rows are to be; `changes`: see `Shadow`
 */
export function rebuildBeside(
  table: Table,
  statement: Written,
  what: string,
  context: OnlineContext,
  { order, changes = [] }: { readonly order?: string | undefined; readonly changes?: readonly string[] } = {},
): OnlineForm {
  const shadow = shadowOf(table, statement, context, { order, changes });
  return "reason" in shadow ? refused(`${what}: ${shadow.reason}`, shadow.instead) : pieces(...rebuilt(shadow, []));
}

/**
 * The same for a table that becomes a partitioned one, with its rows in partitions.
 *
 * @param what what is to be done, for a refusal
 */
export function partitionBeside(table: Table, layout: Layout, what: string, context: OnlineContext): OnlineForm {
  const found = obstacleTo(table, context) ?? laidOut(table, layout, context);
  if ("reason" in found) return refused(`${what}: ${found.reason}`, found.instead);
  const all = rebuilt(found.shadow, found.notes);
  const made = contextAfter(
    context,
    all.filter(({ phase }) => phase === "expand" || phase === "migrate"),
  );
  const taken = takenName(found.shadow, context.state, made.state);
  return taken === undefined ? pieces(...all) : refused(`${what}: ${taken.reason}`, taken.instead);
}

function rebuilt(shadow: Shadow, notes: readonly string[]): readonly Piece[] {
  return [...broughtLevel(shadow, notes), ...cutover(shadow), ...contract(shadow)];
}

/** The second table beside the first, with the same rows and a log of those that are written since. */
export function broughtLevel(shadow: Shadow, notes: readonly string[]): readonly Piece[] {
  return [
    ...expand(shadow, notes),
    copyRows(shadow),
    ...lateIndexes(shadow)
      .flatMap((index) => build(index, shadow))
      .map((sql) => own(sql)),
    own(`ANALYZE ${quoteQualified(shadow.fresh)}`),
    replayLog(shadow),
    ...compare(shadow),
    replayLog(shadow),
  ];
}

function shadowOf(
  table: Table,
  statement: Written,
  context: OnlineContext,
  { order, changes }: { readonly order: string | undefined; readonly changes: readonly string[] },
): Shadow | { readonly reason: string; readonly instead?: string } {
  const obstacle = obstacleTo(table, context);
  if (obstacle !== undefined) return obstacle;
  const written = stateAfter(context, statement).table(table) ?? table;
  const index = table.indexes.find(({ name }) => name === order);
  const ordered = index === undefined ? undefined : orderedBy(index, table);
  if (order !== undefined && ordered === undefined) {
    return { reason: `rows are copied in the order of a unique key of NOT NULL columns, and ${order} is none` };
  }
  return {
    table,
    after:
      order === undefined
        ? written
        : { ...written, indexes: written.indexes.map((one) => ({ ...one, clustered: one.name === order })) },
    context,
    ...shadowNames(table, context.state),
    key: ordered ?? keyOfRows(table) ?? [],
    ordered: ordered !== undefined,
    changes,
  };
}

function orderedBy(index: Table["indexes"][number], table: Table): Shadow["key"] | undefined {
  const constraint = table.constraints.find(({ name }) => name === index.constraint);
  const isPlain =
    index.unique &&
    index.method === "btree" &&
    index.predicate === undefined &&
    constraint?.deferrable !== true &&
    index.keys.every((key) => !key.descending && key.collation === undefined);
  return isPlain ? columnsOf(index.keys, table) : undefined;
}

const taken = (sql: string, ...back: readonly string[]): Piece => ({
  ...brief(sql),
  back: back.map((one) => ({ sql: one })),
});

/** Of the new table alone: it goes with it. */
const own = (sql: string): Piece => ({ ...alone(sql, "migrate"), back: [] });

function expand(shadow: Shadow, about: readonly string[]): readonly Piece[] {
  const { fresh, kept, log } = shadow;
  const [create = "", ...more] = createFresh(shadow);
  const schemas = [fresh.schema, kept.schema].map(quoteIdentifier);
  const notes = [
    `Until \`contract\` the table as it was is kept in the schema ${kept.schema} and follows; \`down\` puts it back with all that was written.`,
    "Each write adds its key to a log, which takes up room until `contract`.",
    ...about,
  ];
  const made = [
    ...schemas.map((schema) => taken(`CREATE SCHEMA ${schema}`, `DROP SCHEMA ${schema}`)),
    taken(create, `DROP TABLE ${quoteQualified(fresh)}`),
    ...more.map((sql) => taken(sql)),
    taken(createLog(shadow), `DROP TABLE ${quoteQualified(log)}`),
    taken(createCapture(shadow), ...dropFunctions(shadow)),
    taken(createReplay(shadow, fresh, "CREATE")),
    taken(createSettle(shadow)),
  ].map((piece, at) => (at === 0 ? { ...piece, notes } : joined(piece)));
  // Only now does anybody have to wait.
  const [first = "", ...others] = createTriggers(shadow, "old");
  return [
    ...made,
    { ...taken(first, ...dropTriggers(shadow, "old")), transaction: "alone" },
    ...others.map((sql) => joined(taken(sql))),
  ];
}

function cutover(shadow: Shadow): readonly Piece[] {
  // What has been written for days is replayed for good before anybody waits for a lock, which may be tried again.
  const way = [settle(shadow, false), "BEGIN", ...swapDown(shadow), "COMMIT", ...proofs(shadow, "old")];
  return [
    ...swapUp(shadow).map((sql, at): Piece => {
      const piece = { ...taken(sql, ...(at === 0 ? way : [])), phase: "cutover" as const };
      return at === 0 ? piece : joined(piece);
    }),
    ...proofs(shadow, "new").map((sql): Piece => ({ ...alone(sql, "cutover"), back: [] })),
  ];
}

function contract(shadow: Shadow): readonly Piece[] {
  const { fresh, kept, log } = shadow;
  const triggers = captureTriggers(shadow, "new");
  const from = captureFunction(shadow);
  const inSchema = (sql: string, of: string): Piece => later(sql, { kind: "schema", name: of });
  const [functions, schemas] = [dropFunctions(shadow), [kept.schema, fresh.schema]];
  return [
    ...triggers.map(({ name, on: { schema, name: table } }) => {
      const sql = `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteQualified({ schema, name: table })}`;
      return later(sql, { kind: "trigger", name, table: { schema, name: table }, function: from });
    }),
    inSchema(`DROP TABLE ${quoteQualified(kept)}`, kept.schema),
    ...[...functions, `DROP TABLE ${quoteQualified(log)}`].map((sql) => along(inSchema(sql, fresh.schema))),
    ...schemas.map((one) => along(inSchema(`DROP SCHEMA ${quoteIdentifier(one)}`, one))),
  ];
}
