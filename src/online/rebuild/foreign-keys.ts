import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { commentOnConstraint } from "../comments.ts";
import { keyDefinition } from "../retype/key-definition.ts";
import type { Shadow, Side } from "./shadow.ts";

/** The first server that takes NOT VALID foreign keys of partitioned tables. */
export const PARTITIONED_NOT_VALID = 18;

export interface KeyOfTable {
  readonly from: Table;
  readonly key: ForeignKey;
}

/** From the table and to it; those of partitions come with their partitioned table's. */
export function foreignKeys({ table, context }: Pick<Shadow, "table" | "context">): readonly KeyOfTable[] {
  const own = table.constraints.flatMap((key) => (key.type === "foreign key" ? [{ from: table, key }] : []));
  const others = context.state.keysReferencing(table).flatMap(({ table: from, constraint }) => {
    const key = from.constraints.find(({ name }) => name === constraint);
    const isWhole = key?.type === "foreign key" && key.parent === undefined;
    return isWhole && keyOf(from) !== keyOf(table) ? [{ from, key }] : [];
  });
  return [...own, ...others];
}

/** The tables that refer to this one, or to which it refers by a key of its own. */
export const tablesWithKeys = (shadow: Shadow): readonly QualifiedName[] => foreignKeys(shadow).map(({ from }) => from);

/** The partitions that get a key of the table first, where their partitioned table cannot have it NOT VALID. */
const partitionsFor = (
  { from }: KeyOfTable,
  { table, layout, context }: Shadow,
  side: Side,
): readonly QualifiedName[] =>
  side === "new" && keyOf(from) === keyOf(table) && context.state.major < PARTITIONED_NOT_VALID
    ? (layout?.partitions ?? []).map(({ name }) => ({ schema: table.schema, name }))
    : [];

const alter = (table: QualifiedName): string => `ALTER TABLE ${quoteQualified(table)}`;

/** @param side which of the two they are on, or are about */
export const dropKeys = (shadow: Shadow, side: Side): readonly string[] =>
  foreignKeys(shadow).flatMap((one) => {
    const [partitions, name] = [partitionsFor(one, shadow, side), quoteIdentifier(one.key.name)];
    if (partitions.length === 0) return [`${alter(one.from)} DROP CONSTRAINT ${name}`];
    // The partitions have it alone until it is proved, and their partitioned table's from then on.
    return [
      `${alter(one.from)} DROP CONSTRAINT IF EXISTS ${name}`,
      ...partitions.map(
        (partition) => `ALTER TABLE IF EXISTS ${quoteQualified(partition)} DROP CONSTRAINT IF EXISTS ${name}`,
      ),
    ];
  });

/** In force from now on, and still to be proved. */
export const addKeys = (shadow: Shadow, side: Side): readonly string[] =>
  foreignKeys(shadow).flatMap((one) => {
    const partitions = partitionsFor(one, shadow, side);
    const proved = one.key.enforced ? " NOT VALID" : " NOT ENFORCED";
    if (partitions.length > 0) return partitions.map((partition) => `${alter(partition)} ${adding(one)}${proved}`);
    return addKey(one, proved);
  });

/** @param how `NOT VALID` and the like, behind a blank */
export const addKey = (one: KeyOfTable, how: string): readonly string[] => [
  `${alter(one.from)} ${adding(one)}${how}`,
  ...comment(one),
];

/** Rows fulfil the foreign keys, which are only to be known for it again. */
export const proofs = (shadow: Shadow, side: Side): readonly string[] =>
  foreignKeys(shadow)
    .filter(({ key }) => key.validated && key.enforced)
    .flatMap((one) => {
      const partitions = partitionsFor(one, shadow, side);
      const validate = (table: QualifiedName): string =>
        `${alter(table)} VALIDATE CONSTRAINT ${quoteIdentifier(one.key.name)}`;
      if (partitions.length === 0) return [validate(one.from)];
      return [...partitions.map(validate), `${alter(one.from)} ${adding(one)}`, ...comment(one)];
    });

function adding({ key }: KeyOfTable): string {
  const same = (column: string): string => column;
  return `ADD CONSTRAINT ${quoteIdentifier(key.name)} ${keyDefinition(key, same, same)}`;
}

const comment = ({ from, key }: KeyOfTable): readonly string[] =>
  [commentOnConstraint(from, key)].flatMap((sql) => sql ?? []);
