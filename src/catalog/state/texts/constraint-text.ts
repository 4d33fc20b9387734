import { quoteIdentifier, quoteQualified } from "../../../sql/quote.ts";
import type { CheckConstraint, Constraint, ForeignKey, KeyConstraint } from "../../model/constraint.ts";
import type { TableIndex } from "../../model/table-index.ts";

/**
 * A constraint as `pg_get_constraintdef` prints it with an empty search path. What its text cannot be told from is "".
 *
 * Source: `pg_get_constraintdef_worker` in PostgreSQL's `src/backend/utils/adt/ruleutils.c`.
 *
 * @param indexes those of its table
 */
export function constraintText(constraint: Constraint, indexes: readonly TableIndex[]): string {
  switch (constraint.type) {
    case "check":
      return constraint.definition === "" ? "" : checkText(constraint);
    case "foreign key":
      return keyText(constraint);
    case "exclusion":
      return constraint.definition;
    default: {
      const index = indexes.find(({ name }) => name === constraint.index);
      return index === undefined ? "" : uniqueText(constraint, index);
    }
  }
}

export function checkText({ expression, noInherit, enforced, validated }: Omit<CheckConstraint, "definition">): string {
  const proof = enforced ? (validated ? "" : " NOT VALID") : " NOT ENFORCED";
  return `CHECK (${expression})${noInherit ? " NO INHERIT" : ""}${proof}`;
}

function uniqueText(constraint: KeyConstraint, { include, nullsNotDistinct }: TableIndex): string {
  const columns = constraint.columns.map(quoteIdentifier).join(", ");
  const head =
    constraint.type === "primary key" ? "PRIMARY KEY" : `UNIQUE${nullsNotDistinct ? " NULLS NOT DISTINCT" : ""}`;
  const beside = include.length === 0 ? "" : ` INCLUDE (${include.map(quoteIdentifier).join(", ")})`;
  return `${head} (${columns}${constraint.withoutOverlaps ? " WITHOUT OVERLAPS" : ""})${beside}${deferral(constraint)}`;
}

function keyText(key: ForeignKey): string {
  const { columns, references, match, onUpdate, onDelete, onDeleteColumns, period, enforced, validated } = key;
  const list = (names: readonly string[]): string =>
    names
      .map((name, place) => `${period && place === names.length - 1 ? "PERIOD " : ""}${quoteIdentifier(name)}`)
      .join(", ");
  const some = onDeleteColumns.length === 0 ? "" : ` (${onDeleteColumns.map(quoteIdentifier).join(", ")})`;
  return [
    `FOREIGN KEY (${list(columns)}) REFERENCES ${quoteQualified(references)}(${list(references.columns)})`,
    match === "simple" ? "" : ` MATCH ${match.toUpperCase()}`,
    onUpdate === "no action" ? "" : ` ON UPDATE ${onUpdate.toUpperCase()}`,
    onDelete === "no action" ? "" : ` ON DELETE ${onDelete.toUpperCase()}${some}`,
    deferral(key),
    enforced ? (validated ? "" : " NOT VALID") : " NOT ENFORCED",
  ].join("");
}

const deferral = ({ deferrable, initiallyDeferred }: Constraint): string =>
  `${deferrable ? " DEFERRABLE" : ""}${initiallyDeferred ? " INITIALLY DEFERRED" : ""}`;
