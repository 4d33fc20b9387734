import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";

/** Whether an expression gives a value whenever it is evaluated, as far as that can be told from its text. */
export function isNeverNull(node: PgNode | undefined): boolean {
  if (node === undefined) return false;
  const constant = nodeAs(node, "A_Const");
  if (constant !== undefined) return constant.isnull !== true;
  if (nodeAs(node, "SQLValueFunction") !== undefined) return true;
  const cast = nodeAs(node, "TypeCast");
  if (cast !== undefined) return isNeverNull(cast.arg);
  const call = nodeAs(node, "FuncCall");
  if (call !== undefined) {
    const names = namesOf(call.funcname);
    const isOwn = names.length === 1 || names[0] === "pg_catalog";
    const name = names.at(-1) ?? "";
    return VALUES.has(name) || (isOwn && STRICT.has(name) && (call.args ?? []).every(isNeverNull));
  }
  const operation = nodeAs(node, "A_Expr");
  if (operation !== undefined) {
    const isArithmetic = operation.kind === "AEXPR_OP" && ARITHMETIC.has(namesOf(operation.name).at(-1) ?? "");
    const isWhole = isNeverNull(operation.rexpr) && (operation.lexpr === undefined || isNeverNull(operation.lexpr));
    return isArithmetic && isWhole;
  }
  const either = nodeAs(node, "CoalesceExpr");
  return either !== undefined && (either.args ?? []).some(isNeverNull);
}

/** Functions that give a value whatever they are called with. */
const VALUES: ReadonlySet<string> = new Set([
  "clock_timestamp",
  "gen_random_bytes",
  "gen_random_uuid",
  "nextval",
  "now",
  "pg_current_xact_id",
  "random",
  "statement_timestamp",
  "timeofday",
  "transaction_timestamp",
  "txid_current",
  "uuid_generate_v1",
  "uuid_generate_v1mc",
  "uuid_generate_v4",
  "uuidv4",
  "uuidv7",
]);

/** Functions of PostgreSQL's own that give a value where their arguments are some. */
const STRICT: ReadonlySet<string> = new Set([
  "abs",
  "ceil",
  "ceiling",
  "concat",
  "date_trunc",
  "encode",
  "floor",
  "left",
  "lower",
  "lpad",
  "md5",
  "replace",
  "right",
  "round",
  "rpad",
  "sha256",
  "substr",
  "substring",
  "to_char",
  "trunc",
  "upper",
]);

const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "||"]);
