import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { privilegesOf } from "../access.ts";
import { freeConstraintName } from "../free-name.ts";
import type { OnlineContext } from "../online-context.ts";
import { boundAlone } from "../partition-bound.ts";
import { alone, along, brief, joined, later, type OnlineForm, type Piece, pieces, refused } from "../piece.ts";
import {
  captureFunction,
  captureTriggers,
  createReplay,
  createTriggers,
  dropFunctions,
  dropTriggers,
  settle,
} from "../rebuild/capture.ts";
import { addKey, foreignKeys, type KeyOfTable, PARTITIONED_NOT_VALID } from "../rebuild/foreign-keys.ts";
import { keyOfRows, obstacleInRows } from "../rebuild/obstacles.ts";
import { broughtLevel } from "../rebuild/rebuild-beside.ts";
import { type Shadow, shadowNames } from "../rebuild/shadow.ts";
import { viewsOver } from "../rebuild/views-over.ts";
import type { Obstacle } from "../retype/share.ts";
import type { KnownSplit } from "./split-partition.ts";

/** What is split, with the names of all that comes beside it. */
interface Split extends KnownSplit {
  /** The partition, and the partitioned table beside it whose partitions take its place. */
  readonly shadow: Shadow;
  /** SQL that holds for all rows of the partition. */
  readonly inside: string;
  /** The CHECK of that. */
  readonly proof: string;
  readonly bound: string;
}

/**
 * A partition that becomes several: these are filled beside it as a table is that is written again, and take its place in
 * one short transaction. Until `contract` it follows, so that nothing is lost on the way back.
 */
export function splitOnline(known: KnownSplit, context: OnlineContext): OnlineForm {
  const { table, partition, into } = known;
  const what = `splits the partition ${partition.name}`;
  const bound = partition.partitionOf?.bound ?? "";
  const inside = boundAlone(table, bound, context.state)?.inside;
  const obstacle = obstacleTo(known, context);
  if (obstacle !== undefined) return refused(`${what}, and ${obstacle.reason}`, obstacle.instead);
  if (inside === undefined) return refused(`${what}, whose bounds cannot be said as a condition`);
  const { definition = "", columns = [] } = table.partitioning ?? {};
  const layout = {
    by: definition,
    columns: columns.flatMap((name) => name ?? []),
    partitions: into.map(({ name, bound: of }) => ({ name, bound: of })),
    keys: {},
  };
  const split: Split = {
    ...known,
    bound,
    inside,
    proof: freeConstraintName(partition, "lockkeeper_partition_bound"),
    shadow: {
      table: partition,
      after: partition,
      context,
      ...shadowNames(partition, context.state, layout),
      key: keyOfRows(partition) ?? [],
      ordered: false,
      changes: [],
      layout,
    },
  };
  return pieces(...beside(split, context), ...cutover(split), ...contract(split));
}

const alter = (name: QualifiedName): string => `ALTER TABLE ${quoteQualified(name)}`;

/** Everything up to the moment at which the partitions are as the one is, and bounds that are proved. */
function beside(split: Split, context: OnlineContext): readonly Piece[] {
  const { shadow, table, partition, into, inside, proof } = split;
  const notes = [
    `${into.map(({ name }) => name).join(", ")} have no privileges of their own: those of ${partition.name} are not handed on.`,
  ];
  const [first, ...level] = broughtLevel(shadow, notes);
  const own = quoteIdentifier(proof);
  const checks = into.flatMap((one): Piece[] => {
    const condition = boundAlone(table, one.bound, context.state)?.inside;
    const leaf = { schema: shadow.fresh.schema, name: one.name };
    return condition === undefined
      ? []
      : [{ ...joined(brief(`${alter(leaf)} ADD CONSTRAINT ${own} CHECK (${condition})`)), back: [] }];
  });
  const isMade = (piece: Piece): boolean => piece.sql.startsWith("CREATE TABLE") && piece.sql.includes("PARTITION BY");
  const at = level.findIndex((piece) => piece.joins !== true);
  return [
    ...(first === undefined ? [] : [first]),
    // Behind what makes the tables, while nobody writes into them.
    ...level.slice(0, at).map((piece) => (isMade(piece) ? { ...piece, back: dropAll(split) } : piece)),
    ...checks,
    ...level.slice(at),
    {
      ...brief(`${alter(partition)} ADD CONSTRAINT ${own} CHECK (${inside}) NOT VALID`),
      back: [{ sql: `${alter(partition)} DROP CONSTRAINT IF EXISTS ${own}` }],
    },
    { ...alone(`${alter(partition)} VALIDATE CONSTRAINT ${own}`, "migrate"), back: [] },
  ];
}

