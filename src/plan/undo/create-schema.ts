import type { CreateSchemaStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { around } from "./relation.ts";
import { roleOid } from "./role.ts";
import { one } from "./sql-text.ts";

/** The schema goes without CASCADE: what was put into it since keeps it. Its own elements go before it. */
export function undoCreateSchema(statement: CreateSchemaStmt, { ifExists }: Circumstances): readonly UndoItem[] {
  const { schemaname, authrole } = statement;
  const drops = (schema: string): readonly string[] => [
    ...dropElements(statement, schema),
    `DROP SCHEMA ${ifExists ? "IF EXISTS " : ""}${schema}`,
  ];
  if (schemaname !== undefined && statement.if_not_exists !== true) {
    return drops(quoteIdentifier(schemaname)).map((sql) => ({ sql }));
  }
  const name = schemaname === undefined ? `pg_get_userbyid(${roleOid(authrole)})` : quoteLiteral(schemaname);
  return [
    capture(
      `SELECT n.nspname FROM (SELECT quote_ident(${name}) AS nspname) n WHERE to_regnamespace(n.nspname) IS NULL`,
      ...drops("\u0000").map((drop) => one(around((schema) => drop.replaceAll("\u0000", schema), "t.nspname"))),
    ),
  ];
}

/** Views may lean on each other and on tables, tables on each other and on sequences: each kind goes in one statement. */
function dropElements({ schemaElts }: CreateSchemaStmt, schema: string): readonly string[] {
  const kinds = [
    ["VIEW", nodesAs(schemaElts, "ViewStmt").map(({ view }) => view)],
    ["TABLE", nodesAs(schemaElts, "CreateStmt").map(({ relation }) => relation)],
    // A sequence that a column owns went with its table.
    ["SEQUENCE IF EXISTS", nodesAs(schemaElts, "CreateSeqStmt").map(({ sequence }) => sequence)],
  ] as const;
  return kinds.flatMap(([keyword, relations]) => {
    const names = relations.map((relation) => `${schema}.${quoteIdentifier(relation?.relname ?? "")}`);
    return names.length === 0 ? [] : [`DROP ${keyword} ${names.join(", ")}`];
  });
}
