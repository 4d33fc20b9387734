import type { Table } from "../../catalog/model/table.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import { walk } from "../../sql/walk.ts";

/** Types whose values mean, and are written, the same under all settings. */
const STEADY_TYPES: ReadonlySet<string> = new Set(
  "bool bpchar char cidr inet int2 int4 int8 json jsonb macaddr name numeric oid text uuid varbit bit varchar".split(
    " ",
  ),
);

const STEADY_FUNCTIONS: ReadonlySet<string> = new Set(
  `abs btrim ceil ceiling char_length character_length floor initcap left length lower lpad ltrim md5 mod nullif
   octet_length position regexp_replace repeat replace reverse right round rpad rtrim sign split_part strpos substr
   substring translate trim trunc upper`.split(/\s+/),
);

const STEADY_NODES: ReadonlySet<string> = new Set(
  "A_Const A_Expr BoolExpr CaseExpr CaseWhen CoalesceExpr CollateClause Integer List MinMaxExpr NullTest String".split(
    " ",
  ),
);

/**
 * Whether an expression gives the same for the same row whatever the session has set. What is not known to is taken for
 * one that may not.
 */
export function isSteady(expression: PgNode | undefined, table: Table): boolean {
  let steady = expression !== undefined;
  walk([expression], (tag, fields) => {
    switch (tag) {
      case "ColumnRef": {
        const name = namesOf((fields as NodeOf<"ColumnRef">).fields).at(-1);
        const type = table.columns.find((column) => column.name === name)?.type;
        const isOwn = type !== undefined && type.schema !== "pg_catalog" && !type.array;
        steady &&= type !== undefined && (isOwn || STEADY_TYPES.has(type.name));
        return;
      }
      case "TypeCast": {
        const names = namesOf((fields as NodeOf<"TypeCast">).typeName?.names);
        const name = names.at(-1) ?? "";
        const isOwn = names.length > 1 && names[0] !== "pg_catalog";
        steady &&= isOwn || STEADY_TYPES.has(name);
        return;
      }
      case "FuncCall":
        steady &&= STEADY_FUNCTIONS.has(namesOf((fields as NodeOf<"FuncCall">).funcname).at(-1) ?? "");
        return;
      default:
        steady &&= STEADY_NODES.has(tag);
    }
  });
  return steady;
}
