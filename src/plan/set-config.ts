import type { NodeOf, PgNode } from "../sql/parse-statement.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { offsetOfByte } from "../sql/source-map.ts";
import { tokenize } from "../sql/tokens.ts";
import { walk } from "../sql/walk.ts";

/** What the calls of `set_config` in a query do beyond the query's transaction. */
export interface ConfigCalls {
  /** The query with each of these calls confined to the transaction. */
  readonly local: string;
  /** Statements that do the same again elsewhere; undefined where the text does not tell what is set. */
  readonly carried: readonly string[] | undefined;
}

type Call = NodeOf<"FuncCall">;

/** @returns undefined when the query sets nothing that would outlive its transaction */
export function configCalls(query: NodeOf<"SelectStmt">, sql: string): ConfigCalls | undefined {
  if (!/set_config/i.test(sql)) {
    return undefined;
  }
  const calls: Call[] = [];
  walk(query, (tag, fields) => {
    if (tag === "FuncCall" && isSetConfig(fields as Call)) {
      calls.push(fields as Call);
    }
  });
  const outliving = calls.filter((call) => !isTrue(call.args?.[2]));
  if (outliving.length === 0) {
    return undefined;
  }
  const certain = isPlain(query) ? topLevelCalls(query) : [];
  const carried = outliving.map((call) => (certain.includes(call) ? again(call) : undefined));
  const known = carried.flatMap((text) => text ?? []);
  return { local: confined(sql, outliving), carried: known.length === carried.length ? known : undefined };
}

function isSetConfig({ funcname = [] }: Call): boolean {
  const names = funcname.flatMap((name) => ("String" in name ? [name.String.sval] : []));
  return names.at(-1) === "set_config" && (names.length === 1 || names[0] === "pg_catalog");
}

/** Whether each expression of the target list is evaluated exactly once. */
function isPlain({
  fromClause,
  whereClause,
  valuesLists,
  limitCount,
  limitOffset,
  op,
  ...query
}: NodeOf<"SelectStmt">) {
  const conditions = [fromClause, whereClause, valuesLists, limitCount, limitOffset, query.havingClause];
  return conditions.every((part) => part === undefined) && op === "SETOP_NONE" && query.withClause === undefined;
}

function topLevelCalls({ targetList = [] }: NodeOf<"SelectStmt">): Call[] {
  return targetList.flatMap((target) => {
    const value = "ResTarget" in target ? uncast(target.ResTarget.val) : undefined;
    return value !== undefined && "FuncCall" in value ? [value.FuncCall] : [];
  });
}

/** The call with what it sets as constants. */
function again({ args = [] }: Call): string | undefined {
  const [name, value, isLocal] = args.map(constant);
  if (typeof name !== "string" || value === undefined || isLocal === undefined) {
    return undefined;
  }
  return `SELECT pg_catalog.set_config(${quoteLiteral(name)}, ${value === null ? "NULL" : quoteLiteral(value)}, true)`;
}

/** A constant as `set_config` takes it; undefined for anything else. */
function constant(node: PgNode | undefined): string | null | undefined {
  const value = uncast(node);
  if (value === undefined || !("A_Const" in value)) {
    return undefined;
  }
  const { isnull, sval, ival, fval, boolval } = value.A_Const;
  if (isnull === true) {
    return null;
  }
  if (boolval !== undefined) {
    return boolval.boolval === true ? "true" : "false";
  }
  return sval === undefined
    ? (fval?.fval ?? (ival === undefined ? undefined : String(ival.ival ?? 0)))
    : (sval.sval ?? "");
}

function uncast(node: PgNode | undefined): PgNode | undefined {
  return node !== undefined && "TypeCast" in node ? uncast(node.TypeCast.arg) : node;
}

const isTrue = (node: PgNode | undefined): boolean => /^(true|t|on|yes|y|1)$/i.test(constant(node) ?? "");

function confined(sql: string, calls: readonly Call[]): string {
  const places = calls.flatMap(({ args }) => {
    const value = uncast(args?.[2]);
    return value !== undefined && "A_Const" in value ? [offsetOfByte(sql, value.A_Const.location ?? 0)] : [];
  });
  const ends = new Map(tokenize(sql).map(({ start, end }) => [start, end]));
  return places
    .sort((one, other) => other - one)
    .reduce((text, start) => `${text.slice(0, start)}true${text.slice(ends.get(start) ?? start)}`, sql);
}
