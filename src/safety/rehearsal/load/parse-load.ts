import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import { splitSql } from "../../../sql/split-sql.ts";

/** What one call of a script does: its statements one after the other, in one transaction where there are several. */
export interface LoadScript {
  readonly name: string;
  /** Calls a second. */
  readonly rate: number;
  readonly statements: readonly string[];
  readonly variables: readonly Variable[];
}

interface Variable {
  readonly name: string;
  readonly from: number;
  /** The same as `from` for a constant. */
  readonly to: number;
}

const RATE = 10;
const MOST = 10_000;

/**
 * A script of the load, as pgbench understands it too: SQL, `\set NAME NUMBER` and `\set NAME random(LOW, HIGH)` for what
 * stands as `:NAME`; `-- name: …` and `-- rate: N` (calls a second, default 10) in comments.
 *
 * @throws LockkeeperError `usage` at the line
 */
export function parseLoad(text: string, file: string): LoadScript {
  const variables: Variable[] = [];
  let name = file.replace(/^.*\//, "").replace(/\.sql$/, "");
  let rate = RATE;
  const lines = text.split(/\r?\n/).map((line, nth) => {
    const meta = /^\s*\\/.test(line);
    const [, key, value] = /^\s*--\s*(name|rate)\s*:\s*(.*?)\s*$/i.exec(line) ?? [];
    if (meta) variables.push(variableOf(line, file, nth + 1));
    if (key?.toLowerCase() === "name" && value !== undefined && value !== "") name = value;
    if (key?.toLowerCase() === "rate" && value !== undefined) rate = rateOf(value, file, nth + 1);
    return meta ? "" : line;
  });
  const { statements } = splitSql(lines.join("\n"), file);
  if (statements.length === 0) throw invalid("There is no statement in it.", file);
  return { name, rate, statements: statements.map((one) => one.text), variables };
}

function variableOf(line: string, file: string, at: number): Variable {
  const [, name, value = ""] = /^\s*\\set\s+([A-Za-z_][A-Za-z0-9_]*)\s+(.+?)\s*$/.exec(line) ?? [];
  const [, low, high] = /^random\s*\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$/i.exec(value) ?? [];
  const [from, to] = low === undefined ? [Number(value), Number(value)] : [Number(low), Number(high)];
  if (name === undefined || !Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from > to) {
    throw invalid("Of pgbench's commands \\set NAME NUMBER and \\set NAME random(LOW, HIGH) are known.", file, at);
  }
  return { name, from, to };
}

function rateOf(value: string, file: string, at: number): number {
  const rate = Number(/^(\d+(?:\.\d+)?)\s*(?:\/s)?$/.exec(value)?.[1] ?? 0);
  if (rate > 0 && rate <= MOST) return rate;
  throw invalid(`The rate is a number of calls a second, at most ${MOST}.`, file, at);
}

/** The statements of a call, with other values each time. Casts (`::`) are no variables. */
export function statementsOfCall(
  { statements, variables }: LoadScript,
  random: () => number = Math.random,
): readonly string[] {
  const values = new Map(
    variables.map(({ name, from, to }) => [name, String(from + Math.floor(random() * (to - from + 1)))]),
  );
  return statements.map((sql) =>
    sql.replaceAll(/(?<![:\w]):([A-Za-z_]\w*)/g, (written, name: string) => values.get(name) ?? written),
  );
}

const invalid = (message: string, file: string, line?: number): LockkeeperError =>
  new LockkeeperError("usage", {
    message: `${file}${line === undefined ? "" : `:${line}`}: ${message}`,
    at: line === undefined ? { file } : { file, line },
    notDone: "Nothing was run.",
  });
