import type { ParsedStatement } from "../sql/parse-statement.ts";
import { tokenize } from "../sql/tokens.ts";

/** What a statement does to session settings, and its form that ends with the transaction. */
export type SettingChange =
  | { readonly kind: "set"; readonly local: string }
  | { readonly kind: "reset-all" }
  /** `SET TRANSACTION`, `SET SESSION CHARACTERISTICS`: steers the transaction, which is ours. */
  | { readonly kind: "transaction" };

/**
 * A `SET` would outlive its transaction and, through a pooler, reach whichever client gets the connection next; as
 * `SET LOCAL` it ends with the step, and the plan repeats it for the steps that follow in the same file.
 *
 * @returns undefined when the statement changes no session setting
 */
export function settingChange(parsed: ParsedStatement, sql: string): SettingChange | undefined {
  if (parsed.tag === "SelectStmt") {
    return sessionSetConfig(parsed, sql);
  }
  if (parsed.tag !== "VariableSetStmt") {
    return undefined;
  }
  if (parsed.node.kind === "VAR_SET_MULTI") {
    return { kind: "transaction" };
  }
  if (parsed.node.is_local === true) {
    return undefined;
  }
  const name = parsed.node.name ?? "";
  switch (parsed.node.kind) {
    case "VAR_RESET_ALL":
      return { kind: "reset-all" };
    case "VAR_RESET":
      return { kind: "set", local: resetLocally(name) };
    default:
      return { kind: "set", local: setLocally(sql) };
  }
}

function resetLocally(name: string): string {
  switch (name) {
    case "role":
      // Not NONE: the role may have one that it begins with (ALTER ROLE … SET role).
      return "SET LOCAL role TO DEFAULT";
    case "session_authorization":
      return "SET LOCAL SESSION AUTHORIZATION DEFAULT";
    default:
      return `SET LOCAL ${name.includes(".") ? name : `"${name.replaceAll('"', '""')}"`} TO DEFAULT`;
  }
}

function setLocally(sql: string): string {
  const [set, second, third] = tokenize(sql);
  const isSession = second !== undefined && sql.slice(second.start, second.end).toLowerCase() === "session";
  const isAuthorization = third !== undefined && sql.slice(third.start, third.end).toLowerCase() === "authorization";
  const rest = isSession && !isAuthorization ? third : second;
  return set === undefined || rest === undefined ? sql : `SET LOCAL ${sql.slice(rest.start)}`;
}

/** `SELECT set_config(name, value, false)`, as pg_dump writes it. */
function sessionSetConfig(parsed: ParsedStatement & { tag: "SelectStmt" }, sql: string): SettingChange | undefined {
  const target = parsed.node.targetList?.length === 1 ? parsed.node.targetList[0] : undefined;
  const call = target !== undefined && "ResTarget" in target ? target.ResTarget.val : undefined;
  if (call === undefined || !("FuncCall" in call)) {
    return undefined;
  }
  const name = call.FuncCall.funcname?.at(-1);
  if (name === undefined || !("String" in name) || name.String.sval !== "set_config") {
    return undefined;
  }
  const last = tokenize(sql).findLast((token) => token.kind === "word");
  if (last === undefined || !/^(false|f|off|no)$/i.test(sql.slice(last.start, last.end))) {
    return undefined;
  }
  return { kind: "set", local: `${sql.slice(0, last.start)}true${sql.slice(last.end)}` };
}
