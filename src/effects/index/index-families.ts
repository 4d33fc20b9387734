import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { ParsedStatement } from "../../sql/parse-statement.ts";
import type { Families } from "../family.ts";
import { writtenName } from "../written-name.ts";
import { alterIndex } from "./alter-index.ts";
import { createIndex } from "./create-index.ts";
import { dropIndexes } from "./drop-index.ts";
import { reindex } from "./reindex.ts";
import { renameIndex } from "./rename-index.ts";

export const INDEX_FAMILIES: Families = { IndexStmt: createIndex, ReindexStmt: reindex };

/** Statements that are told apart from those on other objects by `isAboutIndex` only. */
export const INDEX_FORMS: Families = {
  AlterTableStmt: alterIndex,
  DropStmt: dropIndexes,
  RenameStmt: renameIndex,
};

/** Whether a statement of `INDEX_FORMS` is about an index: it says so, or what ALTER TABLE names is one. */
export function isAboutIndex(statement: ParsedStatement, state: CatalogState): boolean {
  switch (statement.tag) {
    case "DropStmt":
      return statement.node.removeType === "OBJECT_INDEX";
    case "AlterTableStmt":
      return statement.node.objtype === "OBJECT_INDEX" || isIndex(statement.node, state);
    case "RenameStmt":
      return statement.node.renameType === "OBJECT_INDEX" || isTableRename(statement.node, state);
    default:
      return false;
  }
}

type Named = { readonly relation?: Parameters<typeof writtenName>[0] };

const isIndex = ({ relation }: Named, state: CatalogState): boolean =>
  state.relation(writtenName(relation))?.kind === "index";

const isTableRename = (node: Named & { readonly renameType?: string }, state: CatalogState): boolean =>
  node.renameType === "OBJECT_TABLE" && isIndex(node, state);
