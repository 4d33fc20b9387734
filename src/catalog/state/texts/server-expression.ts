import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { type PgNode, taggedNode } from "../../../sql/parse-statement.ts";
import { parsedNode } from "../../../sql/parsed-node.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../../sql/quote.ts";
import type { Column } from "../../model/column.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";

/** A part of an expression as the server would print it. */
interface Part {
  readonly sql: string;
  /** The name in pg_type; `unknown` for a constant in quotes, whose type comes from what stands beside it. */
  readonly type: string;
  /** Of a constant in quotes or of digits: what is written. */
  readonly constant?: string;
  /** A bare call of a function stands without brackets as the key of an index. */
  readonly isCall?: boolean;
}

/** What an expression is over. */
export interface Over {
  readonly columns: readonly Column[];
  readonly state: CatalogState;
}

/**
 * An expression over the columns of one table as `pg_get_expr` prints it, with the casts and brackets that the server
 * puts in; undefined where that is not certain. What is known here is proved against servers, case by case.
 *
 * Source: `get_rule_expr` in PostgreSQL's `src/backend/utils/adt/ruleutils.c`, `src/backend/parser/parse_expr.c`.
 */
export function serverExpression(
  expression: PgNode | undefined,
  over: Over,
): { readonly sql: string; readonly type: string; readonly isCall: boolean } | undefined {
  const part = expression === undefined ? undefined : partOf(expression, over);
  return part === undefined || part.type === "unknown"
    ? undefined
    : { sql: part.sql, type: part.type, isCall: part.isCall === true };
}

/** The same for the text of one, as when a column has changed its type since. */
export function respelled(text: string, over: Over): ReturnType<typeof serverExpression> {
  const [target] = parsedNode(`SELECT ${text}`, "SelectStmt")?.targetList ?? [];
  return serverExpression(nodeAs(target, "ResTarget")?.val, over);
}

function partOf(expression: PgNode, over: Over): Part | undefined {
  const { tag, node } = taggedNode(expression);
  switch (tag) {
    case "ColumnRef": {
      const [name, ...rest] = namesOf(node.fields);
      const column = over.columns.find((one) => one.name === name);
      if (name === undefined || column === undefined || rest.length > 0 || column.type.array) return undefined;
      const type = column.type.schema === "pg_catalog" ? column.type.name : quoteQualified(column.type);
      // Other types of people's own are compared as something else, or by operators of their own.
      const isKnown = column.type.schema === "pg_catalog" || over.state.store.maps.enums.has(keyOf(column.type));
      return isKnown ? { sql: quoteIdentifier(name), type } : undefined;
    }
    case "A_Const":
      return constantPart(node);
    case "TypeCast":
      return castPart(node, over);
    case "BoolExpr": {
      const parts = (node.args ?? []).map((one) => partOf(one, over));
      if (!parts.every((one) => one?.type === "bool")) return undefined;
      const texts = parts.flatMap((one) => one?.sql ?? []);
      if (node.boolop === "NOT_EXPR") return { sql: `(NOT ${texts.join("")})`, type: "bool" };
      return { sql: `(${texts.join(node.boolop === "AND_EXPR" ? " AND " : " OR ")})`, type: "bool" };
    }
    case "NullTest": {
      const part = node.arg === undefined ? undefined : partOf(node.arg, over);
      if (part === undefined || part.type === "unknown") return undefined;
      return { sql: `(${part.sql} ${node.nulltesttype === "IS_NULL" ? "IS NULL" : "IS NOT NULL"})`, type: "bool" };
    }
    case "FuncCall":
      return callPart(namesOf(node.funcname), node.args ?? [], over);
    case "A_Expr":
      return operationPart(node.kind, namesOf(node.name), node.lexpr, node.rexpr, over);
    default:
      return undefined;
  }
}

