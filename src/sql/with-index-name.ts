import { quoteIdentifier } from "./quote.ts";
import { tokenize } from "./tokens.ts";

/** Puts its name into the text of an unnamed `CREATE INDEX`; names of indexes never have a schema. */
export function withIndexName(sql: string, name: string): string {
  const on = tokenize(sql).find(({ kind, text }) => kind === "word" && text.toLowerCase() === "on");
  const at = on?.start ?? 0;
  return `${sql.slice(0, at)}${quoteIdentifier(name)} ${sql.slice(at)}`;
}
