import { nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { type ParsedStatement, taggedNode } from "../../../sql/parse-statement.ts";
import type { Publication } from "../../model/replication.ts";
import type { CatalogState } from "../catalog-state.ts";
import type { Appliers } from "./applier.ts";
import { expressionText } from "./expression-text.ts";
import { nameOfRange } from "./nodes.ts";
import { valueText } from "./options.ts";
import { rolesOf } from "./triggers.ts";

/** Schemas, extensions and publications; `apply` follows the elements of CREATE SCHEMA. */
export const schemaAppliers = (apply: (statement: ParsedStatement, state: CatalogState) => void): Appliers => ({
  CreateSchemaStmt(node, { state }) {
    const role = node.authrole === undefined ? undefined : rolesOf([{ RoleSpec: node.authrole }], state)[0];
    const name = node.schemaname ?? role ?? "";
    if (!state.store.maps.schemas.has(name)) {
      state.store.put("schemas", name, { name, owner: role ?? state.user });
    }
    const path = state.setting("search_path");
    state.store.settings.set("search_path", `"${name.replaceAll('"', '""')}"`);
    for (const element of node.schemaElts ?? []) {
      apply(taggedNode(element), state);
    }
    if (path === undefined) {
      state.store.settings.delete("search_path");
    } else {
      state.store.settings.set("search_path", path);
    }
  },
  CreateExtensionStmt(node, { state, unfollowed }) {
    const name = node.extname ?? "";
    const options = new Map(nodesAs(node.options, "DefElem").map(({ defname = "", arg }) => [defname, arg]));
    if (state.store.maps.extensions.has(name)) {
      return;
    }
    const text = (option: string): string | undefined => {
      const arg = options.get(option);
      return arg === undefined ? undefined : valueText(arg);
    };
    const schema = text("schema") ?? state.creationSchema;
    state.store.put("extensions", name, { name, version: text("new_version") ?? "", schema, owner: state.user });
    unfollowed(`what the extension ${name} brings`);
  },
  AlterExtensionStmt(node, { state }) {
    const found = state.store.maps.extensions.get(node.extname ?? "");
    const [option] = nodesAs(node.options, "DefElem");
    if (found !== undefined && option?.arg !== undefined) {
      state.store.put("extensions", found.name, { ...found, version: valueText(option.arg) });
    }
  },
  CreatePublicationStmt(node, { state }) {
    const name = node.pubname ?? "";
    const made: Publication = {
      name,
      owner: state.user,
      allTables: node.for_all_tables === true,
      publishes: EVENTS,
      viaPartitionRoot: false,
      generatedColumns: "none",
      tables: [],
      schemas: [],
    };
    const { tables, schemas } = published(node.pubobjects, state);
    state.store.put("publications", name, withOptions({ ...made, tables, schemas }, node.options));
  },
  AlterPublicationStmt(node, { state }) {
    const found = state.store.maps.publications.get(node.pubname ?? "");
    if (found === undefined) {
      return;
    }
    const { tables, schemas } = published(node.pubobjects, state);
    const named = (list: Publication["tables"]): ReadonlySet<string> =>
      new Set(list.map(({ schema, name }) => `${schema}\u0000${name}`));
    const gone = named(tables);
    const without = found.tables.filter(({ schema, name }) => !gone.has(`${schema}\u0000${name}`));
    const objects: Pick<Publication, "tables" | "schemas"> =
      node.pubobjects === undefined
        ? found
        : node.action === "AP_DropObjects"
          ? { tables: without, schemas: found.schemas.filter((one) => !schemas.includes(one)) }
          : node.action === "AP_SetObjects"
            ? { tables, schemas }
            : { tables: [...without, ...tables], schemas: [...found.schemas, ...schemas] };
    const next = {
      ...found,
      tables: objects.tables.toSorted((a, b) => (`${a.schema}\u0000${a.name}` < `${b.schema}\u0000${b.name}` ? -1 : 1)),
      schemas: objects.schemas.toSorted(),
    };
    state.store.put("publications", found.name, withOptions(next, node.options));
  },
});

const EVENTS: Publication["publishes"] = ["insert", "update", "delete", "truncate"];

function published(nodes: Parameters<typeof nodesAs>[0], state: CatalogState): Pick<Publication, "tables" | "schemas"> {
  const objects = nodesAs(nodes, "PublicationObjSpec");
  return {
    tables: objects
      .flatMap(({ pubtable }) => pubtable ?? [])
      .map((table) => {
        const { schema, name } = state.resolved(nameOfRange(table.relation));
        return {
          schema,
          name,
          ...(table.columns === undefined ? {} : { columns: namesOf(table.columns) }),
          ...(table.whereClause === undefined ? {} : { where: expressionText(table.whereClause) }),
        };
      }),
    schemas: objects
      .filter(({ pubtable }) => pubtable === undefined)
      .map((one) => one.name ?? state.creationSchema)
      .toSorted(),
  };
}

function withOptions(publication: Publication, nodes: Parameters<typeof nodesAs>[0]): Publication {
  let next = publication;
  for (const { defname, arg } of nodesAs(nodes, "DefElem")) {
    const text = arg === undefined ? "true" : valueText(arg);
    if (defname === "publish") {
      const words = text.split(",").map((word) => word.trim());
      next = { ...next, publishes: EVENTS.filter((event) => words.includes(event)) };
    } else if (defname === "publish_via_partition_root") {
      next = { ...next, viaPartitionRoot: text === "true" || text === "1" || text === "on" };
    } else if (defname === "publish_generated_columns") {
      next = { ...next, generatedColumns: arg === undefined || text === "stored" ? "stored" : "none" };
    }
  }
  return next;
}
