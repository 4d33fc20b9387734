import type { ObjectId } from "../catalog/object-id.ts";
import type { Node } from "./graph.ts";

/** Who makes, changes and takes away what. */
export interface Doers {
  readonly creators: Map<ObjectId, Node>;
  readonly droppers: Map<ObjectId, Node>;
  readonly alterers: Map<ObjectId, Node[]>;
}

export function enlist(made: Node, { creators, droppers, alterers }: Doers): void {
  const { creates = [], marks = [], drops = [], alters = [] } = made.action;
  for (const id of [...creates, ...marks]) creators.set(id, made);
  for (const id of drops) droppers.set(id, made);
  for (const id of alters) push(alterers, id, made);
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
