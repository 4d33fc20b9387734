import { nodesAs } from "../sql/node-as.ts";
import { parsedNode } from "../sql/parsed-node.ts";
import { relationName } from "./relation-name.ts";

/** A name with its schema where it is written. */
export interface StepTable {
  readonly schema?: string;
  readonly name: string;
}

/** The table that a typed step names, as in SQL; undefined where the text is no name of one. */
export function stepTable(text: string): StepTable | undefined {
  const from = nodesAs(parsedNode(`SELECT FROM ${text}`, "SelectStmt")?.fromClause, "RangeVar");
  const [range] = from;
  const isName =
    from.length === 1 && range?.alias === undefined && parsedNode(`TABLE ${text}`, "SelectStmt") !== undefined;
  if (!isName) return undefined;
  const { schema, name } = relationName(range);
  return schema === undefined ? { name } : { schema, name };
}
