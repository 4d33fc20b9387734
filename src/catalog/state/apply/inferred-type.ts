import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { type PgNode, taggedNode } from "../../../sql/parse-statement.ts";
import type { TypeReference } from "../../model/names.ts";
import type { CatalogState } from "../catalog-state.ts";
import { writtenName } from "./nodes.ts";
import { builtIn, typeReference, UNKNOWN_TYPE } from "./type-reference.ts";

export interface Typed {
  readonly name: string;
  readonly type: TypeReference;
  /** What it is called by where several relations have such a column. */
  readonly alias?: string;
}

/** What functions of the server return whatever they are given. */
const RESULTS: Readonly<Record<string, string>> = {
  count: "int8",
  lower: "text",
  upper: "text",
  btrim: "text",
  ltrim: "text",
  rtrim: "text",
  concat: "text",
  replace: "text",
  substring: "text",
  substr: "text",
  md5: "text",
  to_char: "text",
  left: "text",
  right: "text",
  concat_ws: "text",
  format: "text",
  string_agg: "text",
  length: "int4",
  char_length: "int4",
  octet_length: "int4",
  now: "timestamptz",
  clock_timestamp: "timestamptz",
  to_tsvector: "tsvector",
  gen_random_uuid: "uuid",
  row_number: "int8",
  rank: "int8",
  dense_rank: "int8",
  nextval: "int8",
  bool_and: "bool",
  bool_or: "bool",
  every: "bool",
  jsonb_build_object: "jsonb",
  jsonb_agg: "jsonb",
  to_jsonb: "jsonb",
  json_build_object: "json",
  json_agg: "json",
  row_to_json: "json",
  to_date: "date",
  random: "float8",
  date_part: "float8",
  extract: "numeric",
  regexp_replace: "text",
  initcap: "text",
  version: "text",
  current_database: "name",
};

/** Functions that return what they are given first. */
const SAME: ReadonlySet<string> = new Set([
  "max",
  "min",
  "first_value",
  "last_value",
  "lag",
  "lead",
  "abs",
  "array_append",
]);

/** The type of sums and averages, by what is summed up. */
const SUMS: Readonly<Record<string, string>> = {
  int2: "int8",
  int4: "int8",
  int8: "numeric",
  float4: "float4",
  float8: "float8",
  numeric: "numeric",
  interval: "interval",
  money: "money",
};

/** The type of an expression over columns as far as it can be told without the server; `UNKNOWN_TYPE` elsewhere. */
export function inferredType(
  expression: PgNode | undefined,
  columns: readonly Typed[],
  state: CatalogState,
): TypeReference {
  const of = (node: PgNode | undefined): TypeReference => inferredType(node, columns, state);
  if (expression === undefined || Object.keys(expression).length === 0) {
    return UNKNOWN_TYPE;
  }
  const { tag, node } = taggedNode(expression);
  switch (tag) {
    case "ColumnRef": {
      const [name, alias] = namesOf(node.fields).toReversed();
      const isMeant = (one: Typed): boolean => alias === undefined || one.alias === undefined || one.alias === alias;
      return columns.find((one) => one.name === name && isMeant(one))?.type ?? UNKNOWN_TYPE;
    }
    case "A_Const":
      return constantType(node);
    case "TypeCast":
      return typeReference(node.typeName, state);
    case "CollateClause":
      return of(node.arg);
    case "BoolExpr":
    case "NullTest":
    case "BooleanTest":
      return builtIn("bool");
    case "FuncCall":
      return callType(namesOf(node.funcname), node.args ?? [], of, state);
    case "CoalesceExpr":
    case "MinMaxExpr":
      return commonType((node.args ?? []).map(of));
    case "CaseExpr": {
      const results = (node.args ?? []).map((branch) => of(nodeAs(branch, "CaseWhen")?.result));
      return commonType([of(node.defresult), ...results]);
    }
    case "SQLValueFunction":
      return builtIn(VALUE_TYPES[(node.op ?? "").replace(/_N$/, "")] ?? "name");
    case "SubLink":
      return node.subLinkType === "EXISTS_SUBLINK" || node.subLinkType === "ANY_SUBLINK"
        ? builtIn("bool")
        : UNKNOWN_TYPE;
    case "A_Expr":
      return operationType(namesOf(node.name).at(-1) ?? "", node.kind, of(node.lexpr), of(node.rexpr));
    default:
      return UNKNOWN_TYPE;
  }
}

/** The first that is known, widened where others are wider; its modifier only where all have the same. */
function commonType(types: readonly TypeReference[]): TypeReference {
  const known = types.filter((type) => !isUnknown(type));
  const [first] = known;
  if (first === undefined || types.every(({ text }) => text === first.text)) {
    return first ?? UNKNOWN_TYPE;
  }
  const wider = known.find(({ name }) => name === "text") ?? widest(known) ?? first;
  return withoutModifier(wider);
}

