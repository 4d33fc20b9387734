import { quoteLiteral } from "../../sql/quote.ts";
import { type AlterationUndo, inCatalog } from "./alteration.ts";
import { eachInTree } from "./relation.ts";
import { type TextExpression, text } from "./sql-text.ts";

/** When a trigger or rule fires, as `tgenabled`, `ev_enabled` and `evtenabled` store it. */
export type Firing = "O" | "D" | "R" | "A";

/** The words for a stored state. */
export const firingOf = (state: string): TextExpression =>
  `CASE ${state} WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END`;

/** Puts triggers that will be in another state back; a partitioned table's are switched in its partitions too. */
export const triggerFiring = (becomes: Firing, which: "named" | "all" | "user"): AlterationUndo =>
  inCatalog(({ command, only }) => {
    const name = `g.tgname = ${quoteLiteral(command.name ?? "")}`;
    const chosen = which === "named" ? name : which === "all" ? "true" : "NOT g.tgisinternal";
    return [
      eachInTree(
        only,
        text`ALTER TABLE ONLY ${"c.oid::regclass"} ${firingOf("g.tgenabled")} TRIGGER ${"quote_ident(g.tgname)"}`,
        `JOIN pg_trigger g ON g.tgrelid = c.oid AND ${chosen} AND g.tgenabled <> '${becomes}'`,
      ),
    ];
  });

export const ruleFiring: AlterationUndo = inCatalog(({ command }) => [
  eachInTree(
    true,
    text`ALTER TABLE ${"c.oid::regclass"} ${firingOf("r.ev_enabled")} RULE ${"quote_ident(r.rulename)"}`,
    `JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = ${quoteLiteral(command.name ?? "")}`,
  ),
]);
