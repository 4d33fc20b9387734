import type { ForeignKey, ReferentialAction } from "../../catalog/model/constraint.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { columnList } from "./change.ts";

/** What stands behind the name of a foreign key, with columns under other names. */
export function keyDefinition(
  key: ForeignKey,
  own: (column: string) => string,
  referenced: (column: string) => string,
): string {
  const { columns, references, match, onUpdate, onDelete, onDeleteColumns, deferrable, initiallyDeferred } = key;
  const only = onDeleteColumns.length === 0 ? "" : ` (${columnList(onDeleteColumns.map(own))})`;
  return [
    `FOREIGN KEY (${columnList(columns.map(own))})`,
    `REFERENCES ${quoteQualified(references)}(${columnList(references.columns.map(referenced))})`,
    ...(match === "simple" ? [] : [`MATCH ${match.toUpperCase()}`]),
    ...action("UPDATE", onUpdate, ""),
    ...action("DELETE", onDelete, only),
    ...(deferrable ? ["DEFERRABLE"] : []),
    ...(initiallyDeferred ? ["INITIALLY DEFERRED"] : []),
  ].join(" ");
}

const action = (event: string, what: ReferentialAction, columns: string): readonly string[] =>
  what === "no action" ? [] : [`ON ${event} ${what.toUpperCase()}${columns}`];
