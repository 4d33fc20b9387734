import { quoteLiteral } from "../../sql/quote.ts";
import { type AlterationUndo, inCatalog } from "./alteration.ts";
import { eachInTree } from "./relation.ts";
import { type TextExpression, text } from "./sql-text.ts";

/** When a trigger or rule fires, as `tgenabled`, `ev_enabled` and `evtenabled` store it. */
export type Firing = "O" | "D" | "R" | "A";

/** The words for a stored state. */
export const firingOf = (state: string): TextExpression =>
  `CASE ${state} WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END`;

const byName = (chosen: string): string => `JOIN pg_trigger g ON g.tgrelid = c.oid AND ${chosen}`;

const SET_BY_NAME = text`ALTER TABLE ONLY ${"c.oid::regclass"} ${firingOf("g.tgenabled")} TRIGGER ${"quote_ident(g.tgname)"}`;

/** Puts triggers that will be in another state back; a partitioned table's are switched in its partitions too. */
export const triggerFiring = (becomes: Firing, which: "named" | "user"): AlterationUndo =>
  inCatalog(({ command, only }) => {
    const chosen = which === "named" ? `g.tgname = ${quoteLiteral(command.name ?? "")}` : "NOT g.tgisinternal";
    return [eachInTree(only, SET_BY_NAME, byName(`${chosen} AND g.tgenabled <> '${becomes}'`))];
  });

/** The state that all the triggers of foreign keys on `c` have in common. */
const SYSTEM_STATE = `(SELECT min(s.tgenabled) FROM pg_trigger s WHERE s.tgrelid = c.oid AND s.tgisinternal
      HAVING min(s.tgenabled) = max(s.tgenabled) AND min(s.tgenabled) IN ('O', 'D'))`;

/**
 * The same for TRIGGER ALL. The names of a foreign key's triggers hold OIDs, and a key that is built again has others:
 * where they agree they are put back together, and then the rest by name.
 */
export const allTriggersFiring = (becomes: Firing): AlterationUndo =>
  inCatalog(({ only }) => {
    const differs = `EXISTS (SELECT FROM pg_trigger d WHERE d.tgrelid = c.oid AND d.tgenabled <> '${becomes}')`;
    const together = text`ALTER TABLE ONLY ${"c.oid::regclass"} ${firingOf(SYSTEM_STATE)} TRIGGER ALL`;
    return [
      eachInTree(only, together, `WHERE ${differs} AND ${SYSTEM_STATE} IS NOT NULL`),
      eachInTree(only, SET_BY_NAME, byName(`g.tgenabled <> coalesce(${SYSTEM_STATE}, '${becomes}') AND ${differs}`)),
    ];
  });

export const ruleFiring: AlterationUndo = inCatalog(({ command }) => [
  eachInTree(
    true,
    text`ALTER TABLE ${"c.oid::regclass"} ${firingOf("r.ev_enabled")} RULE ${"quote_ident(r.rulename)"}`,
    `JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = ${quoteLiteral(command.name ?? "")}`,
  ),
]);
