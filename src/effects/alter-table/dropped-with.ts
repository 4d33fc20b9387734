import type { Table } from "../../catalog/model/table.ts";
import { objectId } from "../../catalog/object-id.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { foreignKeysOf } from "../foreign-keys.ts";
import { lockRelation } from "../lock-named.ts";
import { nameOfParts } from "../written-name.ts";
import type { Alteration } from "./alteration.ts";
import { kindOfId, namesOfId } from "./column-dependents.ts";
import { lockPartner, lockReferencing } from "./references.ts";

const RELATIONS: ReadonlySet<string> = new Set(["view", "materialized view", "table", "sequence", "index"]);

/**
 * Everything that falls with objects, directly or through others, as ids; without the objects themselves.
 *
 * @param own ids that fall anyway
 */
export function fallingWith(own: readonly string[], state: CatalogState): readonly string[] {
  const found = new Set<string>();
  const visit = (id: string): void => {
    for (const { from, kind } of state.dependentsOf(id)) {
      if ((kind !== "normal" && kind !== "automatic") || found.has(from) || own.includes(from)) continue;
      found.add(from);
      for (const part of [from, ...partsOf(from, state)]) visit(part);
    }
  };
  for (const id of own) visit(id);
  return [...found];
}

/** The columns of a view: other views stand on those. */
function partsOf(id: string, state: CatalogState): readonly string[] {
  if (kindOfId(id) === "default") return generatedColumn(id, state);
  if (!RELATIONS.has(kindOfId(id))) return [];
  const [schema = "", name = ""] = namesOfId(id);
  const relation = state.relation({ schema, name });
  if (relation === undefined || !("columns" in relation.is)) return [];
  return relation.is.columns.map((column) => objectId("column", schema, name, column.name));
}

/** The expression of a generated column falls with the column. */
function generatedColumn(id: string, state: CatalogState): readonly string[] {
  const [schema = "", table = "", name = ""] = namesOfId(id);
  const column = state.table({ schema, name: table })?.columns.find((one) => one.name === name);
  return column?.generated === undefined ? [] : [objectId("column", schema, table, name)];
}

/** Locks what stands behind ids that fall with a column or a constraint of the table. */
export function lockFalling(ids: readonly string[], alteration: Alteration): void {
  const { state, effects } = alteration;
  for (const id of ids) {
    const names = namesOfId(id);
    const kind = kindOfId(id);
    if (RELATIONS.has(kind)) {
      const relation = state.relation(nameOfParts(names));
      if (relation !== undefined) lockRelation(relation, effects, "dependent", "ACCESS EXCLUSIVE");
      if (relation?.kind === "materialized view" || relation?.kind === "table") {
        for (const index of relation.is.indexes) effects.lockIndex(relation.is, index.name, "ACCESS EXCLUSIVE");
      }
    } else if (OF_TABLES.has(kind)) {
      const [schema = "", name = "", part = ""] = names;
      const table = state.table({ schema, name });
      if (table !== undefined) lockFallingPart(table, kind, part, alteration);
    }
  }
}

/** What is dropped below a table locks the table. */
const OF_TABLES: ReadonlySet<string> = new Set(["constraint", "default", "trigger", "policy", "rule"]);

function lockFallingPart(
  table: Table,
  kind: string,
  part: string,
  { state, effects, table: target }: Alteration,
): void {
  if (table.schema === target.schema && table.name === target.name) return;
  const key = kind === "constraint" ? foreignKeysOf(table).find(({ name }) => name === part) : undefined;
  if (key === undefined) effects.lockTable(table, "dependent", "ACCESS EXCLUSIVE");
  else {
    lockReferencing(table, state, effects, "ACCESS EXCLUSIVE");
    lockPartner(table, key, state, effects, "ACCESS EXCLUSIVE");
  }
}
