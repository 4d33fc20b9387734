import { type Token, tokenize } from "../../sql/tokens.ts";

/**
 * Stands in the SQL of a sweep for the moment at which it began: `now()` is one moment for a whole statement, and each
 * batch is a statement of its own. Whoever runs the sweep puts the moment in its place.
 */
export const SWEEP_BEGAN = "lockkeeper.sweep_began()";

/** `now()` and its kin in `sql`, with the moment at which the sweep began in their place. */
export function bindMoments(sql: string): string {
  const tokens = tokenize(sql);
  let bound = "";
  let from = 0;
  for (let at = 0; at < tokens.length; at++) {
    const found = momentAt(tokens, at);
    if (found === undefined) continue;
    bound += `${sql.slice(from, tokens[at]?.start)}${found.text}`;
    from = tokens[found.last]?.end ?? sql.length;
    at = found.last;
  }
  return `${bound}${sql.slice(from)}`;
}

/** Functions of the transaction's or the statement's moment; the others give another one for each call. */
const FUNCTIONS: ReadonlySet<string> = new Set(["now", "transaction_timestamp", "statement_timestamp"]);

/** Reserved words, so that nothing else can be called so. */
const WORDS: Readonly<Record<string, string>> = {
  current_timestamp: "timestamptz",
  current_date: "date",
  current_time: "timetz",
  localtimestamp: "timestamp",
  localtime: "time",
};

/** The expression for the moment that the token begins, and the last token of it. */
function momentAt(tokens: readonly Token[], at: number): { text: string; last: number } | undefined {
  const word = wordAt(tokens, at);
  if (word === undefined || tokens[at - 1]?.text === ".") return undefined;
  const begin = word === "pg_catalog" && tokens[at + 1]?.text === "." ? at + 2 : at;
  if (FUNCTIONS.has(wordAt(tokens, begin) ?? "")) {
    const isCall = tokens[begin + 1]?.text === "(" && tokens[begin + 2]?.text === ")";
    return isCall ? { text: SWEEP_BEGAN, last: begin + 2 } : undefined;
  }
  const type = WORDS[word];
  if (type === undefined) return undefined;
  const hasPrecision = tokens[at + 1]?.text === "(";
  const precision = hasPrecision ? `(${tokens[at + 2]?.text ?? ""})` : "";
  return { text: `CAST(${SWEEP_BEGAN} AS ${type}${precision})`, last: hasPrecision ? at + 3 : at };
}

const wordAt = (tokens: readonly Token[], at: number): string | undefined =>
  tokens[at]?.kind === "word" ? tokens[at].text.toLowerCase() : undefined;
