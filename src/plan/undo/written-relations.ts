import type { RangeVar, UpdateStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { walk } from "../../sql/walk.ts";

const WRITES = /^(Insert|Update|Delete|Merge)Stmt$/;

/** Every relation whose rows a statement changes, in WITH clauses too. */
export function writtenRelations(tag: string, node: object): readonly RangeVar[] {
  const relations: RangeVar[] = [];
  const visit = (name: string, fields: { readonly relation?: RangeVar }): void => {
    if (WRITES.test(name) && fields.relation !== undefined) relations.push(fields.relation);
  };
  visit(tag, node);
  walk(node, visit);
  return relations;
}

/** The columns an UPDATE sets. */
export const columnsSet = ({ targetList }: UpdateStmt): readonly string[] =>
  nodesAs(targetList, "ResTarget").map(({ name = "" }) => name);
