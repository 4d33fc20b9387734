import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Rename } from "../schema-diff.ts";
import { idPath } from "./id-path.ts";
import { NameMap } from "./name-map.ts";

/** The columns and checks that tables have from those above, and that the server renames with theirs. */
export function inheritedAlong({ tables }: Catalog, renames: readonly Rename[]): readonly Rename[] {
  const names = new NameMap(renames);
  const children = Map.groupBy(
    tables.flatMap((child) => parentsOf(child).map((parent) => ({ parent, child }))),
    ({ parent }) => idOf(parent),
  );
  const found = new Map<ObjectId, Rename>();
  const visit = (kind: Part, table: ObjectId, old: string, now: string): void => {
    for (const { child } of children.get(table) ?? []) {
      const from = objectId(kind, child.schema, child.name, old);
      if (found.has(from) || !inherits(child, kind, old)) continue;
      const { schema, name } = names.object("table", child);
      found.set(from, { from, to: objectId(kind, schema, name, now) });
      visit(kind, idOf(child), old, now);
    }
  };
  for (const { from, to } of renames) {
    const { kind, path } = idPath(from);
    const [schema = "", name = "", old = ""] = path;
    if (kind === "column" || kind === "constraint") {
      visit(kind, objectId("table", schema, name), old, idPath(to).path.at(-1) ?? "");
    }
  }
  return [...found.values()];
}

export type Part = "column" | "constraint";

export const parentsOf = ({ inherits: parents, partitionOf }: Table): readonly QualifiedName[] =>
  partitionOf === undefined ? parents : [partitionOf.parent];

const idOf = ({ schema, name }: QualifiedName): ObjectId => objectId("table", schema, name);

/** Whether a table has it from above. Keys of partitions have names of their own. */
export const inherits = ({ columns, constraints }: Table, kind: Part, name: string): boolean =>
  kind === "column"
    ? columns.some((one) => one.name === name && one.inheritedFrom > 0)
    : constraints.some((one) => one.name === name && one.type === "check" && one.inheritedFrom > 0);
