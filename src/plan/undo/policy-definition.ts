import { each, type StatementsExpression, text } from "./sql-text.ts";

const ROLES = `(SELECT string_agg(CASE o.role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o.role)) END, ', ' ORDER BY o.role)
      FROM unnest(p.polroles) AS o(role))`;
const COMMAND = `CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END`;
const clause = (word: string, expression: string): string =>
  `coalesce('${word} (' || pg_get_expr(p.${expression}, p.polrelid) || ')', '')`;

/** Puts the policies `p` of the relation `t` that `named` chooses back; `standing` ones are dropped before. */
export const restorePolicies = (named: string, standing: boolean): readonly StatementsExpression[] => {
  const from = `pg_policy p WHERE p.polrelid = t.oid AND ${named}`;
  const name = "quote_ident(p.polname)";
  const on = "t.oid::regclass";
  return [
    // ALTER POLICY cannot take an expression away.
    ...(standing ? [each(text`DROP POLICY ${name} ON ${on}`, from)] : []),
    each(
      text`CREATE POLICY ${name} ON ${on} AS ${"CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END"} FOR ${COMMAND} TO ${ROLES}${clause(" USING", "polqual")}${clause(" WITH CHECK", "polwithcheck")}`,
      from,
    ),
    each(
      text`COMMENT ON POLICY ${name} ON ${on} IS ${"quote_literal(obj_description(p.oid, 'pg_policy'))"}`,
      `${from} AND obj_description(p.oid, 'pg_policy') IS NOT NULL`,
    ),
  ];
};
