import type { AlterTableCmd } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { Column, ColumnStorage } from "../../model/column.ts";
import type { Options } from "../../model/names.ts";
import type { MaterializedView, View } from "../../model/view.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Relation } from "../relation.ts";
import { withOwner } from "./comments.ts";
import { withField } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { optionsReset, optionsSet, valueText } from "./options.ts";

type AnyView = Extract<Relation, { readonly kind: "view" | "materialized view" }>;

/** ALTER VIEW and ALTER MATERIALIZED VIEW. */
export function alterView(state: CatalogState, { kind, is }: AnyView, command: AlterTableCmd): void {
  const key = keyOf(is);
  const { maps } = state.store;
  if (kind === "view") {
    const view = maps.views.get(key);
    if (view !== undefined) {
      state.store.put("views", key, changed(view, command, state));
    }
    return;
  }
  const view = maps.materializedViews.get(key);
  if (view !== undefined) {
    state.store.put("materializedViews", key, materialized(changed(view, command, state), command));
  }
}

function changed<V extends View | MaterializedView>(view: V, command: AlterTableCmd, state: CatalogState): V {
  const list = nodeAs(command.def, "List")?.items;
  const columns = (change: (column: Column) => Column): V => ({
    ...view,
    columns: view.columns.map((column) => (column.name === command.name ? change(column) : column)),
  });
  switch (command.subtype) {
    case "AT_ChangeOwner":
      return withOwner(view, command.newowner?.rolename ?? state.user);
    case "AT_SetRelOptions":
      return withOptions(view, optionsSet(view.options, list));
    case "AT_ResetRelOptions":
      return withOptions(view, optionsReset(view.options, list));
    case "AT_ColumnDefault":
      return columns((column) =>
        withField(column, "default", command.def === undefined ? undefined : expressionText(command.def)),
      );
    case "AT_SetStatistics":
      return columns((column) => {
        const target = command.def === undefined ? -1 : Number(valueText(command.def));
        return withField(column, "statisticsTarget", target < 0 ? undefined : target);
      });
    case "AT_SetStorage":
      return columns((column) => ({
        ...column,
        storage: (namesOf(command.def)[0] ?? "").toLowerCase() as ColumnStorage,
      }));
    default:
      return view;
  }
}

function withOptions<V extends View | MaterializedView>(view: V, options: Options | undefined): V {
  const { options: _, ...rest } = view;
  return (options === undefined ? rest : { ...rest, options }) as V;
}

function materialized(view: MaterializedView, { subtype, name }: AlterTableCmd): MaterializedView {
  switch (subtype) {
    case "AT_ClusterOn":
    case "AT_DropCluster":
      return {
        ...view,
        indexes: view.indexes.map((index) => ({
          ...index,
          clustered: subtype === "AT_ClusterOn" && index.name === name,
        })),
      };
    case "AT_SetAccessMethod":
      return { ...view, accessMethod: name ?? "heap" };
    case "AT_SetTableSpace":
      return withField(view, "tablespace", name === "pg_default" ? undefined : name);
    default:
      return view;
  }
}
