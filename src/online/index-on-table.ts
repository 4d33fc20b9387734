import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";

interface Target {
  readonly schema: string;
  readonly name: string;
  readonly only: boolean;
  readonly index: string;
}

/** The statement with the index's name and the table replaced; IF NOT EXISTS goes, for the name was found to be free. */
export function indexOnTable(sql: string, { schema, name, only, index }: Target): string {
  const tokens = tokenize(sql);
  const at = tokens.findIndex(({ kind, text }) => kind === "word" && text.toLowerCase() === "on");
  const isUnique = tokens[1]?.text.toLowerCase() === "unique";
  // Behind ON: [ONLY] name [. name]; then USING or the columns.
  let end = at + 1;
  if (tokens[end]?.kind === "word" && tokens[end]?.text.toLowerCase() === "only") end++;
  while (tokens[end + 1]?.text === ".") end += 2;
  const rest = sql.slice(tokens[end]?.end ?? sql.length);
  const table = quoteQualified({ schema, name });
  return `CREATE ${isUnique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(index)} ON ${only ? "ONLY " : ""}${table}${rest}`;
}
