import type { Column } from "../../catalog/model/column.ts";
import type { Constraint } from "../../catalog/model/constraint.ts";
import type { StatisticsObject } from "../../catalog/model/statistics-object.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { privilegesOf } from "../access.ts";
import { commentOnConstraint, commentOnIndex } from "../comments.ts";
import { createLike, optionsText } from "../index-definition.ts";
import { createKey, createPartitions, placeOf, settingText } from "./partitions.ts";
import type { Shadow } from "./shadow.ts";

/** The empty table, with all that may be there before rows come. */
export function createFresh(shadow: Shadow): readonly string[] {
  const { table, after, fresh, layout, context } = shadow;
  const { state } = context;
  const name = quoteQualified(fresh);
  const compression = state.major < 14 ? "" : " INCLUDING COMPRESSION";
  const like = `LIKE ${quoteQualified(table)} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE${compression} INCLUDING COMMENTS`;
  const owner = table.owner === state.user || state.user === "" ? undefined : quoteIdentifier(table.owner);
  return [
    layout === undefined ? createWhole(name, like, after) : `CREATE TABLE ${name} (${like}) PARTITION BY ${layout.by}`,
    ...(owner === undefined ? [] : [`GRANT USAGE, CREATE ON SCHEMA ${quoteIdentifier(fresh.schema)} TO ${owner}`]),
    ...createPartitions(shadow),
    ...shadow.changes.map((change) => `ALTER TABLE ${name} ${change}`),
    // The partitions of a partitioned table have them.
    ...(layout === undefined ? Object.entries(table.options ?? {}) : []).map(
      ([option, value]) => `ALTER TABLE ${name} SET (${settingText(option, value)})`,
    ),
    ...table.columns.flatMap((column) => besides(column, shadow)),
    ...table.constraints.filter(isProvedCheck).flatMap((one) => addConstraint(one, shadow)),
    ...after.indexes
      .filter(isEarly)
      .flatMap((index) =>
        layout === undefined ? [...build(index, shadow), ...attach(index, shadow)] : createKey(index, shadow),
      ),
    ...(table.replicaIdentity === "full" || table.replicaIdentity === "nothing"
      ? [`ALTER TABLE ${name} REPLICA IDENTITY ${table.replicaIdentity.toUpperCase()}`]
      : []),
    ...(table.comment === undefined ? [] : [`COMMENT ON TABLE ${name} IS ${quoteLiteral(table.comment)}`]),
    ...statisticsOn(shadow).flatMap((one) => createStatistics(one, shadow)),
    ...(owner === undefined ? [] : [`ALTER TABLE ${name} OWNER TO ${owner}`]),
    ...privilegesOf({ ...table, ...fresh }, state),
  ];
}

function createWhole(name: string, like: string, after: Table): string {
  const unlogged = after.persistence === "unlogged" ? "UNLOGGED " : "";
  return `CREATE ${unlogged}TABLE ${name} (${like})${placeOf(after)}`;
}

function besides({ name, statisticsTarget, options, notNullConstraint }: Column, { fresh }: Shadow): readonly string[] {
  const head = `ALTER TABLE ${quoteQualified(fresh)} ALTER COLUMN ${quoteIdentifier(name)}`;
  const comment = notNullConstraint === undefined ? undefined : commentOnConstraint(fresh, notNullConstraint);
  return [
    ...(statisticsTarget === undefined ? [] : [`${head} SET STATISTICS ${statisticsTarget}`]),
    ...(options === undefined ? [] : [`${head} SET (${optionsText(options)})`]),
    ...(comment === undefined ? [] : [comment]),
  ];
}

const isProvedCheck = (one: Constraint): boolean => one.type === "check" && one.validated && one.enforced;

/** Checks that rows need not fulfil come when all are there. */
export const isLateCheck = (one: Constraint): boolean => one.type === "check" && !isProvedCheck(one);

export const addConstraint = (one: Constraint, { fresh }: Pick<Shadow, "fresh">): readonly string[] => [
  `ALTER TABLE ${quoteQualified(fresh)} ADD CONSTRAINT ${quoteIdentifier(one.name)} ${one.definition}`,
  ...[commentOnConstraint(fresh, one)].flatMap((sql) => sql ?? []),
];

/**
 * A row is not to be there twice; and what is unique must be so before rows come: a row that was copied may be out of
 * date by the time when another is copied that now has what it had.
 */
const isEarly = ({ unique, constraint }: TableIndex): boolean => unique || constraint !== undefined;

