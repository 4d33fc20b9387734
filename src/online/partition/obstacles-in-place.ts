import type { OnlineContext } from "../online-context.ts";
import { obstacleInKeys, obstacleInParts, obstacleInUsers } from "../rebuild/layout.ts";
import { obstacleTo } from "../rebuild/obstacles.ts";
import type { Obstacle } from "../retype/share.ts";
import type { NamedBound } from "./bound-text.ts";
import type { KnownPartitioning } from "./known-partitioning.ts";

/** The first server that takes NOT VALID foreign keys from one partitioned table to another. */
const SELF_REFERENCE = 18;

/** Why a partitioned table cannot take the place of this one, which becomes a partition of it. */
export function obstacleInPlace(known: KnownPartitioning, context: OnlineContext): Obstacle | undefined {
  const { table } = known;
  return (
    ofColumns(known) ??
    obstacleTo(table, context, "kept") ??
    obstacleInParts(table, context) ??
    obstacleInKeys(table, layoutOf(known), context) ??
    obstacleInUsers(table, layoutOf(known), context) ??
    ofConstraints(known, context)
  );
}

const layoutOf = ({ written, columns, partitions, changedKeys }: KnownPartitioning) => ({
  by: written.clause,
  columns: columns.map(({ name }) => name),
  partitions,
  keys: Object.fromEntries(changedKeys.map((one) => [one.index.name, one.columns])),
});

function ofColumns({ table, columns }: KnownPartitioning): Obstacle | undefined {
  const open = columns.find(({ notNull }) => !notNull);
  if (open !== undefined) {
    return {
      reason: `${open.name} may be null, and no partition by range takes such a row`,
      instead: "make it NOT NULL first",
    };
  }
  return table.persistence === "permanent"
    ? undefined
    : { reason: "it is unlogged, which no partitioned table can be", instead: "`ALTER TABLE … SET LOGGED` first" };
}

function ofConstraints({ table }: KnownPartitioning, { state }: OnlineContext): Obstacle | undefined {
  const unproved = table.constraints.find((one) => !one.validated || !one.enforced);
  if (unproved !== undefined) {
    return { reason: `${unproved.name} is not validated`, instead: "validate it first" };
  }
  const itself = table.constraints.find(
    (one) => one.type === "foreign key" && one.references.name === table.name && one.references.schema === table.schema,
  );
  return itself === undefined || state.major >= SELF_REFERENCE
    ? undefined
    : {
        reason: `${itself.name} refers to ${table.name} itself, and before PostgreSQL ${SELF_REFERENCE} all rows would be looked at for it at once`,
      };
}

/** What becomes otherwise, for whoever reads the plan. */
export function notesInPlace({ table, written, changedKeys }: KnownPartitioning, first: NamedBound): readonly string[] {
  const lost = changedKeys.map(({ index, columns }) => {
    const of = index.keys.map((key) => ("column" in key ? key.column : key.expression)).join(", ");
    return `From the cutover on nothing keeps ${of} unique over all partitions: ${index.name} is about ${columns.join(", ")}. Until \`contract\` ${of} stays unique within ${first.name}, and \`down\` works as long as no value of it is there twice.`;
  });
  const moving = table.triggers.find(
    ({ timing, level, events }) => timing === "before" && level === "row" && events.some((event) => event !== "delete"),
  );
  return [
    `The rows stay where they are, in the partition ${first.name} ${first.bound}; from the proof of that on, other rows are refused until the cutover, and then those that have no partition (${written.clause}).`,
    "`down` puts the table back and moves the rows of other partitions into it while nobody writes, until `contract`.",
    ...lost,
    ...(moving === undefined
      ? []
      : [
          `From the cutover on the trigger ${moving.name} may no longer change by which partition a row is in: PostgreSQL refuses the row.`,
        ]),
  ];
}
