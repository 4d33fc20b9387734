import { nodeAs } from "../../../sql/node-as.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import type { CatalogState } from "../catalog-state.ts";
import type { Appliers } from "./applier.ts";
import { stringsOf } from "./nodes.ts";

/** SET, RESET, DISCARD ALL and set_config. */
export const SETTING_APPLIERS: Appliers = {
  VariableSetStmt(node, { state }) {
    const name = node.name ?? "";
    switch (node.kind) {
      case "VAR_SET_VALUE":
        change(
          state,
          name,
          (node.args ?? []).map((arg) => writtenValue(arg, isList(name))).join(", "),
          node.is_local === true,
        );
        break;
      case "VAR_SET_DEFAULT":
      case "VAR_RESET":
        change(state, name, undefined, node.is_local === true);
        break;
      case "VAR_RESET_ALL":
        resetAll(state);
        break;
      default:
    }
  },
  DiscardStmt(node, { state }) {
    if (node.target === "DISCARD_ALL") {
      resetAll(state);
    }
  },
};

/** `set_config(name, value, is_local)` with constants. */
export function applySetConfig(args: readonly PgNode[], state: CatalogState): boolean {
  const [name, value, local] = args.map(constantOf);
  if (name === undefined || value === undefined || local === undefined) {
    return false;
  }
  change(state, name, value, local === "true" || local === "t" || local === "on");
  return true;
}

function resetAll(state: CatalogState): void {
  for (const [name] of [...state.store.settings.entries()]) {
    // Those that the catalog was read with are the server's, as far as anybody can tell.
    if (name !== "role" && name !== "session_authorization") {
      change(state, name, undefined, false);
    }
  }
}

function change(state: CatalogState, written: string, value: string | undefined, local: boolean): void {
  const { settings, localSettings, journal } = state.store;
  const name = written.toLowerCase();
  if (local && !journal.isOpen) {
    return;
  }
  if (local && !localSettings.has(name)) {
    localSettings.set(name, settings.get(name) ?? null);
  } else if (!local) {
    localSettings.delete(name);
  }
  const next = value ?? state.store.initialSettings.get(name);
  if (next === undefined) {
    settings.delete(name);
  } else {
    settings.set(name, next);
  }
}

const isList = (name: string): boolean => name.toLowerCase() === "search_path";

/** Identifiers of a list are kept as identifiers, so that `"A b"` stays one name. */
function writtenValue(node: PgNode, quoted: boolean): string {
  const text = constantOf(node) ?? "";
  return quoted ? quoteIdentifier(text) : text;
}

function constantOf(node: PgNode): string | undefined {
  const cast = nodeAs(node, "TypeCast");
  if (cast?.arg !== undefined) {
    return constantOf(cast.arg);
  }
  const constant = nodeAs(node, "A_Const");
  if (constant === undefined) {
    const names = stringsOf(nodeAs(node, "ColumnRef")?.fields);
    return names.length === 0 ? undefined : names.join(".");
  }
  if (constant.boolval !== undefined) {
    return String(constant.boolval.boolval ?? false);
  }
  return (
    constant.sval?.sval ??
    (constant.sval === undefined ? undefined : "") ??
    constant.fval?.fval ??
    String(constant.ival?.ival ?? 0)
  );
}
