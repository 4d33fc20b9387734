import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { freeConstraintName } from "../free-name.ts";
import { holdsRows } from "../holds-rows.ts";
import type { OnlineContext } from "../online-context.ts";
import { type BoundConditions, boundAlone } from "../partition-bound.ts";
import { alone, along, brief, joined, later, type OnlineForm, type Piece, pieces, refused, trial } from "../piece.ts";
import { build, createFresh, lateIndexes } from "../rebuild/new-table.ts";
import type { NamedBound } from "./bound-text.ts";
import { dropKept, keyIndexes } from "./changed-keys.ts";
import { exchangeDown, exchangeUp, proofsOfKeys } from "./exchange.ts";
import { type InPlace, inPlace } from "./in-place.ts";
import type { KnownPartitioning } from "./known-partitioning.ts";
import { notesInPlace, obstacleInPlace } from "./obstacles-in-place.ts";

/**
 * A table that becomes a partition of one that takes over its name. A CHECK proves first that all of its rows belong
 * there, so that no row is looked at while anybody has to wait.
 *
 * Source: PostgreSQL documentation, ALTER TABLE ("ATTACH PARTITION").
 */
export function rangeOnline(known: KnownPartitioning, first: NamedBound, context: OnlineContext): OnlineForm {
  const { table } = known;
  const obstacle = obstacleInPlace(known, context);
  if (obstacle !== undefined) return refused(`partitions ${table.name}, and ${obstacle.reason}`, obstacle.instead);
  const place = inPlace(known, first.name, first.bound, context);
  const condition = conditionsOf(known, first, context);
  const proof =
    condition !== undefined && holdsRows(table, context.state) ? proofOf(known, first, condition) : undefined;
  return pieces(
    ...tried(known, first),
    ...beside(place, notesInPlace(known, first)),
    ...keysOf(place, proof !== undefined),
    ...(proof?.pieces ?? []),
    ...cutover(place, proof?.name, condition),
    ...contract(place),
  );
}

/** The same without waiting for anybody, and without a way back. */
export function rangeDirect(known: KnownPartitioning, first: NamedBound, state: CatalogState): readonly string[] {
  const place = inPlace(known, first.name, first.bound, { state, policy: { briefSeconds: Number.POSITIVE_INFINITY } });
  return [
    ...beside(place, []),
    ...keysOf(place, false),
    ...cutover(place, undefined, undefined),
    ...contract(place),
  ].map(({ sql }) => sql);
}

/** Has the server look at the bounds, in tables of the same kind. */
function tried({ table, partitions, written }: KnownPartitioning, first: NamedBound): readonly Piece[] {
  const [name, part] = ["lockkeeper_trial", "lockkeeper_trial_"];
  return trial(
    `CREATE TEMPORARY TABLE ${name} (LIKE ${quoteQualified(table)}) PARTITION BY ${written.clause}`,
    ...[first, ...partitions].map(
      ({ bound }, at) => `CREATE TEMPORARY TABLE ${part}${at} PARTITION OF pg_temp.${name} ${bound}`,
    ),
  ).map((piece): Piece => ({ ...piece, transaction: "alone" }));
}

const taken = (sql: string, ...back: readonly string[]): Piece => ({
  ...brief(sql),
  back: back.map((one) => ({ sql: one })),
});

/** The partitioned table, which is empty and which nobody sees. */
function beside({ shadow }: InPlace, notes: readonly string[]): readonly Piece[] {
  const { fresh } = shadow;
  const schema = quoteIdentifier(fresh.schema);
  const [create = "", ...more] = createFresh(shadow);
  return [
    { ...taken(`CREATE SCHEMA ${schema}`, `DROP SCHEMA ${schema}`), notes },
    taken(create, `DROP TABLE ${quoteQualified(fresh)}`),
    ...[...more, ...lateIndexes(shadow).flatMap((index) => build(index, shadow))].map((sql) => taken(sql)),
  ].map((piece, at) => (at === 0 ? piece : joined(piece)));
}

/** @param isOnline whether others write meanwhile */
function keysOf(place: InPlace, isOnline: boolean): readonly Piece[] {
  const { schema } = place.first;
  return place.kept
    .flatMap((kept) => keyIndexes(place, kept))
    .map(({ name, sql }): Piece => {
      const index = quoteQualified({ schema, name });
      return isOnline
        ? { ...alone(sql, "migrate"), back: [{ sql: `DROP INDEX CONCURRENTLY IF EXISTS ${index}` }] }
        : taken(sql.replace("INDEX CONCURRENTLY ", "INDEX "), `DROP INDEX IF EXISTS ${index}`);
    });
}

