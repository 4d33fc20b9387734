import type { Constraint } from "libpg-query";
import type { QualifiedName } from "../catalog/model/names.ts";
import { namesOf } from "../sql/object-name.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { bracketsBehind } from "./splice.ts";

/** `CONSTRAINT k PRIMARY KEY USING INDEX i DEFERRABLE`. */
export function useIndex(constraint: Constraint, name: string, index: string): string {
  const kind = constraint.contype === "CONSTR_PRIMARY" ? "PRIMARY KEY" : "UNIQUE";
  return [
    `CONSTRAINT ${quoteIdentifier(name)} ${kind} USING INDEX ${quoteIdentifier(index)}`,
    ...(constraint.deferrable === true ? ["DEFERRABLE"] : []),
    ...(constraint.initdeferred === true ? ["INITIALLY DEFERRED"] : []),
  ].join(" ");
}

/**
 * Builds the index of a key.
 *
 * @param text the key as it is written, such as `ADD UNIQUE (a) WITH (fillfactor = 70)`
 */
export function buildIndex(text: string, constraint: Constraint, name: string, table: QualifiedName): string {
  const keys = (constraint.keys ?? []).flatMap((key) => namesOf(key)).map(quoteIdentifier);
  const including = (constraint.including ?? []).flatMap((key) => namesOf(key)).map(quoteIdentifier);
  const options = bracketsBehind(text, "with");
  return [
    `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quoteQualified(table)} (${keys.join(", ")})`,
    ...(including.length === 0 ? [] : [`INCLUDE (${including.join(", ")})`]),
    ...(constraint.nulls_not_distinct === true ? ["NULLS NOT DISTINCT"] : []),
    ...(options === undefined ? [] : [`WITH ${options}`]),
    ...(constraint.indexspace === undefined ? [] : [`TABLESPACE ${quoteIdentifier(constraint.indexspace)}`]),
  ].join(" ");
}
