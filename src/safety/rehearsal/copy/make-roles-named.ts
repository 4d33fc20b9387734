import { rolesNamed } from "../../../desired/reach.ts";
import type { Migration } from "../../../migrations/migration.ts";
import type { Session } from "../../../postgres/session.ts";
import { parseStatement } from "../../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import { splitSql } from "../../../sql/split-sql.ts";

/**
 * Makes the roles that migrations name and do not make, and the one under which they run, on a server that is ours alone.
 *
 * @param role under which they run; it may do everything
 */
export async function makeRolesNamed(
  session: Session,
  migrations: readonly Migration[],
  role: string | undefined,
): Promise<void> {
  const known = new Set(
    (await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles")).map(({ name }) => name),
  );
  const named = new Set<string>();
  for (const { kind, text, file } of migrations) {
    if (kind !== "sql") continue;
    for (const statement of splitSql(text, file).statements) {
      const { tag, node } = parseStatement(statement, file, text);
      if (tag === "CreateRoleStmt" && node.role !== undefined) known.add(node.role);
      else for (const one of rolesNamed(node)) named.add(one);
    }
  }
  if (role !== undefined && !known.has(role)) {
    known.add(role);
    await session.query(`CREATE ROLE ${quoteIdentifier(role)} SUPERUSER`);
  }
  for (const one of named) if (!known.has(one)) await session.query(`CREATE ROLE ${quoteIdentifier(one)}`);
}
