import type { Policy } from "../../model/policy.ts";
import { inSchemas, roleName, wordFor } from "../sql-fragments.ts";
import { type RowOf, section } from "./section.ts";

export type PolicyRow = RowOf<Policy> & { readonly relation: number };

export const POLICIES = section<PolicyRow>(
  "policies",
  `SELECT p.oid::bigint AS oid, p.polrelid::bigint AS relation, p.polname AS name,
     ${wordFor("p.polcmd", { "*": "all", r: "select", a: "insert", w: "update", d: "delete" })} AS command, p.polpermissive AS permissive,
     (SELECT json_agg(${roleName("role")} ORDER BY ${roleName("role")}) FROM unnest(p.polroles) role) AS roles,
     pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
   FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE ${inSchemas("c.relnamespace")}`,
  "SELECT FROM pg_policy",
);
