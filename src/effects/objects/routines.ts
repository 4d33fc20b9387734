import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { Family } from "../family.ts";
import { lockSources, parsedQueries } from "../lock-sources.ts";

/**
 * CREATE FUNCTION and PROCEDURE. A body in SQL is looked through at once, which locks what it names; other languages read
 * theirs when it is called.
 *
 * Source: `fmgr_sql_validator` in `src/backend/catalog/pg_proc.c`.
 */
export const createRoutine: Family<"CreateFunctionStmt"> = (node, state, effects) => {
  if (node.sql_body !== undefined) lockSources(node.sql_body, state, effects, "named");
  else if (languageOf(node) === "sql" && state.setting("check_function_bodies") !== "off") {
    lockSources(parsedQueries(bodyOf(node)), state, effects, "named");
  }
};

const optionOf = (node: NodeOf<"CreateFunctionStmt">, name: string) =>
  nodesAs(node.options, "DefElem").find(({ defname }) => defname === name)?.arg;

const languageOf = (node: NodeOf<"CreateFunctionStmt">): string => namesOf(optionOf(node, "language"))[0] ?? "sql";

const bodyOf = (node: NodeOf<"CreateFunctionStmt">): string =>
  namesOf(nodeAs(optionOf(node, "as"), "List")?.items)[0] ?? "";
