import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { ALTER_TABLE_FAMILIES } from "./alter-table/alter-table-families.ts";
import { CREATE_FAMILIES } from "./create/create-families.ts";
import { DROP_FAMILIES } from "./drop/drop-families.ts";
import type { StatementEffects } from "./effect.ts";
import { EffectSet } from "./effect-set.ts";
import type { Families } from "./family.ts";
import { finishEffects } from "./finish-effects.ts";
import { INDEX_FAMILIES, INDEX_FORMS, isAboutIndex } from "./index/index-families.ts";
import { MAINTENANCE_FAMILIES } from "./maintenance/maintenance-families.ts";
import { isAboutObject, OBJECT_FORMS } from "./objects/alter-object.ts";
import { OBJECT_FAMILIES } from "./objects/object-families.ts";
import { runFamilies } from "./objects/run-families.ts";
import { QUERY_FAMILIES } from "./query/query-families.ts";
import { isRefusedInTransaction } from "./refused-in-transaction.ts";

const FAMILIES: Families = {
  ...ALTER_TABLE_FAMILIES,
  ...CREATE_FAMILIES,
  ...DROP_FAMILIES,
  ...INDEX_FAMILIES,
  ...MAINTENANCE_FAMILIES,
  ...OBJECT_FAMILIES,
  ...QUERY_FAMILIES,
  ...runFamilies(gather),
};

/**
 * What the statement does to every relation that it touches, on a server of the state's version.
 *
 * @param state the catalog before the statement; left as it is
 */
export function effectsOf(statement: ParsedStatement, state: CatalogState): StatementEffects {
  const effects = new EffectSet();
  gather(statement, state, effects);
  const transaction = isRefusedInTransaction(statement, state) ? "forbidden" : "allowed";
  return { transaction, ...finishEffects(effects, state) };
}

function gather(statement: ParsedStatement, state: CatalogState, effects: EffectSet): void {
  const { tag, node } = statement;
  const family = familiesFor(statement, state)[tag] as
    | ((node: unknown, state: CatalogState, effects: EffectSet) => void)
    | undefined;
  if (family === undefined) effects.leaveUnchecked(`statements of the kind ${tag} are not looked into`);
  else family(node, state, effects);
}

function familiesFor(statement: ParsedStatement, state: CatalogState): Families {
  if (isAboutIndex(statement, state)) return INDEX_FORMS;
  return isAboutObject(statement) ? OBJECT_FORMS : FAMILIES;
}
