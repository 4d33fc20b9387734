import type { ColumnIdentity } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Policy } from "../../catalog/model/policy.ts";
import type { Sequence } from "../../catalog/model/sequence.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { roleText, sequenceAccess } from "../access.ts";
import { sequenceOptions } from "../sequence-options.ts";
import type { Shadow } from "./shadow.ts";

/** A table that gives its place to another, with the catalog in which it stands. */
type Giver = Pick<Shadow, "table" | "context">;

/** A trigger as it is, on the table that bears the name now. */
export function createTrigger(
  { name, definition, enabled, comment }: Trigger,
  table: QualifiedName,
): readonly string[] {
  const on = quoteQualified(table);
  const own = quoteIdentifier(name);
  const firing = { origin: "", disabled: "DISABLE", replica: "ENABLE REPLICA", always: "ENABLE ALWAYS" }[enabled];
  return [
    definition,
    ...(firing === "" ? [] : [`ALTER TABLE ${on} ${firing} TRIGGER ${own}`]),
    ...(comment === undefined ? [] : [`COMMENT ON TRIGGER ${own} ON ${on} IS ${quoteLiteral(comment)}`]),
  ];
}

export function createPolicy(policy: Policy, table: QualifiedName): readonly string[] {
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

/** Those that are dropped with a column of the table, identities aside. */
export const ownedSequences = ({ table, context }: Giver): readonly Sequence[] =>
  [...context.state.store.maps.sequences.values()].filter(
    ({ ownedBy }) => ownedBy?.schema === table.schema && ownedBy.table === table.name,
  );

export const disownSequences = (giver: Giver): readonly string[] =>
  ownedSequences(giver).map((one) => `ALTER SEQUENCE ${quoteQualified(one)} OWNED BY NONE`);

/** They belong to the table that bears the name now. */
export const ownSequences = (giver: Giver): readonly string[] =>
  ownedSequences(giver).map(
    ({ ownedBy, ...one }) =>
      `ALTER SEQUENCE ${quoteQualified(one)} OWNED BY ${quoteQualified(giver.table)}.${quoteIdentifier(ownedBy?.column ?? "")}`,
  );

export interface NamedIdentity extends ColumnIdentity {
  readonly column: string;
}

export const identities = ({ table }: Pick<Giver, "table">): readonly NamedIdentity[] =>
  table.columns.flatMap(({ name, identity }) => (identity === undefined ? [] : [{ column: name, ...identity }]));

/** An identity with a sequence of its own, which begins at its start. @param on the table that gets it */
export const addIdentity = (
  { column, generation, sequence }: NamedIdentity,
  on: QualifiedName,
  { table, context }: Giver,
): readonly string[] => [
  `ALTER TABLE ${quoteQualified(on)} ALTER COLUMN ${quoteIdentifier(column)} ADD GENERATED ${generation === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY (SEQUENCE NAME ${quoteQualified(sequence)} ${sequenceOptions(sequence)})`,
  ...sequenceAccess(sequence, table, context.state),
];

export const continueFrom = (sequence: QualifiedName, from: QualifiedName): string =>
  `SELECT pg_catalog.setval(${quoteLiteral(quoteQualified(sequence))}, last_value, is_called) FROM ${quoteQualified(from)}`;

const published = ({ table, context }: Giver) =>
  [...context.state.store.maps.publications.values()].flatMap(({ name, tables }) =>
    tables.filter((one) => keyOf(one) === keyOf(table)).map(({ columns, where }) => ({ name, columns, where })),
  );

export const unpublish = (giver: Giver): readonly string[] =>
  published(giver).map(
    ({ name }) => `ALTER PUBLICATION ${quoteIdentifier(name)} DROP TABLE ${quoteQualified(giver.table)}`,
  );

/** The table that bears the name now is published as the other one was. */
export const publish = (giver: Giver): readonly string[] =>
  published(giver).map(({ name, columns, where }) => {
    const listed = columns === undefined ? "" : ` (${columns.map(quoteIdentifier).join(", ")})`;
    const condition = where === undefined ? "" : ` WHERE (${where})`;
    return `ALTER PUBLICATION ${quoteIdentifier(name)} ADD TABLE ${quoteQualified(giver.table)}${listed}${condition}`;
  });
