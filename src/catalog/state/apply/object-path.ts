import type { ObjectId } from "../../object-id.ts";

/** An id taken apart: the kind, and the names from the outside in. */
export interface ObjectPath {
  readonly kind: string;
  readonly path: readonly string[];
}

/** The reverse of `objectId`. Of a routine the last part is its name, without the arguments. */
export function objectPath(id: ObjectId): ObjectPath {
  const colon = id.indexOf(":");
  const kind = id.slice(0, colon);
  const path = Array.from(
    id.slice(colon + 1).matchAll(/(?:^|\.)(?:"((?:[^"]|"")*)"|([^".(]+))/gy),
    ([, quoted, plain = ""]) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')),
  );
  return { kind, path };
}
