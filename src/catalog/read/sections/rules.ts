import type { Rule } from "../../model/rule.ts";
import { FIRING_MODES, inSchemas, wordFor } from "../sql-fragments.ts";
import { type RowOf, section } from "./section.ts";

export type RuleRow = RowOf<Rule> & { readonly relation: number };

export const RULES = section<RuleRow>(
  "rules",
  `SELECT r.oid::bigint AS oid, r.ev_class::bigint AS relation, r.rulename AS name, pg_get_ruledef(r.oid) AS definition,
     ${wordFor("r.ev_type", { 1: "select", 2: "update", 3: "insert", 4: "delete" })} AS event, r.is_instead AS instead,
     ${wordFor("r.ev_enabled", FIRING_MODES)} AS enabled
   FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN' AND ${inSchemas("c.relnamespace")}`,
  "SELECT FROM pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'",
);