function widest(types: readonly TypeReference[]): TypeReference | undefined {
  const width = ({ name, array }: TypeReference): number => (array ? -1 : WIDTHS.indexOf(name));
  return types.some((type) => width(type) === -1) ? undefined : types.toSorted((a, b) => width(b) - width(a))[0];
}

const VALUE_TYPES: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: "date",
  SVFOP_CURRENT_TIME: "timetz",
  SVFOP_CURRENT_TIMESTAMP: "timestamptz",
  SVFOP_LOCALTIME: "time",
  SVFOP_LOCALTIMESTAMP: "timestamp",
};

export const isUnknown = (type: TypeReference): boolean => type.name === "unknown";

function constantType(node: {
  readonly ival?: unknown;
  readonly fval?: { readonly fval?: string };
  readonly boolval?: unknown;
}): TypeReference {
  if (node.boolval !== undefined) {
    return builtIn("bool");
  }
  if (node.fval !== undefined) {
    return builtIn(/^\d+$/.test(node.fval.fval ?? "") ? "int8" : "numeric");
  }
  return node.ival === undefined ? UNKNOWN_TYPE : builtIn("int4");
}

function callType(
  names: readonly string[],
  args: readonly PgNode[],
  of: (node: PgNode | undefined) => TypeReference,
  state: CatalogState,
): TypeReference {
  const name = names.at(-1) ?? "";
  const [own] = state.routinesNamed(writtenName(names));
  if (own !== undefined) {
    const result = (own.result ?? "").replace(/^SETOF /, "");
    return BY_SPELLING.get(result) ?? UNKNOWN_TYPE;
  }
  const [first] = args;
  if (name === "sum" || name === "avg") {
    const sum = SUMS[of(first).name];
    return sum === undefined
      ? UNKNOWN_TYPE
      : builtIn(name === "avg" && sum === "int8" ? "numeric" : name === "avg" && sum === "float4" ? "float8" : sum);
  }
  if (name === "lower" || name === "upper") {
    return builtIn(BOUNDS[of(first).name] ?? "text");
  }
  if (name === "array_agg") {
    const type = of(first);
    return isUnknown(type) ? type : { ...type, text: `${type.text}[]`, array: true };
  }
  if (SAME.has(name)) {
    return withoutModifier(of(first));
  }
  const result = RESULTS[name];
  return result === undefined ? UNKNOWN_TYPE : builtIn(result);
}

/** What the ends of a range are. */
const BOUNDS: Readonly<Record<string, string>> = {
  int4range: "int4",
  int8range: "int8",
  numrange: "numeric",
  daterange: "date",
  tsrange: "timestamp",
  tstzrange: "timestamptz",
};

const BY_SPELLING = new Map(
  [
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "bool",
    "varchar",
    "text",
    "numeric",
    "uuid",
    "jsonb",
    "json",
    "date",
    "timestamp",
    "timestamptz",
  ].map((name) => [builtIn(name).text, builtIn(name)]),
);

const withoutModifier = (type: TypeReference): TypeReference =>
  type.schema === "pg_catalog" && !type.array ? builtIn(type.name) : type;

const COMPARISONS: ReadonlySet<string> = new Set([
  "=",
  "<>",
  "<",
  ">",
  "<=",
  ">=",
  "~~",
  "!~~",
  "~",
  "!~",
  "~*",
  "~~*",
  "@>",
  "<@",
  "&&",
  "?",
  "@@",
]);
const WIDTHS = ["int2", "int4", "int8", "numeric", "float4", "float8"];

function operationType(
  operator: string,
  kind: string | undefined,
  left: TypeReference,
  right: TypeReference,
): TypeReference {
  if (COMPARISONS.has(operator) || (kind !== "AEXPR_OP" && kind !== "AEXPR_NULLIF")) {
    return builtIn("bool");
  }
  if (kind === "AEXPR_NULLIF") {
    return left;
  }
  if (operator === "||") {
    return [left, right].find(({ name }) => name === "jsonb") ?? (left.array ? left : builtIn("text"));
  }
  if (operator === "->>" || operator === "#>>") {
    return builtIn("text");
  }
  if (operator === "->" || operator === "#>") {
    return left;
  }
  const [a, b] = [WIDTHS.indexOf(left.name), WIDTHS.indexOf(right.name)];
  return a === -1 || b === -1 ? UNKNOWN_TYPE : builtIn(WIDTHS[Math.max(a, b)] ?? "");
}
