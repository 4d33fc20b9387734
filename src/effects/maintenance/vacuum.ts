import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { Role } from "../effect.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { allStored, isPartitioned, lockStored, rewriteStored, type Stored } from "./stored.ts";

/** What VACUUM and ANALYZE do to one table. */
interface Manner {
  readonly vacuums: boolean;
  readonly full: boolean;
  readonly analyzes: boolean;
}

/**
 * VACUUM and ANALYZE. ANALYZE reads a sample, which is no work here.
 *
 * Source: `expand_vacuum_rel` and `vacuum_rel` in `src/backend/commands/vacuum.c`, `analyze_rel` in `analyze.c`.
 */
export const vacuum: Family<"VacuumStmt"> = (node, state, effects) => {
  const vacuums = node.is_vacuumcmd === true;
  const manner = { vacuums, full: isOn(node, "full"), analyzes: !vacuums || isOn(node, "analyze") };
  const named = nodesAs(node.rels, "VacuumRelation");
  if (named.length === 0 && !isOn(node, "only_database_stats")) {
    for (const stored of allStored(state, effects)) treat(stored, "target", manner, state, effects);
  }
  for (const { relation } of named) {
    const name = writtenName(relation);
    const found = state.relation(name);
    if (found?.kind === "table" || found?.kind === "materialized view") {
      treat(found.is, "target", manner, state, effects);
      if (found.kind === "table") treatBelow(found.is, relation?.inh !== true, manner, state, effects);
    } else if (found === undefined) {
      lockNamed(name, state, effects, "target", manner.full ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE");
      effects.leaveUnchecked(`what belongs to ${name.name} is not known`);
    }
    // Anything else is passed over with a warning.
  }
};

function isOn(node: NodeOf<"VacuumStmt">, option: string): boolean {
  const last = nodesAs(node.options, "DefElem").findLast(({ defname }) => defname === option);
  if (last === undefined) return false;
  const value = nodeAs(last.arg, "String")?.sval ?? nodeAs(last.arg, "Integer")?.ival;
  return last.arg === undefined || !["false", "off", 0, undefined].includes(value);
}

function treat(stored: Stored, role: Role, manner: Manner, state: CatalogState, effects: EffectSet): void {
  if (manner.full && !isPartitioned(stored)) {
    rewriteStored(stored, role, effects);
  } else {
    const touched = lockStored(stored, role, manner.full ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE", effects);
    if (manner.vacuums && !isPartitioned(stored)) touched.works.add("scan");
  }
  if (!manner.analyzes || !("kind" in stored)) return;
  // The statistics of a table with heirs are also taken over all of them.
  for (const child of state.descendantsOf(stored)) {
    if (child.kind !== "partitioned") effects.lockTable(child, "child", "ACCESS SHARE");
  }
}

/** Partitions are treated too, heirs since 18; ONLY leaves them out since 18. */
function treatBelow(
  table: Extract<Stored, { readonly kind: string }>,
  only: boolean,
  manner: Manner,
  state: CatalogState,
  effects: EffectSet,
): void {
  const recurses = state.major >= 18 ? !only : isPartitioned(table);
  if (!recurses) return;
  const role = isPartitioned(table) ? "partition" : "child";
  for (const below of state.descendantsOf(table)) {
    if (below.kind !== "foreign") treat(below, role, manner, state, effects);
  }
}
