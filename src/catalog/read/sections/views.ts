import { inSchemas } from "../sql-fragments.ts";
import { type Keyed, section } from "./section.ts";

export interface ViewDefinitionRow extends Keyed {
  readonly definition: string;
  /** The rewrite rule that holds the query: what the view depends on is recorded for it. */
  readonly rule: number;
}

/** Locks the relations of each query for reading until the transaction ends, so this comes last. */
export const VIEW_DEFINITIONS = section<ViewDefinitionRow>(
  "view_definitions",
  `SELECT c.oid::bigint AS oid, pg_get_viewdef(c.oid) AS definition, r.oid::bigint AS rule
   FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
   WHERE c.relkind IN ('v', 'm') AND ${inSchemas("c.relnamespace")}`,
  "SELECT FROM pg_rewrite WHERE oid >= 16384",
);
