import type { Catalog } from "../../catalog/catalog.ts";
import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { elementsOf } from "../elements-of.ts";
import type { Change, DiffStatement, Rename } from "../schema-diff.ts";
import { idPath } from "./id-path.ts";
import { renameCatalog } from "./rename-catalog.ts";
import { renameStatements } from "./rename-statements.ts";

/** The statements that rename, and the catalog as it is behind them. */
export function withNewNames(
  from: Catalog,
  to: Catalog,
  renames: readonly Rename[],
): { readonly catalog: Catalog; readonly statements: readonly DiffStatement[] } {
  const elements = elementsOf(from);
  const there = renames.filter((rename) => elements.has(rename.from));
  const catalog = renameCatalog(from, there);
  // What moves into a schema that is not there yet.
  const known = new Set(catalog.schemas.map(({ name }) => name));
  const wanted = new Set(there.map((rename) => idPath(rename.to)).flatMap(({ path }) => path.slice(0, -1).slice(0, 1)));
  const made = to.schemas.filter(({ name }) => wanted.has(name) && !known.has(name));
  return {
    catalog: { ...catalog, schemas: [...catalog.schemas, ...made.map(({ name, owner }) => ({ name, owner }))] },
    statements: [
      ...made.map(({ name, owner }) => ({
        sql: `CREATE SCHEMA ${quoteIdentifier(name)} AUTHORIZATION ${quoteIdentifier(owner)}`,
        for: [objectId("schema", name)],
      })),
      ...renameStatements(there, (id) => elements.get(id)),
    ],
  };
}

/** Renames as changes. */
export function renamed(from: Catalog, to: Catalog, renames: readonly Rename[]): Change[] {
  const [before, after] = [elementsOf(from), elementsOf(to)];
  return renames.flatMap((rename): Change[] => {
    const [old, now] = [before.get(rename.from), after.get(rename.to)];
    return old === undefined || now === undefined
      ? []
      : [{ type: "renamed", id: rename.to, kind: now.kind, before: old, after: now }];
  });
}
