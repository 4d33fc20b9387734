import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { expressionSql } from "../../effects/alter-table/expression-sql.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { type NodeOf, type PgNode, taggedNode } from "../../sql/parse-statement.ts";
import { columnReferences } from "./column-references.ts";
import { looksUpNames } from "./looks-up-names.ts";
import { functionResult, isOwnType, operatorResult, UNKNOWN } from "./own-signatures.ts";

/**
 * An expression on a row of the table, with the schemas of the operators, functions and types that it names: it then
 * means the same under every search_path, and a function with it needs no path of its own, which costs each call more
 * than all the rest of it.
 *
 * Named are those of PostgreSQL's own that have just the types which are given to them: pg_catalog is looked through
 * first, and such a one is taken whatever else has its name.
 *
 * @param table its columns have the types that they have when the expression is worked out
 * @returns the expression as it is where one of its names may mean something else
 *
 * Source: `binary_oper_exact` in `src/backend/parser/parse_oper.c`, `func_get_detail` in `parse_func.c`.
 */
export function boundNames(expression: string, table: Table, state: CatalogState): string {
  if (!looksUpNames(expression) || OTHER_ORDER.test(state.setting("search_path") ?? "")) return expression;
  // Said with the name of its table or without, a column is the same; what is none is found by who asked.
  if ("reason" in columnReferences(expression, table)) return expression;
  const node = parseExpression(expression);
  const bound = node && bind(node, table);
  return (bound && expressionSql(bound.node)) ?? expression;
}

/** A path that says where these are looked through may say that it is not first. */
const OTHER_ORDER = /pg_catalog|pg_temp/i;

/** What needs no path any more. */
interface Bound {
  readonly node: PgNode;
  /** One of PostgreSQL's own; undefined: another, or not known. */
  readonly type: string | undefined;
}

function bind(node: PgNode, table: Table): Bound | undefined {
  const tagged = taggedNode(node);
  switch (tagged.tag) {
    case "ColumnRef":
      return { node, type: typeOfColumn(namesOf(tagged.node.fields).at(-1), table) };
    case "A_Const":
      return { node, type: typeOfConstant(tagged.node) };
    case "TypeCast":
      return bindCast(tagged.node, table);
    case "A_Expr":
      return bindOperator(tagged.node, table);
    case "FuncCall":
      return bindFunction(tagged.node, table);
    case "BoolExpr":
      return within(tagged.node.args, table, (args) => ({ BoolExpr: { ...tagged.node, args } }), "bool");
    case "NullTest":
      return within(
        [tagged.node.arg],
        table,
        ([arg]) => ({ NullTest: { ...tagged.node, ...(arg && { arg }) } }),
        "bool",
      );
    case "CoalesceExpr":
      return within(tagged.node.args, table, (args) => ({ CoalesceExpr: { ...tagged.node, args } }));
    case "CaseExpr":
      return bindCase(tagged.node, table);
    default:
      return undefined;
  }
}

/** All of them, or none. */
function bindAll(nodes: readonly (PgNode | undefined)[] | undefined, table: Table): readonly Bound[] | undefined {
  const all = (nodes ?? []).map((node) => node && bind(node, table));
  return all.every((one) => one !== undefined) ? all : undefined;
}

/** @param type absent: that which all parts have that have one */
function within(
  nodes: readonly (PgNode | undefined)[] | undefined,
  table: Table,
  around: (nodes: PgNode[]) => PgNode,
  type?: string,
): Bound | undefined {
  const all = bindAll(nodes, table);
  return all && { node: around(all.map(({ node }) => node)), type: type ?? commonType(all) };
}

function commonType(all: readonly Bound[]): string | undefined {
  const types = new Set(all.map(({ type }) => type).filter((type) => type !== UNKNOWN));
  return types.size === 1 ? [...types][0] : undefined;
}

function typeOfColumn(column: string | undefined, table: Table): string | undefined {
  const type = table.columns.find(({ name }) => name === column)?.type;
  return type?.schema === "pg_catalog" && !type.array ? type.name : undefined;
}

