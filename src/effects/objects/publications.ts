import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";

export const createPublication: Family<"CreatePublicationStmt"> = (node, state, effects) => {
  lockPublished(node.pubobjects, state, effects);
};

/** SET TABLE looks at those that leave too. Source: `src/backend/commands/publicationcmds.c`. */
export const alterPublication: Family<"AlterPublicationStmt"> = (node, state, effects) => {
  lockPublished(node.pubobjects, state, effects);
  if (node.action !== "AP_SetObjects" || node.pubobjects === undefined) return;
  const published = state.store.maps.publications.get(node.pubname ?? "")?.tables ?? [];
  for (const table of published) lockNamed(table, state, effects, "target", "SHARE UPDATE EXCLUSIVE");
};

/** With the tables that inherit, without partitions. */
function lockPublished(objects: readonly PgNode[] | undefined, state: CatalogState, effects: EffectSet): void {
  for (const { pubtable } of nodesAs(objects, "PublicationObjSpec")) {
    if (pubtable === undefined) continue;
    const name = writtenName(pubtable.relation);
    lockNamed(name, state, effects, "target", "SHARE UPDATE EXCLUSIVE");
    if (pubtable.relation?.inh !== true || state.table(name)?.kind === "partitioned") continue;
    for (const child of state.descendantsOf(state.resolved(name))) {
      effects.lockTable(child, "child", "SHARE UPDATE EXCLUSIVE");
    }
  }
}