/** After the way back they are no partitions any more. */
const dropAll = ({ shadow, into }: Split): readonly { readonly sql: string }[] => [
  { sql: `DROP TABLE ${quoteQualified(shadow.fresh)}` },
  ...into.map(({ name }) => ({
    sql: `DROP TABLE IF EXISTS ${quoteQualified({ schema: shadow.fresh.schema, name })}`,
  })),
];

/** Of the partitioned table: those to it, and its own. */
function keysOf({ table, shadow }: Split): readonly KeyOfTable[] {
  return foreignKeys({ table, context: shadow.context });
}

const leafShadow = ({ shadow }: Split, name: string): Shadow => {
  const { layout: _, ...rest } = shadow;
  return { ...rest, table: { ...shadow.table, name } };
};

const dropKeys = (split: Split): readonly string[] =>
  keysOf(split).map(({ from, key }) => `${alter(from)} DROP CONSTRAINT ${quoteIdentifier(key.name)}`);

const addKeys = (split: Split): readonly string[] =>
  keysOf(split).flatMap((one) => addKey(one, one.key.enforced ? " NOT VALID" : " NOT ENFORCED"));

const proofs = (split: Split): readonly string[] =>
  keysOf(split)
    .filter(({ key }) => key.validated && key.enforced)
    .map(({ from, key }) => `${alter(from)} VALIDATE CONSTRAINT ${quoteIdentifier(key.name)}`);

const lock = (split: Split): string => {
  const tables = [split.table, ...keysOf(split).map(({ from }) => from)];
  return `LOCK TABLE ${[...new Set(tables.map(quoteQualified))].join(", ")} IN ACCESS EXCLUSIVE MODE`;
};

/** Under the partition's name the rows are read that are in its place, by nobody but us. */
function createView({ table, partition, inside, shadow }: Split): readonly string[] {
  const { state } = shadow.context;
  const { schema, name } = partition;
  return [
    `CREATE VIEW ${quoteQualified(partition)} AS SELECT * FROM ${quoteQualified(table)} WHERE ${inside}`,
    ...privilegesOf({ schema, name, owner: state.user, columns: [] }, state),
  ];
}

function up(split: Split): readonly string[] {
  const { shadow, table, partition, into, proof } = split;
  const { fresh, kept } = shadow;
  return [
    settle(shadow, false),
    lock(split),
    settle(shadow, true),
    ...dropTriggers(shadow, "old"),
    ...dropKeys(split),
    `${alter(table)} DETACH PARTITION ${quoteQualified(partition)}`,
    `${alter(partition)} SET SCHEMA ${quoteIdentifier(kept.schema)}`,
    ...into.flatMap((one) => {
      const leaf = { schema: fresh.schema, name: one.name };
      return [
        `${alter(fresh)} DETACH PARTITION ${quoteQualified(leaf)}`,
        `${alter(leaf)} SET SCHEMA ${quoteIdentifier(one.schema)}`,
        `${alter(table)} ATTACH PARTITION ${quoteQualified(one)} ${one.bound}`,
        `${alter(one)} DROP CONSTRAINT ${quoteIdentifier(proof)}`,
      ];
    }),
    ...addKeys(split),
    ...createView(split),
    createReplay(shadow, kept, "CREATE OR REPLACE"),
    ...into.flatMap(({ name }) => createTriggers(leafShadow(split, name), "old")),
  ];
}

/** Words of which the server makes a statement only when it runs. */
const worded = (sql: string): string =>
  `DO $lockkeeper$ BEGIN EXECUTE pg_catalog.format('%s', ${quoteLiteral(sql)}); END $lockkeeper$`;