const INT4_LOWEST = -(2n ** 31n);
const INT8_END = 2n ** 63n;

function typeOfConstant({ ival, fval, sval, boolval, isnull }: NodeOf<"A_Const">): string | undefined {
  if (sval !== undefined || isnull === true) return UNKNOWN;
  if (boolval !== undefined) return "bool";
  if (ival !== undefined) return "int4";
  const digits = fval?.fval ?? "";
  if (!/^-?\d+$/.test(digits)) return /^-?[\d.]+(e[+-]?\d+)?$/i.test(digits) ? "numeric" : undefined;
  const value = BigInt(digits);
  // The lowest int4 is read as the negative of a number that is none.
  if (value === INT4_LOWEST) return "int4";
  return value >= -INT8_END && value < INT8_END ? "int8" : "numeric";
}

const named = (name: string): PgNode[] => ["pg_catalog", name].map((sval) => ({ String: { sval } }));

/** The name where it is PostgreSQL's own, if anything is; whether something of that name is has to be seen by its types. */
function ownName(names: readonly string[]): string | undefined {
  return names.length === 1 || (names.length === 2 && names[0] === "pg_catalog") ? names.at(-1) : undefined;
}

/** Casts are found by their types; what those of a user's type call may look up names itself. */
function bindCast({ arg, typeName, ...rest }: NodeOf<"TypeCast">, table: Table): Bound | undefined {
  const inner = arg && bind(arg, table);
  const names = namesOf(typeName?.names);
  const name = ownName(names);
  if (inner?.type === undefined || typeName === undefined || name === undefined || !isOwnType(name)) return undefined;
  return {
    node: { TypeCast: { ...rest, arg: inner.node, typeName: { ...typeName, names: named(name) } } },
    type: typeName.arrayBounds === undefined ? name : undefined,
  };
}

function bindOperator({ lexpr, rexpr, ...rest }: NodeOf<"A_Expr">, table: Table): Bound | undefined {
  const name = ownName(namesOf(rest.name));
  const right = rexpr && bind(rexpr, table);
  const left = lexpr && bind(lexpr, table);
  if (rest.kind !== "AEXPR_OP" || name === undefined || right === undefined || (lexpr && left === undefined)) {
    return undefined;
  }
  const type = operatorResult(name, left && (left.type ?? ""), right.type ?? "");
  if (type === undefined) return undefined;
  const operands = { ...(left && { lexpr: left.node }), rexpr: right.node };
  return { node: { A_Expr: { ...rest, name: named(name), ...operands } }, type };
}

function bindFunction(call: NodeOf<"FuncCall">, table: Table): Bound | undefined {
  const name = ownName(namesOf(call.funcname));
  const args = bindAll(call.args, table);
  if (name === undefined || args === undefined) return undefined;
  const type = functionResult(
    name,
    args.map((one) => one.type),
  );
  return type === undefined
    ? undefined
    : { node: { FuncCall: { ...call, funcname: named(name), args: args.map(({ node }) => node) } }, type };
}

/** With an operand it compares by an operator that it does not name. */
function bindCase({ arg, args, defresult, ...rest }: NodeOf<"CaseExpr">, table: Table): Bound | undefined {
  const whens = nodesAs(args, "CaseWhen");
  const conditions = bindAll(
    whens.map(({ expr }) => expr),
    table,
  );
  const results = bindAll(
    [...whens.map(({ result }) => result), ...(defresult === undefined ? [] : [defresult])],
    table,
  );
  if (arg !== undefined || conditions === undefined || results === undefined) return undefined;
  const otherwise = results[whens.length];
  return {
    node: {
      CaseExpr: {
        ...rest,
        args: whens.map((when, at) => ({
          CaseWhen: {
            ...when,
            ...(conditions[at] && { expr: conditions[at].node }),
            ...(results[at] && { result: results[at].node }),
          },
        })),
        ...(otherwise && { defresult: otherwise.node }),
      },
    },
    type: commonType(results),
  };
}
