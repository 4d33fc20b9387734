import type { IndexStmt } from "libpg-query";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import type { MaterializedView } from "../../model/view.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { relationAt } from "../relation-at.ts";
import { freeIndexName, indexPartition, putIndex } from "./add-index.ts";
import type { Appliers } from "./applier.ts";
import { elementsOf, indexKey, indexNeeds, keyNames, PLAIN_INDEX } from "./build-index.ts";
import { depend } from "./edit.ts";
import { nameOfRange } from "./nodes.ts";
import { optionsOf } from "./options.ts";
import { spelled } from "./spelled.ts";

export const CREATE_INDEX_APPLIERS: Appliers = {
  IndexStmt(node, { state }) {
    const found = state.relation(nameOfRange(node.relation));
    if (found?.kind === "table" || found?.kind === "materialized view") {
      createIndex(node, found.is, state);
    }
  },
};

function createIndex(node: IndexStmt, on: Table | MaterializedView, state: CatalogState): void {
  const { schema } = on;
  if (
    node.if_not_exists === true &&
    node.idxname !== undefined &&
    relationAt(state.store, keyOf({ schema, name: node.idxname })) !== undefined
  ) {
    return;
  }
  const elements = elementsOf(node.indexParams);
  const include = elementsOf(node.indexIncludingParams).flatMap(({ name }) => name ?? []);
  const name = node.idxname ?? freeIndexName(state, on, [...keyNames(elements), ...include], "idx");
  const method = node.accessMethod ?? "btree";
  const options = optionsOf(node.options);
  const isPartitioned = "kind" in on && on.kind === "partitioned";
  const only = node.relation?.inh !== true;
  const index: TableIndex = {
    ...PLAIN_INDEX,
    name,
    method,
    unique: node.unique === true,
    nullsNotDistinct: node.nulls_not_distinct === true,
    keys: elements.map((element) => indexKey(element, method, on, state)),
    include,
    partitioned: isPartitioned,
    // ONLY leaves the partitions without one, and the index waits for theirs.
    valid: !(isPartitioned && only && state.partitionsOf(on).length > 0),
    ...(node.whereClause === undefined ? {} : { predicate: spelled(node.whereClause, { columns: on.columns, state }) }),
    ...(options === undefined ? {} : { options }),
    ...(node.tableSpace === undefined ? {} : { tablespace: node.tableSpace }),
  };
  putIndex(state, on, index);
  const kind = "kind" in on ? "table" : "materialized view";
  const needs = indexNeeds(
    [...elements, ...elementsOf(node.indexIncludingParams)],
    node.whereClause,
    on,
    objectId(kind, schema, on.name),
    state,
  );
  const id = objectId("index", schema, name);
  depend(state, id, needs.columns, "automatic");
  depend(state, id, needs.objects);
  for (const partition of only ? [] : state.partitionsOf(on)) {
    indexPartition(state, partition, on, name);
  }
}