/** Indexes that are built when the rows are there. */
export const lateIndexes = ({ after }: Shadow): readonly TableIndex[] => after.indexes.filter((one) => !isEarly(one));

/** The constraint that an index stands behind. */
const constraintOf = (index: TableIndex, { table }: Shadow): Constraint | undefined =>
  table.constraints.find(({ name }) => name === index.constraint);

const isMadeWhole = (one: Constraint): boolean =>
  one.type === "exclusion" || ("withoutOverlaps" in one && one.withoutOverlaps);

/** An index as on the table that is found. */
export function build(index: TableIndex, shadow: Shadow): readonly string[] {
  const { fresh } = shadow;
  const constraint = constraintOf(index, shadow);
  const name = quoteQualified({ schema: fresh.schema, name: index.name });
  const targets = index.keys.flatMap(({ statisticsTarget }, at) =>
    statisticsTarget === undefined
      ? []
      : [`ALTER INDEX ${name} ALTER COLUMN ${at + 1} SET STATISTICS ${statisticsTarget}`],
  );
  return [
    ...(constraint !== undefined && isMadeWhole(constraint)
      ? addConstraint(constraint, shadow)
      : [createLike(index, fresh)]),
    ...targets,
    ...(index.clustered && shadow.layout === undefined
      ? [`ALTER TABLE ${quoteQualified(fresh)} CLUSTER ON ${quoteIdentifier(index.name)}`]
      : []),
    ...(index.replicaIdentity
      ? [`ALTER TABLE ${quoteQualified(fresh)} REPLICA IDENTITY USING INDEX ${quoteIdentifier(index.name)}`]
      : []),
    ...[commentOnIndex(fresh, index)].flatMap((sql) => sql ?? []),
  ];
}

/** One that may be deferred would let rows in that are found to be wrong only later: it comes with the swap. */
function attach(index: TableIndex, shadow: Shadow): readonly string[] {
  const constraint = constraintOf(index, shadow);
  return constraint === undefined || constraint.deferrable || isMadeWhole(constraint)
    ? []
    : keyUsing(constraint, index, shadow.fresh);
}

const keyUsing = (one: Constraint, index: TableIndex, on: Shadow["fresh"]): readonly string[] => {
  const kind = one.type === "primary key" ? "PRIMARY KEY" : "UNIQUE";
  const deferred = `${one.deferrable ? " DEFERRABLE" : ""}${one.initiallyDeferred ? " INITIALLY DEFERRED" : ""}`;
  return [
    `ALTER TABLE ${quoteQualified(on)} ADD CONSTRAINT ${quoteIdentifier(one.name)} ${kind} USING INDEX ${quoteIdentifier(index.name)}${deferred}`,
    ...[commentOnConstraint(on, one)].flatMap((sql) => sql ?? []),
  ];
};

/** On the new table when it has its place. */
export const attachDeferred = (shadow: Shadow): readonly string[] =>
  shadow.after.indexes.flatMap((index) => {
    const constraint = constraintOf(index, shadow);
    return constraint?.deferrable === true && !isMadeWhole(constraint) ? keyUsing(constraint, index, shadow.table) : [];
  });

export const statisticsOn = ({ table, context }: Shadow): readonly StatisticsObject[] =>
  [...context.state.store.maps.statistics.values()].filter((one) => keyOf(one.table) === keyOf(table));

function createStatistics(one: StatisticsObject, { fresh, context }: Shadow): readonly string[] {
  const { kinds, columns, expressions, target, comment, owner } = one;
  const chosen = kinds.filter((kind) => kind !== "expressions");
  const all = chosen.length === 0 || chosen.length === 3 ? "" : ` (${chosen.join(", ")})`;
  const on = [...columns.map(quoteIdentifier), ...expressions.map((expression) => `(${expression})`)].join(", ");
  const name = quoteQualified({ schema: fresh.schema, name: one.name });
  const { user } = context.state;
  return [
    `CREATE STATISTICS ${name}${all} ON ${on} FROM ${quoteQualified(fresh)}`,
    ...(target === undefined ? [] : [`ALTER STATISTICS ${name} SET STATISTICS ${target}`]),
    ...(comment === undefined ? [] : [`COMMENT ON STATISTICS ${name} IS ${quoteLiteral(comment)}`]),
    ...(owner === user || user === "" ? [] : [`ALTER STATISTICS ${name} OWNER TO ${quoteIdentifier(owner)}`]),
  ];
}
