import type { IntoClause, SelectStmt } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import type { Column } from "../../model/column.ts";
import { type ObjectId, objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers, Applying } from "./applier.ts";
import { emptyTable, isThere, newRelation, putNewTable } from "./create-table.ts";
import { recordType } from "./define-column.ts";
import { depend, withField } from "./edit.ts";
import { isUnknown } from "./inferred-type.ts";
import { nameOfRange } from "./nodes.ts";
import { optionsOf } from "./options.ts";
import { type QueryColumn, queryShape, renamed } from "./query-columns.ts";
import { typeId } from "./references.ts";
import { applySetConfig } from "./settings.ts";

/** Views, materialized views, and tables made from queries. */
export const VIEW_APPLIERS: Appliers = {
  ViewStmt(node, applying) {
    const { state } = applying;
    const name = newRelation(node.view, state);
    const { columns, needs } = shape(nodeAs(node.query, "SelectStmt"), namesOf(node.aliases), applying);
    const before = node.replace === true ? state.store.maps.views.get(keyOf(name)) : undefined;
    const options = {
      ...optionsOf(node.options),
      ...(node.withCheckOption === "LOCAL_CHECK_OPTION" ? { check_option: "local" } : {}),
      ...(node.withCheckOption === "CASCADED_CHECK_OPTION" ? { check_option: "cascaded" } : {}),
    };
    const kept =
      before === undefined ? { owner: state.user, triggers: [], rules: [] } : withField(before, "options", undefined);
    const made = viewColumns(columns).map((column) => {
      const old = before?.columns.find((one) => one.name === column.name);
      return { ...column, ...(old?.comment === undefined ? {} : { comment: old.comment }) };
    });
    state.store.put("views", keyOf(name), {
      ...kept,
      schema: name.schema,
      name: name.name,
      definition: "",
      columns: made,
      ...(Object.keys(options).length === 0 ? {} : { options }),
    });
    recordNeeds(state, objectId("view", name.schema, name.name), made, needs);
  },
  CreateTableAsStmt(node, applying) {
    const query = nodeAs(node.query, "SelectStmt");
    if (query !== undefined && node.into !== undefined) {
      createFromQuery(query, node.into, node.objtype === "OBJECT_MATVIEW", node.if_not_exists === true, applying);
    } else if (node.into !== undefined) {
      applying.unfollowed("the columns of a table made by EXECUTE");
    }
  },
  SelectStmt(node, applying) {
    const into = node.intoClause ?? node.larg?.intoClause;
    if (into !== undefined) {
      createFromQuery(node, into, false, false, applying);
      return;
    }
    calls(node, applying);
  },
  RefreshMatViewStmt(node, { state }) {
    const found = state.relation(nameOfRange(node.relation));
    if (found?.kind === "materialized view") {
      const populated = node.skipData !== true;
      state.store.put("materializedViews", keyOf(found.is), { ...found.is, populated });
      state.store.sizes.set(keyOf(found.is), populated ? "filled" : "new");
    }
  },
};

function createFromQuery(
  query: SelectStmt,
  into: IntoClause,
  isMaterialized: boolean,
  ifNotExists: boolean,
  applying: Applying,
): void {
  const { state } = applying;
  const name = newRelation(into.rel, state);
  if (ifNotExists && isThere(state, name)) {
    return;
  }
  const { columns, needs } = shape(query, namesOf(into.colNames), applying);
  const options = optionsOf(into.options);
  const { accessMethod = "heap", tablespace, ...table } = emptyTable(name, state);
  const space = into.tableSpaceName ?? tablespace;
  const shared = {
    ...(options === undefined ? {} : { options }),
    accessMethod: into.accessMethod ?? accessMethod,
    ...(space === undefined ? {} : { tablespace: space }),
  };
  const made = viewColumns(columns);
  if (isMaterialized) {
    state.store.put("materializedViews", keyOf(name), {
      schema: name.schema,
      name: name.name,
      owner: state.user,
      definition: "",
      populated: into.skipData !== true,
      columns: made,
      indexes: [],
      ...shared,
    });
    recordNeeds(state, objectId("materialized view", name.schema, name.name), made, needs);
  } else {
    putNewTable(state, { ...table, ...shared, columns: made }, into.onCommit);
    for (const column of made) {
      recordType(column, name, state);
    }
  }
  state.store.sizes.set(keyOf(name), into.skipData === true ? "new" : "filled");
}

function shape(
  query: SelectStmt | undefined,
  names: readonly string[],
  { state, unfollowed }: Applying,
): { readonly columns: readonly QueryColumn[]; readonly needs: readonly ObjectId[] } {
  if (query === undefined) {
    return { columns: [], needs: [] };
  }
  const { columns, needs } = queryShape(query, state);
  for (const column of columns.filter(({ type }) => isUnknown(type))) {
    unfollowed(`the type of the column ${column.name}`);
  }
  return { columns: renamed(columns, names), needs };
}

const viewColumns = (columns: readonly QueryColumn[]): readonly Column[] =>
  columns.map((column, place) => ({ ...column, ordinal: place + 1, notNull: false, local: true, inheritedFrom: 0 }));

/** A view needs the types of its columns by its query, and its columns need them too. */
function recordNeeds(state: CatalogState, id: ObjectId, columns: readonly Column[], needs: readonly ObjectId[]): void {
  state.store.setDependencies(id, []);
  // A relation counts by its columns; as a whole only when none of them is used.
  const used = new Set(needs.filter((one) => one.startsWith("column:")).map((one) => one.slice("column:".length)));
  const isUsed = (relation: ObjectId): boolean => {
    const path = relation.slice(relation.indexOf(":") + 1);
    return [...used].some((column) => column.startsWith(`${path}.`));
  };
  depend(
    state,
    id,
    needs.filter((one) => !/^(table|view|materialized view):/.test(one) || !isUsed(one)),
  );
  const name = id.slice(id.indexOf(":") + 1);
  for (const column of columns) {
    const types = typeId(column.type, state);
    const columnId = `column:${name}.${quoteIdentifier(column.name)}`;
    state.store.setDependencies(columnId, []);
    depend(state, columnId, types);
  }
}

/** Functions that a query calls do what nobody sees here, but set_config is followed. */
function calls(node: SelectStmt, { state, unfollowed }: Applying): void {
  for (const target of node.targetList ?? []) {
    const call = nodeAs(nodeAs(target, "ResTarget")?.val, "FuncCall");
    const names = namesOf(call?.funcname);
    if (names.at(-1) === "set_config") {
      applySetConfig(call?.args ?? [], state);
    } else if (
      call !== undefined &&
      state.routinesNamed({ schema: names.at(-2), name: names.at(-1) ?? "" }).length > 0
    ) {
      unfollowed(`what the function ${names.join(".")} does`);
    }
  }
}
