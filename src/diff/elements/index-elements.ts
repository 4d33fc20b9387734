import type { TableIndex } from "../../catalog/model/table-index.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { OnRelation } from "../element-values.ts";
import type { Collector } from "./collector.ts";

/** @param after what comes before those that no index above has taken up */
export function collectIndex(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  index: TableIndex,
  after: readonly ObjectId[] = [],
): void {
  if (index.constraint !== undefined) {
    collectConstraintIndex(collector, on, index, index.constraint);
    return;
  }
  const { comment: _, definition: text, replicaIdentity: __, clustered: ___, ...value } = index;
  const id = objectId("index", on.schema, index.name);
  collector.add(
    "index",
    id,
    { ...value, on },
    {
      parent,
      needs: index.parent === undefined ? [] : [objectId("index", index.parent.schema, index.parent.name)],
      ...(index.parent === undefined && after.length > 0 ? { after } : {}),
      claims: [`relation ${on.schema}.${index.name}`],
      text,
      governed: index,
    },
  );
}

function collectConstraintIndex(
  collector: Collector,
  on: OnRelation["on"],
  index: TableIndex,
  constraint: string,
): void {
  const { name, options, tablespace, keys } = index;
  const targets = keys.flatMap(({ statisticsTarget }, place) =>
    statisticsTarget === undefined ? [] : [[String(place + 1), statisticsTarget] as const],
  );
  const value = {
    on,
    name,
    constraint,
    ...(options === undefined ? {} : { options }),
    ...(tablespace === undefined ? {} : { tablespace }),
    ...(targets.length === 0 ? {} : { statisticsTargets: Object.fromEntries(targets) }),
  };
  collector.add("constraint index", objectId("index", on.schema, name), value, {
    parent: objectId("constraint", on.schema, on.name, constraint),
    governed: index,
  });
}

/** CLUSTER ON. */
export function collectClusterMark(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  indexes: readonly TableIndex[],
): void {
  const clustered = indexes.find((index) => index.clustered);
  if (clustered !== undefined) {
    const index = indexElement(on, clustered);
    const value = { on, index: clustered.name };
    collector.add("cluster mark", `cluster mark:${parent}`, value, { parent, needs: [index], goesWith: [index] });
  }
}

/** The element that an index of the relation stands in: CLUSTER and REPLICA IDENTITY name it. */
export const indexElement = (on: OnRelation["on"], index: TableIndex): ObjectId =>
  objectId("index", on.schema, index.name);