/** The first partition's bound as conditions; undefined where it cannot be said as such. */
function conditionsOf(
  { table, written, columns }: KnownPartitioning,
  { bound }: NamedBound,
  { state }: OnlineContext,
): BoundConditions | undefined {
  const partitioned: Table = {
    ...table,
    kind: "partitioned",
    partitioning: { strategy: "range", definition: written.clause, columns: columns.map(({ name }) => name) },
  };
  return boundAlone(partitioned, bound, state);
}

/** A CHECK of the bound: from here on rows are refused that are not within it. */
function proofOf(
  { table }: KnownPartitioning,
  { bound }: NamedBound,
  condition: BoundConditions,
): { readonly name: string; readonly pieces: readonly Piece[] } {
  const name = freeConstraintName(table, "lockkeeper_partition_bound");
  const [head, own] = [`ALTER TABLE ${quoteQualified(table)}`, quoteIdentifier(name)];
  const drop = { sql: `${head} DROP CONSTRAINT IF EXISTS ${own}` };
  return {
    name,
    pieces: [
      { ...alone(requireWithin(table, condition.outside, bound), "expand"), back: [] },
      { ...brief(`${head} ADD CONSTRAINT ${own} CHECK (${condition.inside}) NOT VALID`), back: [drop] },
      { ...alone(`${head} VALIDATE CONSTRAINT ${own}`, "migrate"), back: [] },
    ],
  };
}

/** Before anybody's row is refused: the rows that are there are within the bound. */
const requireWithin = (table: Table, outside: string, bound: string): string => {
  const reason = `rows of ${table.name} lie outside of the bound of its first partition, ${bound}`;
  return `DO $lockkeeper$
BEGIN
  IF EXISTS (SELECT FROM ONLY ${quoteQualified(table)} WHERE ${outside}) THEN
    RAISE check_violation USING MESSAGE = ${quoteLiteral(reason)};
  END IF;
END
$lockkeeper$`;
};

/** So many rows move in about a second, in which everybody waits. */
const FEW_ROWS = 100_000;

/** Before anybody has to wait for rows that go back. */
function requireFew({ shadow }: InPlace, outside: string): string {
  const { table } = shadow;
  const reason = `more than % rows of ${table.name} lie in other partitions, and everybody would wait while they go back`;
  return `DO $lockkeeper$
DECLARE
  few bigint := coalesce(nullif(current_setting('lockkeeper.rows_moved_back', true), ''), '${FEW_ROWS}');
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM ${quoteQualified(table)} WHERE ${outside} LIMIT few + 1) AS found) > few THEN
    RAISE EXCEPTION ${quoteLiteral(reason)}, few
      USING HINT = 'Remove them, or set lockkeeper.rows_moved_back to a higher number for a maintenance window.';
  END IF;
END
$lockkeeper$`;
}

function cutover(place: InPlace, proof: string | undefined, condition: BoundConditions | undefined): readonly Piece[] {
  const proofs = proofsOfKeys(place);
  const few = condition === undefined ? [] : [requireFew(place, condition.outside)];
  const way = [...few, "BEGIN", ...exchangeDown(place), "COMMIT", ...proofs];
  const after = [...proofs, `ANALYZE ${quoteQualified(place.shadow.table)}`];
  return [
    ...exchangeUp(place, proof).map((sql, at): Piece => {
      const piece = { ...taken(sql, ...(at === 0 ? way : [])), phase: "cutover" as const };
      return at === 0 ? piece : joined(piece);
    }),
    ...after.map((sql): Piece => ({ ...alone(sql, "cutover"), back: [] })),
  ];
}

function contract(place: InPlace): readonly Piece[] {
  const { first, shadow, kept } = place;
  const { schema } = shadow.fresh;
  return [
    ...kept.map((one) => later(dropKept(shadow.table, first, one), { kind: "index", ...first, name: one.name })),
    along(later(`DROP SCHEMA ${quoteIdentifier(schema)}`, { kind: "schema", name: schema })),
  ];
}
