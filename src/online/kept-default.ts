import type { DropStmt } from "libpg-query";
import type { Routine } from "../catalog/model/routine.ts";
import { objectId, routineId } from "../catalog/object-id.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodeAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import type { ParsedStatement, PgNode } from "../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { isHidden } from "./hidden-name.ts";

/**
 * Statements that end the defaults of columns which are kept, where a function that they call speaks of what the
 * statement drops: no dependency tells the server so, and whoever writes a row would find it gone.
 */
export function endDefaults(parsed: ParsedStatement, state: CatalogState): readonly string[] {
  const names = lostNames(parsed);
  if (names.length === 0) return [];
  return [...state.store.maps.tables.values()].flatMap((table) =>
    table.columns
      .filter(({ name, default: value, inheritedFrom }) => isHidden(name) && value !== undefined && inheritedFrom === 0)
      .filter(({ name }) =>
        calledBy(objectId("default", table.schema, table.name, name), state).some((one) => speaksOf(one, names)),
      )
      .map(({ name }) => `ALTER TABLE ${quoteQualified(table)} ALTER COLUMN ${quoteIdentifier(name)} DROP DEFAULT`),
  );
}

const SPOKEN_OF: ReadonlySet<DropStmt["removeType"]> = new Set([
  "OBJECT_AGGREGATE",
  "OBJECT_DOMAIN",
  "OBJECT_FOREIGN_TABLE",
  "OBJECT_FUNCTION",
  "OBJECT_MATVIEW",
  "OBJECT_PROCEDURE",
  "OBJECT_ROUTINE",
  "OBJECT_SCHEMA",
  "OBJECT_SEQUENCE",
  "OBJECT_TABLE",
  "OBJECT_TYPE",
  "OBJECT_VIEW",
]);

/** What nobody finds by its name any more. */
function lostNames(parsed: ParsedStatement): readonly string[] {
  switch (parsed.tag) {
    case "DropStmt":
      return SPOKEN_OF.has(parsed.node.removeType) ? (parsed.node.objects ?? []).flatMap(lastName) : [];
    case "RenameStmt":
    case "AlterObjectSchemaStmt": {
      const { relation, object } = parsed.node;
      const isPart = "subname" in parsed.node && parsed.node.subname !== undefined;
      return isPart ? [] : relation === undefined ? lastName(object) : [relation.relname ?? ""];
    }
    default:
      return [];
  }
}

const lastName = (object: PgNode | undefined): readonly string[] =>
  namesOf(nodeAs(object, "ObjectWithArgs")?.objname ?? object).slice(-1);

/** The functions that a default calls, and those of which they speak in turn. */
function calledBy(id: string, state: CatalogState): readonly Routine[] {
  const all = [...state.store.maps.routines.values()].flat();
  const direct = new Set(state.store.dependenciesOf(id).map(({ to }) => to));
  const found = new Set(all.filter((one) => direct.has(routineId(one))));
  for (const one of found) {
    const words = new Set(wordsOf(one));
    for (const other of all) if (words.has(other.name)) found.add(other);
  }
  return [...found];
}

const speaksOf = (routine: Routine, names: readonly string[]): boolean => {
  const words = wordsOf(routine);
  return names.some((name) => words.includes(name));
};

/** Of the text of a body; what one in SQL's own form needs, the server knows. */
const wordsOf = ({ body = "", language }: Routine): readonly string[] =>
  language === "c" || language === "internal"
    ? []
    : (body.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).map(named);

const named = (word: string): string =>
  word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase();
