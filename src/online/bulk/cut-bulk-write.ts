import { type Token, tokenize } from "../../sql/tokens.ts";

/** The clauses of an UPDATE or DELETE, as written and without the words that begin them. */
export interface BulkText {
  /** Of UPDATE. */
  readonly set?: string;
  /** The assignments of SET, one by one; what stands before the first `=` of each is its target. */
  readonly assignments: readonly Assignment[];
  /** Behind FROM of UPDATE, or USING of DELETE. */
  readonly joined?: string;
  readonly where?: string;
}

export interface Assignment {
  readonly target: string;
  readonly expression: string;
}

/**
 * Cuts an UPDATE or DELETE that parses at its clauses. WHERE, USING and RETURNING are reserved; FROM may also stand
 * behind DISTINCT.
 *
 * Source: `UpdateStmt` and `DeleteStmt` in PostgreSQL's `src/backend/parser/gram.y`.
 */
export function cutBulkWrite(sql: string): BulkText {
  const tokens = tokenize(sql);
  const isUpdate = isWord(tokens[0], "update");
  const head = isUpdate ? setOf(tokens) : nameOf(tokens, 2);
  const outer = outermost(tokens.slice(head));
  const joinWord = isUpdate ? "from" : "using";
  const joinAt = outer.findIndex((token, at) => isWord(token, joinWord) && !isWord(outer[at - 1], "distinct"));
  const whereAt = outer.findIndex((token) => isWord(token, "where"));
  const endAt = outer.findIndex((token) => isWord(token, "returning"));
  const start = tokens[head - 1]?.end ?? 0;
  const place = (at: number): number => (at === -1 ? sql.length : (outer[at]?.start ?? sql.length));
  const end = place(endAt);
  const where = whereAt === -1 ? undefined : between(sql, outer[whereAt]?.end ?? 0, end);
  const joinEnd = Math.min(place(whereAt), end);
  const isJoined = joinAt !== -1 && place(joinAt) < joinEnd;
  const joined = isJoined ? between(sql, outer[joinAt]?.end ?? 0, joinEnd) : undefined;
  const set = isUpdate ? between(sql, start, isJoined ? place(joinAt) : joinEnd) : undefined;
  return {
    ...(set === undefined ? {} : { set }),
    assignments: set === undefined ? [] : assignmentsOf(set),
    ...(joined === undefined ? {} : { joined }),
    ...(where === undefined ? {} : { where }),
  };
}

/** Index of the token behind SET: the first that neither names the table nor its alias. */
function setOf(tokens: readonly Token[]): number {
  let at = nameOf(tokens, 1);
  if (isWord(tokens[at], "as")) return at + 3;
  if (!isWord(tokens[at], "set")) at++;
  return at + 1;
}

/** Index of the token behind the name that begins at `at`: `ONLY name`, `ONLY (name)`, `name *`. */
function nameOf(tokens: readonly Token[], begin: number): number {
  let at = begin;
  if (isWord(tokens[at], "only")) at++;
  const inBrackets = tokens[at]?.text === "(";
  at += inBrackets ? 2 : 1;
  while (tokens[at]?.text === ".") at += 2;
  return inBrackets || tokens[at]?.text === "*" ? at + 1 : at;
}

/** Comments that end a clause belong to nobody. */
function between(sql: string, start: number, end: number): string {
  const tokens = tokenize(sql.slice(start, end));
  return sql.slice(start + (tokens[0]?.start ?? 0), start + (tokens.at(-1)?.end ?? 0));
}

function outermost(tokens: readonly Token[]): Token[] {
  let depth = 0;
  return tokens.filter(({ text }) => {
    if (text === "(" || text === "[") depth++;
    const isOuter = depth === 0;
    if (text === ")" || text === "]") depth--;
    return isOuter;
  });
}

function assignmentsOf(set: string): Assignment[] {
  const outer = outermost(tokenize(set));
  const commas = outer.filter(({ text }) => text === ",").map(({ start }) => start);
  return [0, ...commas.map((comma) => comma + 1)].map((start, index): Assignment => {
    const end = commas[index] ?? set.length;
    const equals = outer.find((token) => token.start >= start && token.text === "=")?.start ?? end;
    return { target: between(set, start, equals), expression: between(set, equals + 1, end) };
  });
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === "word" && token.text.toLowerCase() === word;
