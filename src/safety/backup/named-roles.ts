import type { Session } from "../../postgres/session.ts";

/**
 * PostgreSQL keeps who is named by owners, grants, policies, default privileges and user mappings in pg_shdepend, for the
 * sake of DROP ROLE; but for the role that initdb made, which nobody can drop. Subscriptions belong to no one database there.
 */
const NAMED = `SELECT pg_get_userbyid(10)::text AS name
UNION SELECT role.rolname::text FROM pg_shdepend AS named JOIN pg_roles AS role ON role.oid = named.refobjid
WHERE named.refclassid = 'pg_authid'::regclass AND (named.classid = 'pg_subscription'::regclass
  OR named.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
ORDER BY 1`;

/** Every role that a dump of the database names, that of schemas which no catalog speaks of too: what a restore of it needs. */
export const namedRoles = async ({ query }: Session): Promise<readonly string[]> =>
  (await query<{ name: string }>(NAMED)).map(({ name }) => name);
