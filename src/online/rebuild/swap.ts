import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { createViewText } from "../type-views.ts";
import {
  addIdentity,
  continueFrom,
  createPolicy,
  createTrigger,
  disownSequences,
  identities,
  ownedSequences,
  ownSequences,
  publish,
  unpublish,
} from "./belongings.ts";
import { createReplay, createTriggers, dropTriggers, settle } from "./capture.ts";
import { addKeys, dropKeys, tablesWithKeys } from "./foreign-keys.ts";
import { addConstraint, attachDeferred, isLateCheck, statisticsOn } from "./new-table.ts";
import { movePartitions } from "./partitions.ts";
import type { Shadow, Side } from "./shadow.ts";
import { viewsOver } from "./views-over.ts";

/** In one transaction: while nobody writes, what is left of the log, and then the one table in the other's place. */
export const swapUp = (shadow: Shadow): readonly string[] => [
  ...takeOff(shadow, "old"),
  ...move(shadow, shadow.kept.schema, shadow.fresh.schema),
  ...movePartitions(shadow, shadow.fresh.schema, shadow.table.schema),
  ...firstTime(shadow),
  ...loggedAs(shadow, shadow.after),
  ...putOn(shadow, "new"),
];

/** The same the other way round: the old table has been kept as the new one is. */
export const swapDown = (shadow: Shadow): readonly string[] => [
  ...takeOff(shadow, "new"),
  ...movePartitions(shadow, shadow.table.schema, shadow.fresh.schema),
  ...move(shadow, shadow.fresh.schema, shadow.kept.schema),
  ...identities(shadow).map(({ sequence }) =>
    continueFrom(sequence, { schema: shadow.fresh.schema, name: sequence.name }),
  ),
  ...loggedAs(shadow, shadow.table),
  ...putOn(shadow, "old"),
];

const named = (names: readonly QualifiedName[]): string => [...new Set(names.map(quoteQualified))].join(", ");

/** @param side the one that has the name so far */
function takeOff(shadow: Shadow, side: Side): readonly string[] {
  const { table } = shadow;
  const on = quoteQualified(table);
  return [
    // As much as can be done while others write.
    settle(shadow, false),
    `LOCK TABLE ${named([table, ...tablesWithKeys(shadow)])} IN ACCESS EXCLUSIVE MODE`,
    settle(shadow, true),
    ...dropTriggers(shadow, side),
    ...table.triggers.map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${on}`),
    ...unpublish(shadow),
    ...dropKeys(shadow, side),
    ...disownSequences(shadow),
  ];
}

/** The table goes to a schema, and the other one comes from another; statistics do not go along by themselves. */
function move(shadow: Shadow, to: string, from: string): readonly string[] {
  const { table } = shadow;
  const both = (statement: (name: QualifiedName, schema: string) => string): readonly string[] => [
    statement(table, to),
    statement({ schema: from, name: table.name }, table.schema),
  ];
  return [
    ...both((name, schema) => `ALTER TABLE ${quoteQualified(name)} SET SCHEMA ${quoteIdentifier(schema)}`),
    ...statisticsOn(shadow).flatMap((one) => [
      `ALTER STATISTICS ${quoteQualified(one)} SET SCHEMA ${quoteIdentifier(to)}`,
      `ALTER STATISTICS ${quoteQualified({ schema: from, name: one.name })} SET SCHEMA ${quoteIdentifier(one.schema)}`,
    ]),
  ];
}

/** What the new table has only from now on. */
function firstTime(shadow: Shadow): readonly string[] {
  const { table, kept } = shadow;
  const on = quoteQualified(table);
  return [
    ...attachDeferred(shadow),
    ...table.constraints.filter(isLateCheck).flatMap((one) => addConstraint(one, { fresh: table })),
    ...identities(shadow).flatMap((identity) => [
      ...addIdentity(identity, table, shadow),
      continueFrom(identity.sequence, { schema: kept.schema, name: identity.sequence.name }),
    ]),
    ...table.policies.flatMap((policy) => createPolicy(policy, table)),
    ...(table.rowSecurity ? [`ALTER TABLE ${on} ENABLE ROW LEVEL SECURITY`] : []),
  ];
}

/** The first server on which sequences are as their tables. */
const UNLOGGED_SEQUENCES = 15;

const loggedAs = (shadow: Shadow, { persistence }: Pick<Table, "persistence">): readonly string[] =>
  shadow.table.persistence === shadow.after.persistence || shadow.context.state.major < UNLOGGED_SEQUENCES
    ? []
    : ownedSequences(shadow).map(
        (one) => `ALTER SEQUENCE ${quoteQualified(one)} SET ${persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`,
      );

/** @param side the one that has the name from now on; the other one follows */
function putOn(shadow: Shadow, side: Side): readonly string[] {
  const { table } = shadow;
  return [
    ...ownSequences(shadow),
    ...addKeys(shadow, side),
    ...viewsOver(shadow).map((view) => createViewText(view, "CREATE OR REPLACE")),
    ...publish(shadow),
    ...table.triggers.flatMap((trigger) => createTrigger(trigger, table)),
    createReplay(shadow, side === "new" ? shadow.kept : shadow.fresh, "CREATE OR REPLACE"),
    ...createTriggers(shadow, side),
  ];
}