function constantPart(node: {
  readonly isnull?: boolean;
  readonly ival?: { readonly ival?: number };
  readonly fval?: { readonly fval?: string };
  readonly boolval?: { readonly boolval?: boolean };
  readonly sval?: { readonly sval?: string };
}): Part | undefined {
  if (node.isnull === true) return undefined;
  if (node.sval !== undefined) {
    // How a backslash is printed is a setting of the session.
    const constant = node.sval.sval ?? "";
    return constant.includes("\\") ? undefined : { sql: "", type: "unknown", constant };
  }
  if (node.boolval !== undefined) return { sql: String(node.boolval.boolval === true), type: "bool" };
  if (node.fval !== undefined) {
    const digits = node.fval.fval ?? "";
    return /^\d+\.\d+$/.test(digits) ? { sql: digits, type: "numeric", constant: digits } : undefined;
  }
  const value = node.ival?.ival ?? 0;
  return { sql: value < 0 ? `'${value}'::integer` : String(value), type: "int4", constant: String(value) };
}

/** Casts that the server wrote, or would write itself. */
function castPart(node: { readonly arg?: PgNode; readonly typeName?: unknown }, over: Over): Part | undefined {
  const { names, typmods, arrayBounds } = (node.typeName ?? {}) as {
    names?: readonly PgNode[];
    typmods?: unknown;
    arrayBounds?: unknown;
  };
  const parts = namesOf(names);
  const [schema = "", name = ""] = parts;
  const type = parts.length === 1 ? schema : schema === "pg_catalog" ? name : quoteQualified({ schema, name });
  const part = node.arg === undefined ? undefined : partOf(node.arg, over);
  if (type === undefined || part === undefined || typmods !== undefined || arrayBounds !== undefined) return undefined;
  if (type === "text" || (type === "numeric" && part.type === "int4") || (type === "date" && part.type === "unknown")) {
    return inType(part, type, over);
  }
  // A constant of an enum.
  if (part.type === "unknown" && parts.length === 2) return inType(part, type, over);
  return part.type === type ? part : undefined;
}

const INTEGERS: readonly string[] = ["int2", "int4", "int8"];

/** How the server shows that it takes a part for another type; undefined where that is not certain. */
function inType(part: Part, type: string, { state }: Over): Part | undefined {
  if (part.type === type) return part;
  if (part.type === "unknown") {
    const constant = part.constant ?? "";
    const isPlain =
      type === "text" || (type === "date" && ISO_DATE.test(constant)) || (type === "uuid" && UUID.test(constant));
    // The labels of an enum are the only constants of it.
    return isPlain || hasLabel(type, constant, state) ? { sql: `${quoteLiteral(constant)}::${type}`, type } : undefined;
  }
  if (type === "text" && part.type === "varchar") return { sql: `(${part.sql})::text`, type };
  if (type === "numeric" && part.type === "int4" && part.constant !== undefined) {
    return { sql: `(${part.sql})::numeric`, type };
  }
  return undefined;
}

const ISO_DATE = /^[12]\d{3}-(0[1-9]|1[0-2])-([01]\d|2[0-8])$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const hasLabel = (type: string, label: string, { store }: CatalogState): boolean =>
  [...store.maps.enums.values()].some((one) => quoteQualified(one) === type && one.labels.includes(label));

const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*"]);

/** Types of which two values are compared as they are. */
const COMPARED: ReadonlySet<string> = new Set([
  ...INTEGERS,
  "numeric",
  "text",
  "date",
  "timestamp",
  "timestamptz",
  "uuid",
  "bool",
]);

function operationPart(
  kind: string | undefined,
  names: readonly string[],
  left: PgNode | undefined,
  right: PgNode | undefined,
  over: Over,
): Part | undefined {
  const [operator = "", ...rest] = names.toReversed();
  if (left === undefined || right === undefined || rest.length > 0) return undefined;
  const a = partOf(left, over);
  if (a === undefined) return undefined;
  if (kind === "AEXPR_OP" || kind === "AEXPR_LIKE") {
    const b = partOf(right, over);
    return b === undefined ? undefined : simple(a, kind === "AEXPR_LIKE" ? operator : different(operator), b, over);
  }
  const list = nodeAs(right, "List")?.items ?? [];
  if (kind === "AEXPR_BETWEEN") {
    const bounds = list.map((one, index) => {
      const bound = partOf(one, over);
      return bound === undefined ? undefined : simple(a, index === 0 ? ">=" : "<=", bound, over)?.sql;
    });
    return bounds.includes(undefined) ? undefined : { sql: `(${bounds.join(" AND ")})`, type: "bool" };
  }
  return kind === "AEXPR_IN" ? among(a, operator, list, over) : undefined;
}

