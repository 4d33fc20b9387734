import type { Column } from "../model/column.ts";
import type { Constraint, ConstraintName } from "../model/constraint.ts";
import type { Policy } from "../model/policy.ts";
import type { Rule } from "../model/rule.ts";
import type { TableIndex } from "../model/table-index.ts";
import type { Trigger } from "../model/trigger.ts";
import { type ObjectId, objectId } from "../object-id.ts";
import type { ColumnRow } from "../read/columns.ts";
import type { ConstraintRow } from "../read/constraints.ts";
import type { IndexRow } from "../read/indexes.ts";
import type { RelationRow } from "../read/relations.ts";
import type { CatalogRows } from "../read/rows.ts";
import { POLICIES, type PolicyRow } from "../read/sections/policies.ts";
import { RULES, type RuleRow } from "../read/sections/rules.ts";
import { SEQUENCES } from "../read/sections/sequences.ts";
import { TRIGGERS, type TriggerRow, UNCHECKED_CONSTRAINTS } from "../read/sections/triggers.ts";
import { column } from "./columns.ts";
import { constraint, internalConstraints, numbersOf } from "./constraints.ts";
import { grouped } from "./grouped.ts";
import { tableIndex } from "./indexes.ts";
import { object } from "./keyed.ts";
import type { Naming } from "./naming.ts";
import { byName } from "./sorted.ts";

/** A relation with everything that belongs to it. */
export interface RelationParts {
  readonly row: RelationRow;
  readonly schema: string;
  readonly id: ObjectId;
  readonly columnRows: readonly ColumnRow[];
  readonly indexRows: readonly IndexRow[];
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly TableIndex[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly Rule[];
  readonly policies: readonly Policy[];
}

const KINDS = {
  r: "table",
  p: "table",
  f: "table",
  v: "view",
  m: "materialized view",
  c: "type",
} as const satisfies Record<RelationRow["kind"], string>;

export function relationParts(rows: CatalogRows, naming: Naming): readonly RelationParts[] {
  const { bundle } = rows;
  const columns = grouped(rows.columns, ({ relation }) => relation);
  const constraints = grouped(rows.constraints, ({ relation }) => relation);
  const indexes = grouped(rows.indexes, ({ relation }) => relation);
  const triggers = grouped(TRIGGERS.rows(bundle), ({ relation }) => relation);
  const rules = grouped(RULES.rows(bundle), ({ relation }) => relation);
  const policies = grouped(POLICIES.rows(bundle), ({ relation }) => relation);
  const identities = grouped(
    SEQUENCES.rows(bundle).filter((row) => row.owner_kind === "i"),
    (row) => row.owner_relation ?? 0,
  );
  const constraintParts = constraintsFrom(rows, naming);
  return rows.relations.map((row): RelationParts => {
    const schema = naming.schema(row.schema);
    const columnRows = columns.get(row.oid) ?? [];
    const constraintRows = constraints.get(row.oid) ?? [];
    const indexRows = indexes.get(row.oid) ?? [];
    const byNumber = new Map(columnRows.map((one) => [one.number, one]));
    const columnOf = (number: number): ColumnRow | undefined => byNumber.get(number);
    const notNulls = notNullByNumber(constraintRows);
    const sequences = new Map((identities.get(row.oid) ?? []).map((one) => [one.owner_number, one]));
    return {
      row,
      schema,
      id: objectId(KINDS[row.kind], schema, row.name),
      columnRows,
      indexRows,
      columns: columnRows.map((one, place) =>
        column(one, place + 1, { notNull: notNulls.get(one.number), identity: sequences.get(one.number) }, naming),
      ),
      constraints: constraintParts(constraintRows, columnOf),
      indexes: byName(indexRows.map((one) => tableIndex(one, (number) => columnOf(number) ?? UNKNOWN_COLUMN, naming))),
      triggers: byName((triggers.get(row.oid) ?? []).map((one) => trigger(one, naming))),
      rules: byName((rules.get(row.oid) ?? []).map((one) => rule(one, naming))),
      policies: byName((policies.get(row.oid) ?? []).map((one) => policy(one, naming))),
    };
  });
}

/** For numbers that the server itself gave a moment ago. */
const UNKNOWN_COLUMN = { name: "", collation: 0 } as const;

function notNullByNumber(rows: readonly ConstraintRow[]): ReadonlyMap<number, ConstraintRow> {
  return new Map(
    rows
      .filter(({ type }) => type === "n")
      .flatMap((row) => numbersOf(row.columns).map((number) => [number, row] as const)),
  );
}

/** Constraints are named through each other: a partition's through its parent's. */
function constraintsFrom(
  rows: CatalogRows,
  naming: Naming,
): (own: readonly ConstraintRow[], columnOf: (number: number) => ColumnRow | undefined) => Constraint[] {
  const internal = internalConstraints(rows.constraints);
  const unchecked = new Set(UNCHECKED_CONSTRAINTS.rows(rows.bundle).map(({ oid }) => oid));
  const relations = new Map(rows.relations.map((row) => [row.oid, row]));
  const byOid = new Map(rows.constraints.map((row) => [row.oid, row]));
  const nameOf = (oid: number): ConstraintName | undefined => {
    const found = byOid.get(oid);
    const relation = relations.get(found?.relation ?? 0);
    return found === undefined || relation === undefined
      ? undefined
      : { schema: naming.schema(relation.schema), table: relation.name, name: found.name };
  };
  return (own, columnOf) =>
    byName(
      own
        .filter(({ oid }) => !internal.has(oid))
        .flatMap((row) => {
          const columnName = (number: number): string => columnOf(number)?.name ?? "";
          const beside = { columnName, parent: nameOf(row.parent), unchecked: unchecked.has(row.oid) };
          return constraint(row, beside, naming) ?? [];
        }),
    );
}

function trigger({ relation: _, columns = [], ...row }: TriggerRow, naming: Naming): Trigger {
  return { ...object(row, "pg_trigger", naming), columns };
}

function rule({ relation: _, ...row }: RuleRow, naming: Naming): Rule {
  return object(row, "pg_rewrite", naming);
}

function policy({ relation: _, ...row }: PolicyRow, naming: Naming): Policy {
  return object(row, "pg_policy", naming);
}
