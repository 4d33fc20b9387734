import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Policy } from "../../catalog/model/policy.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { roleText } from "../access.ts";
import { commentOnConstraint } from "../comments.ts";
import { keyDefinition } from "../retype/key-definition.ts";
import { sequenceOptions } from "../sequence-options.ts";
import { createViewText } from "../type-views.ts";
import { createReplay, createTriggers, dropTriggers, settle } from "./capture.ts";
import { addConstraint, attachDeferred, isLateCheck, statisticsOn } from "./new-table.ts";
import type { Shadow } from "./shadow.ts";
import { viewsOver } from "./views-over.ts";

/** In one transaction: while nobody writes, what is left of the log, and then the one table in the other's place. */
export const swapUp = (shadow: Shadow): readonly string[] => [
  ...takeOff(shadow),
  ...move(shadow, shadow.kept.schema, shadow.fresh.schema),
  ...firstTime(shadow),
  ...loggedAs(shadow, shadow.after),
  ...putOn(shadow, shadow.kept),
];

/** The same the other way round: the old table has been kept as the new one is. */
export const swapDown = (shadow: Shadow): readonly string[] => [
  ...takeOff(shadow),
  ...move(shadow, shadow.fresh.schema, shadow.kept.schema),
  ...identities(shadow).map(({ sequence }) => continueFrom(sequence, shadow.fresh.schema)),
  ...loggedAs(shadow, shadow.table),
  ...putOn(shadow, shadow.fresh),
];

/** Behind it: rows fulfil the foreign keys, which are only to be known for it again. */
export const proofs = (shadow: Shadow): readonly string[] =>
  foreignKeys(shadow)
    .filter(({ key }) => key.validated && key.enforced)
    .map(({ from, key }) => `ALTER TABLE ${quoteQualified(from)} VALIDATE CONSTRAINT ${quoteIdentifier(key.name)}`);

interface KeyOfTable {
  readonly from: Table;
  readonly key: ForeignKey;
}

/** From the table and to it. */
function foreignKeys({ table, context }: Shadow): readonly KeyOfTable[] {
  const own = table.constraints.flatMap((key) => (key.type === "foreign key" ? [{ from: table, key }] : []));
  const others = context.state.keysReferencing(table).flatMap(({ table: from, constraint }) => {
    const key = from.constraints.find(({ name }) => name === constraint);
    return key?.type === "foreign key" && keyOf(from) !== keyOf(table) ? [{ from, key }] : [];
  });
  return [...own, ...others];
}

const named = (names: readonly QualifiedName[]): string => [...new Set(names.map(quoteQualified))].join(", ");

