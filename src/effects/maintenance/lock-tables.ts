import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { Role } from "../effect.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { LOCK_MODES, type LockMode } from "../lock-mode.ts";
import { lockNamed } from "../lock-named.ts";
import { parsedQueries } from "../lock-sources.ts";
import { relationsIn } from "../relations-in.ts";
import { writtenName } from "../written-name.ts";

/**
 * LOCK TABLE, with partitions and heirs unless ONLY is said. Of a view, what it reads is locked as hard.
 *
 * Source: `LockTableCommand` in `src/backend/commands/lockcmds.c`.
 */
export const lockTables: Family<"LockStmt"> = (node, state, effects) => {
  // The parser numbers the modes from 1, weakest first.
  const mode = LOCK_MODES[(node.mode ?? LOCK_MODES.length) - 1] ?? "ACCESS EXCLUSIVE";
  for (const range of nodesAs(node.relations, "RangeVar")) {
    lock(writtenName(range), range.inh === true, "target", mode, state, effects);
  }
};

function lock(
  name: WrittenName,
  withChildren: boolean,
  role: Role,
  mode: LockMode,
  state: CatalogState,
  effects: EffectSet,
): void {
  const found = state.relation(name);
  const touched = lockNamed(name, state, effects, role, mode);
  if (found?.kind === "table" && found.is.kind !== "foreign") {
    if (!withChildren) return;
    for (const below of state.descendantsOf(found.is)) {
      effects.lockTable(below, below.partitionOf === undefined ? "child" : "partition", mode);
    }
  } else if (found?.kind === "view") {
    for (const query of parsedQueries(found.is.definition)) {
      for (const source of relationsIn(query)) lock(source.name, true, "source", mode, state, effects);
    }
  } else if (found !== undefined && role === "target") {
    touched.mayFail.push({ sqlState: "42809", reason: `${name.name} is no table and no view` });
  }
}
