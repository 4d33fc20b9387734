import type { ParsedStatement } from "../sql/parse-statement.ts";
import { all, as, constant, texts } from "./tree.ts";

/** SET, RESET or set_config() of one setting. */
export interface SettingChange {
  /** In lower case; `all` for RESET ALL and DISCARD ALL. */
  readonly name: string;
  /** Undefined: back to what the server says. */
  readonly value: string | undefined;
  readonly isLocal: boolean;
}

/** The settings that a statement changes. */
export function settingChanges(statement: ParsedStatement): readonly SettingChange[] {
  if (statement.tag === "VariableSetStmt") {
    const { kind, name = "", args, is_local: isLocal = false } = statement.node;
    if (kind === "VAR_RESET_ALL") {
      return [{ name: "all", value: undefined, isLocal }];
    }
    const value = kind === "VAR_SET_VALUE" ? (args ?? []).map((one) => constant(one) ?? "").join(", ") : undefined;
    return kind === "VAR_SET_MULTI" ? [] : [{ name: name.toLowerCase(), value, isLocal }];
  }
  if (statement.tag === "DiscardStmt" && statement.node.target === "DISCARD_ALL") {
    return [{ name: "all", value: undefined, isLocal: false }];
  }
  return statement.tag === "SelectStmt" ? setConfigCalls(statement) : [];
}

function setConfigCalls({ node }: ParsedStatement & { tag: "SelectStmt" }): readonly SettingChange[] {
  return all("ResTarget", node.targetList).flatMap(({ val }) => {
    const call = as("FuncCall", val);
    const [name, value, isLocal] = (call?.args ?? []).map(constant);
    return texts(call?.funcname).at(-1) === "set_config" && name !== undefined
      ? [{ name: name.toLowerCase(), value, isLocal: isLocal === "true" || isLocal === "t" }]
      : [];
  });
}

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A timeout as PostgreSQL reads it, in ms; 0 is none, undefined is no number. */
export function timeoutMs(value: string | undefined): number | undefined {
  const parts = value === undefined ? null : /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(value);
  const unit = parts === null ? undefined : UNITS[parts[2] === "" ? "ms" : (parts[2] ?? "")];
  return parts === null || unit === undefined ? undefined : Number(parts[1]) * unit;
}
