import type { ObjectId } from "../../catalog/object-id.ts";

/** What an id says: the kind, the names from the outside in, and for a routine what stands behind them. */
export interface IdPath {
  readonly kind: string;
  readonly path: readonly string[];
  /** `(integer)` */
  readonly rest: string;
}

const NAME = /"((?:[^"]|"")*)"|([^".(]+)/y;

export function idPath(id: ObjectId): IdPath {
  const colon = id.indexOf(":");
  const path: string[] = [];
  NAME.lastIndex = colon + 1;
  for (let found = NAME.exec(id); found !== null; found = NAME.exec(id)) {
    path.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (id[NAME.lastIndex] !== ".") {
      return { kind: id.slice(0, colon), path, rest: id.slice(NAME.lastIndex) };
    }
    NAME.lastIndex += 1;
  }
  return { kind: id.slice(0, colon), path, rest: "" };
}
