import type { FunctionParameter, ObjectWithArgs, RangeVar, TypeName } from "libpg-query";
import { nodeAs, nodesAs } from "./node-as.ts";
import type { PgNode } from "./parse-statement.ts";
import { quoteIdentifier, quoteLiteral } from "./quote.ts";

/** The parts of a name, however the grammar wraps it: a string, a list of strings, a type. */
export function namesOf(nodes: readonly PgNode[] | PgNode | undefined): readonly string[] {
  if (nodes === undefined) return [];
  if (Array.isArray(nodes)) return nodesAs(nodes, "String").map(({ sval }) => sval ?? "");
  const node = nodes as PgNode;
  const text = nodeAs(node, "String");
  if (text !== undefined) return [text.sval ?? ""];
  return namesOf(nodeAs(node, "TypeName")?.names ?? nodeAs(node, "List")?.items);
}

/** `schema.name` as it is written in SQL. */
export const dotted = (names: readonly string[]): string => names.map(quoteIdentifier).join(".");

/** The names of a relation: schema (when written; `pg_temp` for a temporary one) and name. */
export function rangeNames(range: RangeVar | undefined): readonly string[] {
  const name = range?.relname ?? "";
  if (range?.schemaname !== undefined) return [range.schemaname, name];
  return range?.relpersistence === "t" ? ["pg_temp", name] : [name];
}

/** The relation as it is written in SQL. */
export const rangeText = (range: RangeVar | undefined): string => dotted(rangeNames(range));

/** A type without its modifiers, as to_regtype reads it; undefined for `column%TYPE`. */
export function typeText(type: TypeName | undefined): string | undefined {
  if (type === undefined || type.pct_type === true) return undefined;
  return dotted(namesOf(type.names)) + (type.arrayBounds ?? []).map(() => "[]").join("");
}

const allKnown = (types: readonly (string | undefined)[]): readonly string[] | undefined =>
  types.every((type) => type !== undefined) ? types : undefined;

/** The types of the arguments a routine is known by; undefined where one cannot be said. */
export const inputTypes = (parameters: readonly FunctionParameter[]): readonly string[] | undefined =>
  allKnown(
    parameters
      .filter(({ mode }) => mode !== "FUNC_PARAM_OUT" && mode !== "FUNC_PARAM_TABLE")
      .map(({ argType }) => typeText(argType)),
  );

/** The types in a list of type names; undefined where one cannot be said. */
export const typeTexts = (nodes: readonly PgNode[] | undefined): readonly string[] | undefined =>
  allKnown(nodesAs(nodes, "TypeName").map(typeText));

/** A routine as it is written: `f`, or `s.f(integer)`. */
function routineText(routine: ObjectWithArgs): string {
  const types = routine.args_unspecified === true ? undefined : typeTexts(routine.objargs);
  return dotted(namesOf(routine.objname)) + (types === undefined ? "" : `(${types.join(", ")})`);
}

/** An SQL expression for the OID of an existing routine, null when there is none. */
export function routineOid(routine: ObjectWithArgs): string {
  const text = quoteLiteral(routineText(routine));
  return routine.args_unspecified === true ? `to_regproc(${text})::oid` : `to_regprocedure(${text})::oid`;
}

/** An SQL expression of type text[]. */
export const textArray = (texts: readonly string[]): string => `ARRAY[${texts.map(quoteLiteral).join(", ")}]::text[]`;
