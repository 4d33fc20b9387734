import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Rename } from "../schema-diff.ts";
import { idPath } from "./id-path.ts";
import { inherits, type Part } from "./inherited-along.ts";
import { NameMap } from "./name-map.ts";

/** A table and a parent of it. */
interface Link {
  readonly child: QualifiedName;
  readonly parent: QualifiedName;
}

/**
 * The server renames a column or a check in a table and in all below it, and in none of them where one has it from yet
 * another parent. Such a table leaves that parent first. It comes below it again by what is left to compare.
 *
 * @param renames those that have a statement of their own
 * @throws LockkeeperError `usage` where that parent keeps the old name: what the table holds cannot be under both
 */
export function withoutOtherParents(
  catalog: Catalog,
  to: Catalog,
  renames: readonly Rename[],
): { readonly catalog: Catalog; readonly left: readonly Link[] } {
  const tables = new Map(catalog.tables.map((table) => [idOf(table), table]));
  const left: Link[] = [];
  const names = new NameMap(renames);
  const isKept = (child: QualifiedName, parent: QualifiedName, kind: Part, part: string): boolean => {
    const [below, above] = [child, parent].map((table) => {
      const id = names.id(idOf(table));
      return to.tables.find((one) => idOf(one) === id);
    });
    if (below === undefined || above === undefined) return false;
    const stays = below.inherits.some((one) => idOf(one) === idOf(above));
    return stays && handsDown(above, kind, part) && names.part(kind, parent, part) === part;
  };
  for (const { from } of renames) {
    const { kind, path } = idPath(from);
    const [schema = "", name = "", part = ""] = path;
    if (kind !== "column" && kind !== "constraint") continue;
    const tree = treeOf(objectId("table", schema, name), kind, part, [...tables.values()]);
    for (const id of tree) {
      const child = tables.get(id);
      for (const parent of child?.inherits ?? []) {
        const above = tables.get(idOf(parent));
        const now = tables.get(id);
        if (above === undefined || now === undefined || tree.has(idOf(parent)) || !handsDown(above, kind, part))
          continue;
        if (isKept(now, above, kind, part)) throw keepsName(from, idOf(now), idOf(above));
        left.push({ child: now, parent });
        tables.set(id, without(now, above));
      }
    }
  }
  if (left.length === 0) return { catalog, left };
  const gone = new Set(left.map(({ child, parent }) => `${idOf(child)} ${idOf(parent)}`));
  return {
    catalog: {
      ...catalog,
      tables: catalog.tables.map((table) => tables.get(idOf(table)) ?? table),
      dependencies: catalog.dependencies.filter(({ from, to }) => !gone.has(`${from} ${to}`)),
    },
    left,
  };
}

function keepsName(part: ObjectId, child: ObjectId, parent: ObjectId): LockkeeperError {
  const nameOf = (id: ObjectId): string => id.slice(id.indexOf(":") + 1);
  return new LockkeeperError("usage", {
    message: `${nameOf(part)} cannot get another name: ${nameOf(child)} has it from ${nameOf(parent)} too, where it keeps the old one.`,
    notDone: "Nothing was compared.",
    action: `Give it the same name in ${nameOf(parent)}, or do not tell of it as a rename.`,
  });
}

/** The table and all below it that have the part from it. */
function treeOf(root: ObjectId, kind: Part, part: string, tables: readonly Table[]): ReadonlySet<ObjectId> {
  const tree = new Set([root]);
  for (const above of tree) {
    for (const child of tables) {
      if (child.inherits.some((parent) => idOf(parent) === above) && inherits(child, kind, part)) tree.add(idOf(child));
    }
  }
  return tree;
}

const handsDown = ({ columns, constraints }: Table, kind: Part, part: string): boolean =>
  kind === "column"
    ? columns.some(({ name }) => name === part)
    : constraints.some((one) => one.name === part && one.type === "check" && !one.noInherit);

/** What it had from the parent is its own, as far as no other hands it down. */
function without(table: Table, parent: Table): Table {
  const own = <T extends { readonly local: boolean; readonly inheritedFrom: number }>(one: T): T => ({
    ...one,
    inheritedFrom: one.inheritedFrom - 1,
    local: one.local || one.inheritedFrom === 1,
  });
  return {
    ...table,
    inherits: table.inherits.filter((one) => idOf(one) !== idOf(parent)),
    columns: table.columns.map((column) => {
      const above = parent.columns.find(({ name }) => name === column.name);
      if (above === undefined) return column;
      const { notNullConstraint: constraint } = column;
      const isHandedDown = above.notNullConstraint !== undefined && !above.notNullConstraint.noInherit;
      return constraint === undefined || !isHandedDown
        ? own(column)
        : { ...own(column), notNullConstraint: own(constraint) };
    }),
    constraints: table.constraints.map((one) =>
      one.type === "check" && handsDown(parent, "constraint", one.name) ? own(one) : one,
    ),
  };
}

const idOf = ({ schema, name }: QualifiedName): ObjectId => objectId("table", schema, name);
