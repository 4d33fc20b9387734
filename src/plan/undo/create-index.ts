import type { IndexStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { dotted, rangeNames, rangeText } from "../../sql/object-name.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { generatedName, relationNameTaken } from "./generated-name.ts";
import { indexNameParts } from "./index-name.ts";
import { inSchemaOf, relationTarget } from "./relation.ts";
import { constant, one, text, when } from "./sql-text.ts";

/** An index lives in its table's schema, whatever the search path. */
export function undoCreateIndex(statement: IndexStmt, circumstances: Circumstances): readonly UndoItem[] {
  const { relation, idxname, concurrent } = statement;
  const ifExists = circumstances.ifExists ? "IF EXISTS " : "";
  const drop = `DROP INDEX ${concurrent === true ? "CONCURRENTLY " : ""}${ifExists}`;
  const names = rangeNames(relation);
  if (idxname === undefined) return dropUnnamed(statement, drop);
  const [schema] = names;
  if (schema !== undefined && names.length > 1 && statement.if_not_exists !== true) {
    return [{ sql: `${drop}${dotted([schema, idxname])}` }];
  }
  if (statement.if_not_exists !== true) {
    return [inSchemaOf(rangeText(relation), `.${quoteIdentifier(idxname)}`, (index) => `${drop}${index}`)];
  }
  const index = text`${IN_SCHEMA}.${constant(quoteIdentifier(idxname))}`;
  const dropIt = text`${constant(drop)}${index}`;
  return [capture(relationTarget(relation), when(`to_regclass(${index}) IS NULL`, dropIt))];
}

/** The table's schema; a temporary one goes by its alias. */
const IN_SCHEMA = "CASE t.relpersistence WHEN 't' THEN 'pg_temp' ELSE t.relnamespace::regnamespace::text END";

function dropUnnamed(statement: IndexStmt, drop: string): readonly UndoItem[] {
  const { relation, concurrent, indexParams, indexIncludingParams } = statement;
  const columns = indexNameParts([...nodesAs(indexParams, "IndexElem"), ...nodesAs(indexIncludingParams, "IndexElem")]);
  if (concurrent === true || columns === undefined) {
    return refused(
      `the index on ${relation?.relname} has no name, and the one PostgreSQL will choose is not certain; name it`,
    );
  }
  const name = generatedName(relation?.relname ?? "", columns, "idx", relationNameTaken("t.relnamespace"));
  return [capture(relationTarget(relation), one(text`${constant(drop)}${IN_SCHEMA}.${`quote_ident(${name})`}`))];
}
