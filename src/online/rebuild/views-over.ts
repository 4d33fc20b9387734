import type { View } from "../../catalog/model/view.ts";
import { objectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { Shadow } from "./shadow.ts";

/** All that depends on the table, on a column, a constraint or an index of it, or on its row type. */
export function usersOf({ table, context }: Pick<Shadow, "table" | "context">): ReadonlySet<string> {
  const { schema, name, columns, constraints, indexes } = table;
  const ids = [
    objectId("table", schema, name),
    objectId("type", schema, name),
    ...columns.map((column) => objectId("column", schema, name, column.name)),
    ...constraints.map((one) => objectId("constraint", schema, name, one.name)),
    ...indexes.map((index) => objectId("index", schema, index.name)),
  ];
  return new Set(ids.flatMap((id) => context.state.dependentsOf(id)).map(({ from }) => from));
}

/** Those whose queries name it. */
export function viewsOver(shadow: Pick<Shadow, "table" | "context">): readonly View[] {
  const { views } = shadow.context.state.store.maps;
  return [...usersOf(shadow)].flatMap((id) => {
    const { kind, path } = objectPath(id);
    const [schema = "", name = ""] = path;
    return kind === "view" && path.length === 2 ? (views.get(keyOf({ schema, name })) ?? []) : [];
  });
}
