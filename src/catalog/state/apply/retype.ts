import { quoteQualified } from "../../../sql/quote.ts";
import type { QualifiedName, TypeReference } from "../../model/names.ts";
import { routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { renameId } from "./rename-id.ts";

/** Says a type's new name wherever the type is used. */
export function retype(state: CatalogState, before: QualifiedName, after: QualifiedName): void {
  const { store } = state;
  const { maps } = store;
  const [oldText, newText] = [quoteQualified(before), quoteQualified(after)];
  const next = <T extends { readonly type: TypeReference }>(one: T): T =>
    keyOf(one.type) === keyOf(before) ? { ...one, type: reference(one.type) } : one;
  const reference = (type: TypeReference): TypeReference =>
    keyOf(type) === keyOf(before)
      ? { ...type, schema: after.schema, name: after.name, text: type.text.replace(oldText, () => newText) }
      : type;
  for (const user of store.linked("typeUsers", keyOf(before))) {
    const key = user.slice(user.indexOf(" ") + 1);
    const table = maps.tables.get(key);
    const view = maps.views.get(key);
    const materialized = maps.materializedViews.get(key);
    const domain = maps.domains.get(key);
    const composite = maps.composites.get(key);
    const range = maps.ranges.get(key);
    if (user.startsWith("type ")) {
      if (domain !== undefined) {
        store.put("domains", key, { ...domain, base: reference(domain.base) });
      }
      if (composite !== undefined) {
        store.put("composites", key, { ...composite, attributes: composite.attributes.map(next) });
      }
      if (range !== undefined) {
        store.put("ranges", key, { ...range, subtype: reference(range.subtype) });
      }
      continue;
    }
    if (table !== undefined) {
      const isOf = table.ofType !== undefined && keyOf(table.ofType) === keyOf(before);
      store.put("tables", key, {
        ...table,
        columns: table.columns.map(next),
        ...(isOf ? { ofType: { schema: after.schema, name: after.name } } : {}),
      });
    }
    if (view !== undefined) {
      store.put("views", key, { ...view, columns: view.columns.map(next) });
    }
    if (materialized !== undefined) {
      store.put("materializedViews", key, { ...materialized, columns: materialized.columns.map(next) });
    }
  }
  retypeRoutines(state, oldText, newText);
}

function retypeRoutines(state: CatalogState, before: string, after: string): void {
  for (const [key, routines] of [...state.store.maps.routines.entries()]) {
    if (!routines.some((one) => `${one.arguments} ${one.result ?? ""}`.includes(before))) {
      continue;
    }
    state.store.put(
      "routines",
      key,
      routines.map((one) => {
        const identityArguments = one.identityArguments.replaceAll(before, () => after);
        const changed = {
          ...one,
          identityArguments,
          arguments: one.arguments.replaceAll(before, () => after),
          ...(one.signature === undefined ? {} : { signature: one.signature.replaceAll(before, () => after) }),
        };
        renameId(state, routineId(one), routineId(changed));
        return one.result === undefined ? changed : { ...changed, result: one.result.replaceAll(before, () => after) };
      }),
    );
  }
}
