import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { rangeNames, rangeText } from "../sql/object-name.ts";
import type { NodeOf, NodeTag, ParsedStatement } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { UndoItem } from "./plan.ts";

/** In which schema a statement finds the relations that it names, and makes new ones; as SQL writes it. */
export interface KnownSchemas {
  readonly creation: string;
  readonly byRelation: ReadonlyMap<string, string>;
}

/** Statements about rows; they can be as long as a file, and have no way back that needs a schema. */
const ROWS: ReadonlySet<string> = new Set<NodeTag>([
  "CopyStmt",
  "DeleteStmt",
  "InsertStmt",
  "MergeStmt",
  "SelectStmt",
  "UpdateStmt",
]);

/** @returns undefined where the catalog is not known for certain, or temporary objects may stand in front of it */
export function knownSchemas({ tag: kind, node }: ParsedStatement, state: CatalogState): KnownSchemas | undefined {
  if (!state.complete || ROWS.has(kind)) return undefined;
  const byRelation = new Map<string, string>();
  let isTemporary = false;
  // The relations that a way back asks for are the statement's own, not those of its expressions.
  for (const field of Object.values(node) as unknown[]) {
    const range = field as Partial<NodeOf<"RangeVar">> | null;
    if (typeof range !== "object" || range?.relname === undefined) continue;
    isTemporary ||= range.relpersistence === "t";
    const names = rangeNames(range);
    const found = state.relation({ schema: names.at(-2), name: names.at(-1) ?? "" });
    if (found !== undefined && "schema" in found.is) byRelation.set(rangeText(range), quoteIdentifier(found.is.schema));
  }
  return isTemporary ? undefined : { creation: quoteIdentifier(state.creationSchema), byRelation };
}

/** An undo whose schema is known needs not be looked up while the migration runs. */
export function withSchema(item: UndoItem, known: KnownSchemas | undefined): UndoItem {
  if (known === undefined || !("around" in item)) return item;
  const schema = item.schemaOf === null ? known.creation : known.byRelation.get(item.schemaOf);
  return schema === undefined ? item : { sql: `${item.around[0]}${schema}${item.around[1]}` };
}
