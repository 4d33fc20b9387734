import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import { one, type StatementsExpression, type TextExpression } from "./sql-text.ts";

/** Names in `SET (a = 1, toast.b = 2)`, `RESET (a)`. */
interface OptionName {
  readonly namespace: string | undefined;
  readonly name: string;
}

const optionNames = (list: PgNode | undefined): readonly OptionName[] =>
  nodesAs(nodeAs(list, "List")?.items, "DefElem").map(({ defnamespace, defname }) => ({
    namespace: defnamespace,
    name: defname ?? "",
  }));

/**
 * Puts every option that `SET (…)` or `RESET (…)` names back to what stands in the catalog: `beginning` is the
 * statement up to SET, `stored` gives the expression of type text[] that holds the options of a namespace.
 */
export const restoreOptions = (
  list: PgNode | undefined,
  beginning: TextExpression,
  stored: (namespace: string | undefined) => string,
): readonly StatementsExpression[] =>
  optionNames(list).map(({ namespace, name }) => {
    const written = namespace === undefined ? quoteIdentifier(name) : `${namespace}.${quoteIdentifier(name)}`;
    const old = `(SELECT ${quoteLiteral(`SET (${written} = `)} || quote_literal(o.option_value) || ')'
        FROM pg_options_to_table(${stored(namespace)}) o WHERE o.option_name = ${quoteLiteral(name)})`;
    return one(`(${beginning} || coalesce(${old}, ${quoteLiteral(`RESET (${written})`)}))`);
  });
