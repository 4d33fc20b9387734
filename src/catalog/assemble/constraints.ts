import type { Constraint, ConstraintName, ForeignKey, ReferentialAction } from "../model/constraint.ts";
import type { ConstraintRow } from "../read/constraints.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

const MATCHES: Readonly<Record<string, ForeignKey["match"]>> = { s: "simple", f: "full", p: "partial" };

/** What the constraint's numbers mean. */
export interface ConstraintSurroundings {
  readonly columnName: (number: number) => string;
  readonly parent: ConstraintName | undefined;
  readonly unchecked: boolean;
}

/** NOT NULL stands with its column and gives undefined. */
export function constraint(row: ConstraintRow, beside: ConstraintSurroundings, naming: Naming): Constraint | undefined {
  const columns = numbersOf(row.columns).map(beside.columnName);
  const shared = {
    name: row.name,
    definition: row.definition ?? "",
    columns,
    validated: row.validated,
    enforced: row.enforced,
    deferrable: row.deferrable,
    initiallyDeferred: row.deferred,
    // Of others than CHECKs it says by which way they came, and nothing else.
    noInherit: row.type === "c" && row.no_inherit,
    local: row.local,
    inheritedFrom: row.inherited_from,
    triggersDisabled: beside.unchecked,
    ...present({ parent: beside.parent }),
    ...naming.comment("pg_constraint", row.oid),
  };
  const index = row.index ?? "";
  switch (row.type) {
    case "c":
      // The numbers stand in the order of the table's columns or of the expression, by how the constraint came to be.
      return { ...shared, type: "check", columns: columns.toSorted(), expression: row.expression ?? "" };
    case "p":
    case "u":
      return { ...shared, type: row.type === "p" ? "primary key" : "unique", index, withoutOverlaps: row.period };
    case "x":
      return { ...shared, type: "exclusion", index, operators: row.operators ?? [] };
    case "f":
      return { ...shared, type: "foreign key", ...foreignKey(row, beside, naming), period: row.period };
    case "n":
      return undefined;
  }
}

function foreignKey(
  row: ConstraintRow,
  { columnName }: ConstraintSurroundings,
  naming: Naming,
): Pick<ForeignKey, "references" | "match" | "onUpdate" | "onDelete" | "onDeleteColumns"> {
  return {
    references: {
      schema: naming.schema(row.referenced_schema ?? 0),
      name: row.referenced_name ?? "",
      columns: row.referenced_columns ?? [],
      index: row.index ?? "",
    },
    match: MATCHES[row.match] ?? "simple",
    onUpdate: ACTIONS[row.on_update] ?? "no action",
    onDelete: ACTIONS[row.on_delete] ?? "no action",
    onDeleteColumns: numbersOf(row.on_delete_columns).map(columnName),
  };
}

/** `{1,2}` */
export function numbersOf(array: string | null): number[] {
  return array === null || array === "{}" ? [] : array.slice(1, -1).split(",").map(Number);
}

/**
 * Constraints that the server keeps for itself: a foreign key to a partitioned table has one more for each of its
 * partitions, named by the order in which they came.
 */
export function internalConstraints(rows: readonly ConstraintRow[]): ReadonlySet<number> {
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const isInternal = (row: ConstraintRow): boolean => {
    const parent = byOid.get(row.parent);
    return row.type === "f" && parent !== undefined && (parent.referenced !== row.referenced || isInternal(parent));
  };
  return new Set(rows.filter(isInternal).map(({ oid }) => oid));
}
