import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { isRefusedInTransaction } from "../sql/refused-in-transaction.ts";
import type { StatementEffects } from "./effect.ts";
import { EffectSet } from "./effect-set.ts";
import type { Families } from "./family.ts";
import { finishEffects } from "./finish-effects.ts";
import { INDEX_FAMILIES, INDEX_FORMS, isAboutIndex } from "./index/index-families.ts";
import { MAINTENANCE_FAMILIES } from "./maintenance/maintenance-families.ts";

const FAMILIES: Families = { ...INDEX_FAMILIES, ...MAINTENANCE_FAMILIES };

/**
 * What the statement does to every relation that it touches, on a server of the state's version.
 *
 * @param state the catalog before the statement; left as it is
 */
export function effectsOf(statement: ParsedStatement, state: CatalogState): StatementEffects {
  const effects = new EffectSet();
  const { tag, node } = statement;
  const family = (isAboutIndex(statement, state) ? INDEX_FORMS : FAMILIES)[tag] as
    | ((node: unknown, state: CatalogState, effects: EffectSet) => void)
    | undefined;
  if (family === undefined) effects.leaveUnchecked(`statements of the kind ${tag} are not looked into`);
  else family(node, state, effects);
  if (isRefusedInTransaction(statement)) effects.forbidTransaction();
  return finishEffects(effects, state);
}