function down(split: Split): readonly string[] {
  const { shadow, table, partition, into, bound } = split;
  const { fresh, kept } = shadow;
  return [
    settle(shadow, false),
    lock(split),
    settle(shadow, true),
    ...into.flatMap(({ name }) => dropTriggers(leafShadow(split, name), "old")),
    `DROP VIEW ${quoteQualified(partition)}`,
    ...dropKeys(split),
    ...into.flatMap((one) => [
      `${alter(table)} DETACH PARTITION ${quoteQualified(one)}`,
      `${alter(one)} SET SCHEMA ${quoteIdentifier(fresh.schema)}`,
    ]),
    `${alter(kept)} SET SCHEMA ${quoteIdentifier(partition.schema)}`,
    // Going on with a way back plans all of it again, also when the CHECK by which no row is looked at has gone.
    worded(`${alter(table)} ATTACH PARTITION ${quoteQualified(partition)} ${bound}`),
    ...addKeys(split),
    createReplay(shadow, fresh, "CREATE OR REPLACE"),
    ...createTriggers(shadow, "old"),
  ];
}

const taken = (sql: string, ...back: readonly string[]): Piece => ({
  ...brief(sql, "cutover"),
  back: back.map((one) => ({ sql: one })),
});

function cutover(split: Split): readonly Piece[] {
  const way = ["BEGIN", ...down(split), "COMMIT", ...proofs(split)];
  return [
    ...up(split).map((sql, at) => (at === 0 ? taken(sql, ...way) : joined(taken(sql)))),
    ...proofs(split).map((sql): Piece => ({ ...alone(sql, "cutover"), back: [] })),
  ];
}

function contract(split: Split): readonly Piece[] {
  const { shadow, into, partition } = split;
  const { fresh, kept, log } = shadow;
  const from = captureFunction(shadow);
  const inSchema = (sql: string, of: string): Piece => later(sql, { kind: "schema", name: of });
  return [
    ...into.flatMap(({ name: leaf }) =>
      captureTriggers(leafShadow(split, leaf), "old").map(({ name, on: { schema, name: on } }) => {
        const sql = `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteQualified({ schema, name: on })}`;
        return later(sql, { kind: "trigger", name, table: { schema, name: on }, function: from });
      }),
    ),
    along(inSchema(`DROP VIEW IF EXISTS ${quoteQualified(partition)}`, fresh.schema)),
    inSchema(`DROP TABLE ${quoteQualified(kept)}`, kept.schema),
    ...[...dropFunctions(shadow), `DROP TABLE ${quoteQualified(log)}`, `DROP TABLE ${quoteQualified(fresh)}`].map(
      (sql) => along(inSchema(sql, fresh.schema)),
    ),
    ...[kept.schema, fresh.schema].map((one) => along(inSchema(`DROP SCHEMA ${quoteIdentifier(one)}`, one))),
  ];
}

function obstacleTo({ table, partition }: KnownSplit, context: OnlineContext): Obstacle | undefined {
  const { state, policy } = context;
  const { name } = partition;
  if (partition.kind !== "ordinary") return { reason: `${name} is no ordinary table` };
  if (policy.mayCreateSchemas === false) {
    return { reason: "the role may not create a schema in this database", instead: "grant it CREATE on the database" };
  }
  const own = partition.triggers.find(({ inherited }) => !inherited);
  if (own !== undefined) return { reason: `the trigger ${own.name} is that of ${name} alone` };
  const rows = obstacleInRows(partition, context);
  if (rows !== undefined) return rows;
  const columns = table.partitioning?.columns ?? [];
  const narrow = partition.indexes.find(
    ({ unique, keys }) =>
      unique && columns.some((column) => !keys.some((key) => "column" in key && key.column === column)),
  );
  if (narrow !== undefined) {
    return {
      reason: `${narrow.name} keeps rows unique within it, which no index does over several`,
      instead: "drop it, or call `lockkeeper contract` where an earlier step keeps it",
    };
  }
  const late = partition.constraints.find((one) => one.type !== "foreign key" && (one.deferrable || !one.validated));
  if (late !== undefined) return { reason: `${late.name} is deferrable or not validated` };
  const outer = table.constraints.find(({ type }) => type === "foreign key");
  if (outer !== undefined && state.major < PARTITIONED_NOT_VALID) {
    return {
      reason: `${outer.name} of ${table.name} comes back before PostgreSQL ${PARTITIONED_NOT_VALID} only with a look at all rows`,
    };
  }
  const apart = partition.constraints.find((one) => one.type === "foreign key" && one.parent === undefined);
  if (apart !== undefined) return { reason: `the foreign key ${apart.name} is that of ${name} alone` };
  const [view] = viewsOver({ table: partition, context });
  if (view !== undefined) return { reason: `the view ${view.name} names it`, instead: "drop the view in front of it" };
  return undefined;
}
