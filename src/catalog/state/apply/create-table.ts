import type { ColumnDef, CreateStmt } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import type { Column } from "../../model/column.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers, Applying } from "./applier.ts";
import { nameOfRange } from "./nodes.ts";
import { typeReference } from "./type-reference.ts";

export const CREATE_TABLE_APPLIERS: Appliers = { CreateStmt: createTable };

function createTable(node: CreateStmt, { state }: Applying): void {
  const written = nameOfRange(node.relation);
  const name = { schema: written.schema ?? state.creationSchema, name: written.name };
  const columns = nodesAs(node.tableElts, "ColumnDef").map((one, place): Column => columnOf(one, place + 1, state));
  state.store.put("tables", keyOf(name), {
    ...name,
    kind: "ordinary",
    persistence: "permanent",
    owner: state.user,
    inherits: [],
    replicaIdentity: "default",
    rowSecurity: false,
    forceRowSecurity: false,
    columns,
    constraints: [],
    indexes: [],
    triggers: [],
    rules: [],
    policies: [],
  });
  state.store.sizes.set(keyOf(name), "new");
}

function columnOf(definition: ColumnDef, ordinal: number, state: Applying["state"]): Column {
  const constraints = nodesAs(definition.constraints, "Constraint");
  return {
    name: definition.colname ?? "",
    ordinal,
    type: typeReference(definition.typeName, state),
    notNull: constraints.some(({ contype }) => contype === "CONSTR_NOTNULL" || contype === "CONSTR_PRIMARY"),
    local: true,
    inheritedFrom: 0,
  };
}
