import type { ParsedStatement } from "../sql/parse-statement.ts";
import { tokenize } from "../sql/tokens.ts";
import { configCalls } from "./set-config.ts";

/** What a statement does to session settings. */
export type SettingChange =
  | {
      readonly kind: "set";
      /** The statement in its form that ends with the transaction. */
      readonly local: string;
      /** What sets the same again in a later transaction; undefined where the text does not tell what is set. */
      readonly carried: readonly string[] | undefined;
      /** Only until the COMMIT of the author's BEGIN, where there is one. */
      readonly isLocal?: boolean;
    }
  | { readonly kind: "reset-all" }
  /** `SET TRANSACTION`, `SET SESSION CHARACTERISTICS`: steers the transaction, which is ours. */
  | { readonly kind: "transaction" };

/**
 * A `SET` would outlive its transaction and, through a pooler, reach whichever client gets the connection next; as
 * `SET LOCAL` it ends with the step, and the plan repeats it for the steps that follow in the same file. What the author
 * wants `LOCAL` is repeated too: a statement between BEGIN and COMMIT may become several steps, and a file without them
 * is one transaction to its author.
 *
 * @returns undefined when the statement changes no session setting
 */
export function settingChange(parsed: ParsedStatement, sql: string): SettingChange | undefined {
  if (parsed.tag === "SelectStmt") {
    const calls = configCalls(parsed.node, sql);
    return calls === undefined ? undefined : { kind: "set", ...calls };
  }
  if (parsed.tag !== "VariableSetStmt") {
    return undefined;
  }
  if (parsed.node.kind === "VAR_SET_MULTI") {
    return { kind: "transaction" };
  }
  if (parsed.node.is_local === true) {
    return { ...carried(setLocally(sql)), isLocal: true };
  }
  const name = parsed.node.name ?? "";
  switch (parsed.node.kind) {
    case "VAR_RESET_ALL":
      return { kind: "reset-all" };
    case "VAR_RESET":
      return carried(resetLocally(name));
    default:
      return carried(setLocally(sql));
  }
}

/** `SET` and `RESET`: of these the steps behind them keep what they set, and they leave nothing else. */
export const isSetting = ({ tag }: { readonly tag: string }): boolean => tag === "VariableSetStmt";

/** A setting of a plan (`SET LOCAL …` or `set_config(…, true)`) for a statement outside of transactions. */
export function forSession(local: string): string {
  return local.replace(/^SET LOCAL /i, "SET ").replace(/^(SELECT pg_catalog\.set_config\(.*, )true\)$/s, "$1false)");
}

function carried(local: string): Extract<SettingChange, { kind: "set" }> {
  return { kind: "set", local, carried: [local] };
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
  const scope = second === undefined ? "" : sql.slice(second.start, second.end).toLowerCase();
  const isAuthorization = third !== undefined && sql.slice(third.start, third.end).toLowerCase() === "authorization";
  const rest = scope === "local" || (scope === "session" && !isAuthorization) ? third : second;
  return set === undefined || rest === undefined ? sql : `SET LOCAL ${sql.slice(rest.start)}`;
}