function takeOff(shadow: Shadow): readonly string[] {
  const { table } = shadow;
  const on = quoteQualified(table);
  const keys = foreignKeys(shadow);
  return [
    // As much as can be done while others write.
    settle(shadow, false),
    `LOCK TABLE ${named([table, ...keys.map(({ from }) => from)])} IN ACCESS EXCLUSIVE MODE`,
    settle(shadow, true),
    ...dropTriggers(shadow),
    ...table.triggers.map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${on}`),
    ...published(shadow).map(({ name }) => `ALTER PUBLICATION ${quoteIdentifier(name)} DROP TABLE ${on}`),
    ...keys.map(({ from, key }) => `ALTER TABLE ${quoteQualified(from)} DROP CONSTRAINT ${quoteIdentifier(key.name)}`),
    ...ownedSequences(shadow).map((one) => `ALTER SEQUENCE ${quoteQualified(one)} OWNED BY NONE`),
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
    ...identities(shadow).flatMap(({ column, generation, sequence }) => [
      `ALTER TABLE ${on} ALTER COLUMN ${quoteIdentifier(column)} ADD GENERATED ${generation === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY (SEQUENCE NAME ${quoteQualified(sequence)} ${sequenceOptions(sequence)})`,
      continueFrom(sequence, kept.schema),
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

const identities = ({ table }: Shadow) =>
  table.columns.flatMap(({ name, identity }) => (identity === undefined ? [] : [{ column: name, ...identity }]));

const continueFrom = (sequence: QualifiedName, schema: string): string =>
  `SELECT pg_catalog.setval(${quoteLiteral(quoteQualified(sequence))}, last_value, is_called) FROM ${quoteQualified({ schema, name: sequence.name })}`;

/** @param behind the table that follows from now on */
function putOn(shadow: Shadow, behind: QualifiedName): readonly string[] {
  const { table } = shadow;
  return [
    ...ownedSequences(shadow).map(
      ({ ownedBy, ...one }) =>
        `ALTER SEQUENCE ${quoteQualified(one)} OWNED BY ${quoteQualified(table)}.${quoteIdentifier(ownedBy?.column ?? "")}`,
    ),
    ...foreignKeys(shadow).flatMap(({ from, key }) => addKey(from, key)),
    ...viewsOver(shadow).map((view) => createViewText(view, "CREATE OR REPLACE")),
    ...published(shadow).map(({ name, columns, where }) => {
      const listed = columns === undefined ? "" : ` (${columns.map(quoteIdentifier).join(", ")})`;
      const condition = where === undefined ? "" : ` WHERE (${where})`;
      return `ALTER PUBLICATION ${quoteIdentifier(name)} ADD TABLE ${quoteQualified(table)}${listed}${condition}`;
    }),
    ...table.triggers.flatMap((trigger) => createTrigger(trigger, table)),
    createReplay(shadow, behind, "CREATE OR REPLACE"),
    ...createTriggers(shadow),
  ];
}

function addKey(from: Table, key: ForeignKey): readonly string[] {
  const same = (column: string): string => column;
  const proved = key.enforced ? " NOT VALID" : " NOT ENFORCED";
  return [
    `ALTER TABLE ${quoteQualified(from)} ADD CONSTRAINT ${quoteIdentifier(key.name)} ${keyDefinition(key, same, same)}${proved}`,
    ...[commentOnConstraint(from, key)].flatMap((sql) => sql ?? []),
  ];
}

function createTrigger({ name, definition, enabled, comment }: Trigger, table: Table): readonly string[] {
  const on = quoteQualified(table);
  const own = quoteIdentifier(name);
  const firing = { origin: "", disabled: "DISABLE", replica: "ENABLE REPLICA", always: "ENABLE ALWAYS" }[enabled];
  return [
    definition,
    ...(firing === "" ? [] : [`ALTER TABLE ${on} ${firing} TRIGGER ${own}`]),
    ...(comment === undefined ? [] : [`COMMENT ON TRIGGER ${own} ON ${on} IS ${quoteLiteral(comment)}`]),
  ];
}

function createPolicy(policy: Policy, table: Table): readonly string[] {
  const { name, command, permissive, roles, using, check, comment } = policy;
  const own = `${quoteIdentifier(name)} ON ${quoteQualified(table)}`;
  const parts = [
    `CREATE POLICY ${own}`,
    `AS ${permissive ? "PERMISSIVE" : "RESTRICTIVE"}`,
    `FOR ${command.toUpperCase()}`,
    `TO ${roles.map(roleText).join(", ")}`,
    ...(using === undefined ? [] : [`USING (${using})`]),
    ...(check === undefined ? [] : [`WITH CHECK (${check})`]),
  ];
  return [parts.join(" "), ...(comment === undefined ? [] : [`COMMENT ON POLICY ${own} IS ${quoteLiteral(comment)}`])];
}

const ownedSequences = ({ table, context }: Shadow) =>
  [...context.state.store.maps.sequences.values()].filter(
    ({ ownedBy }) => ownedBy?.schema === table.schema && ownedBy.table === table.name,
  );

const published = ({ table, context }: Shadow) =>
  [...context.state.store.maps.publications.values()].flatMap(({ name, tables }) =>
    tables.filter((one) => keyOf(one) === keyOf(table)).map(({ columns, where }) => ({ name, columns, where })),
  );
