import type { Routine } from "../../catalog/model/routine.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { nameOfParts } from "../written-name.ts";
import { nodesBelow, parseExpression } from "./expression.ts";
import { factsOfMajor } from "./facts-of-version.ts";
import { STEADY_FUNCTIONS, VOLATILE_FUNCTIONS } from "./type-facts.ts";

/**
 * Whether a DEFAULT may give another value for each row, so that a new column cannot take one value for all of them.
 * CURRENT_TIMESTAMP and now() are stable: one value for the whole statement.
 *
 * Source: `ATExecAddColumn` in `src/backend/commands/tablecmds.c` asks `contain_volatile_functions` of the planned
 * expression; nextval counts. So does a function that nobody has heard of.
 */
export const isVolatile = (expression: PgNode | undefined, state: CatalogState): boolean =>
  nodesBelow(expression, "FuncCall").some((call) =>
    callIsVolatile(namesOf(call["funcname"] as readonly PgNode[]), countOf(call["args"]), state),
  );

const countOf = (args: unknown): number => (Array.isArray(args) ? args.length : 0);

function callIsVolatile(names: readonly string[], args: number, state: CatalogState): boolean {
  const written = nameOfParts(names);
  if (written.schema === undefined || written.schema === "pg_catalog") {
    if (namesIn(VOLATILE_FUNCTIONS, state.major).has(written.name)) return true;
    if (namesIn(STEADY_FUNCTIONS, state.major).has(written.name)) return false;
  }
  const routines = state.routinesNamed(written);
  const taken = routines.filter((routine) => takes(routine, args));
  const meant = taken.length > 0 ? taken : routines;
  if (meant.length === 0)
    return OF_EXTENSIONS.has(written.name) || (!state.complete && written.schema !== "pg_catalog");
  return meant.some((routine) => routine.volatility === "volatile" && !isInlined(routine, state));
}

/** Volatile functions of uuid-ossp and pgcrypto: the catalog does not hold what belongs to extensions. */
const OF_EXTENSIONS: ReadonlySet<string> = new Set([
  "uuid_generate_v1",
  "uuid_generate_v1mc",
  "uuid_generate_v4",
  "gen_random_bytes",
  "gen_salt",
]);

/** Arguments with defaults may be left out; a type's own commas stand in brackets. */
const takes = ({ identityArguments }: Routine, args: number): boolean =>
  identityArguments
    .replaceAll(/\([^)]*\)/g, "")
    .split(",")
    .filter((one) => one.trim() !== "").length >= args;

/**
 * The planner puts the body of a simple SQL function in the place of its call; what counts then is how volatile the body
 * is, whatever the function was declared as.
 *
 * Source: `inline_function` in `src/backend/optimizer/util/clauses.c`.
 */
function isInlined(routine: Routine, state: CatalogState): boolean {
  if (routine.language !== "sql" || routine.securityDefiner || routine.strict || routine.settings !== undefined) {
    return false;
  }
  const expression = onlyExpression(routine);
  return expression !== undefined && !isVolatile(expression, state);
}

function onlyExpression({ body, sqlBody }: Routine): PgNode | undefined {
  const text =
    sqlBody === undefined ? /^\s*SELECT\s+(.*?);?\s*$/is.exec(body ?? "") : /^\s*RETURN\s+(.*)$/is.exec(sqlBody);
  const expression = text?.[1];
  if (expression === undefined || /\b(from|where|group|limit|union|for|with|select)\b/i.test(expression))
    return undefined;
  return parseExpression(expression);
}

const known = new Map<string, Map<number, ReadonlySet<string>>>();

function namesIn(list: string, major: number): ReadonlySet<string> {
  const byMajor = known.get(list) ?? new Map<number, ReadonlySet<string>>();
  known.set(list, byMajor);
  const names = byMajor.get(major) ?? new Set(factsOfMajor(list, major).map(([name = ""]) => name));
  byMajor.set(major, names);
  return names;
}