/** `!=` is another spelling of `<>`. */
const different = (operator: string): string => (operator === "!=" ? "<>" : operator);

function simple(a: Part, operator: string, b: Part, over: Over): Part | undefined {
  const sides = sidesOf(a, b, over);
  if (sides === undefined) return undefined;
  const [one, other, type] = sides;
  const isLike = operator === "~~" || operator === "!~~";
  const isSum = ARITHMETIC.has(operator) && ["int4", "numeric"].includes(type);
  const isMeant = isLike ? type === "text" : isSum || (COMPARISONS.has(operator) && isCompared(type, over));
  return isMeant ? { sql: `(${one} ${operator} ${other})`, type: isSum ? type : "bool" } : undefined;
}

const isCompared = (type: string, { state }: Over): boolean =>
  COMPARED.has(type) || [...state.store.maps.enums.values()].some((one) => quoteQualified(one) === type);

/** Both sides as the server makes them meet, and as what. */
function sidesOf(a: Part, b: Part, over: Over): readonly [string, string, string] | undefined {
  // Integers of different widths have operators of their own.
  if (INTEGERS.includes(a.type) && INTEGERS.includes(b.type)) {
    return [a.sql, b.sql, a.type === b.type ? a.type : "int8"];
  }
  const common = [a.type, b.type].find((type) => type !== "unknown" && type !== "int4") ?? "int4";
  const type = common === "varchar" ? "text" : common;
  const one = inType(a, type, over);
  const other = inType(b, type, over);
  return one === undefined || other === undefined ? undefined : [one.sql, other.sql, type];
}

/** `IN`, of one value or of several. */
function among(a: Part, operator: string, list: readonly PgNode[], over: Over): Part | undefined {
  const parts = list.map((one) => partOf(one, over));
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  if (others.length === 0) return simple(a, operator, first, over);
  const isWritten = parts.every((one) => one?.type === (a.type === "int4" ? "int4" : "unknown"));
  const constants = parts.flatMap((one) => one?.constant ?? []);
  if (!isWritten || constants.length !== parts.length) return undefined;
  const joins = operator === "=" ? "= ANY" : "<> ALL";
  if (a.type === "varchar") {
    // As the catalog has it: once the server has read its own text again (`settledCasts`).
    const array = constants.map((one) => `(${quoteLiteral(one)}::character varying)::text`).join(", ");
    return { sql: `((${a.sql})::text ${joins} (ARRAY[${array}]))`, type: "bool" };
  }
  if (a.type !== "int4" && a.type !== "text" && !isCompared(a.type, over)) return undefined;
  const values = parts.map((one) => (one === undefined ? undefined : inType(one, a.type, over)?.sql));
  return values.includes(undefined)
    ? undefined
    : { sql: `(${a.sql} ${joins} (ARRAY[${values.join(", ")}]))`, type: "bool" };
}

/** Functions of the server over one text, and what they return. */
const OF_TEXT: Readonly<Record<string, string>> = {
  lower: "text",
  upper: "text",
  length: "int4",
  char_length: "int4",
  md5: "text",
};

function callPart(names: readonly string[], args: readonly PgNode[], over: Over): Part | undefined {
  const [name = "", schema = "pg_catalog"] = names.toReversed();
  const result = OF_TEXT[name];
  const [only, ...others] = args.map((one) => partOf(one, over));
  if (schema !== "pg_catalog" || result === undefined || only === undefined || others.length > 0) return undefined;
  // One of the same name over a varchar would be nearer.
  if (over.state.routinesNamed({ name }).length > 0) return undefined;
  const text = inType(only, "text", over);
  return text === undefined ? undefined : { sql: `${name}(${text.sql})`, type: result, isCall: true };
}
