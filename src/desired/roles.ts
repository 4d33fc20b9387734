import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Session } from "../postgres/session.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { rolesNamed } from "./reach.ts";
import type { LeftOut } from "./schema-source.ts";
import type { SchemaStatement } from "./schema-statement.ts";

/** A schema rarely makes the roles that it names. */
export async function makeRoles(session: Session, statements: readonly SchemaStatement[]): Promise<void> {
  const made = new Set(
    statements.map(({ parsed: { tag, node } }) => (tag === "CreateRoleStmt" ? node.role : undefined)),
  );
  const there = await rolesOf(session);
  for (const role of rolesNamed(statements.map(({ parsed }) => parsed))) {
    if (!made.has(role) && !there.has(role)) await session.query(`CREATE ROLE ${quoteIdentifier(role)}`);
  }
}

/**
 * Holds the statements of a schema against the roles of a server that is not ours to make roles on.
 *
 * @param withoutMissing whether privileges and owners of roles that are not there are left out
 * @throws LockkeeperError `role_missing` at the first statement that needs a role which is not there
 */
export async function withKnownRoles(
  session: Session,
  statements: readonly SchemaStatement[],
  withoutMissing: boolean,
): Promise<{ readonly known: readonly SchemaStatement[]; readonly leftOut: readonly LeftOut[] }> {
  const there = await rolesOf(session);
  const known: SchemaStatement[] = [];
  const leftOut: LeftOut[] = [];
  for (const one of statements) {
    const role = [...rolesNamed(one.parsed)].find((name) => !there.has(name));
    if (role === undefined) known.push(one);
    else if (withoutMissing && isAboutPrivileges(one.parsed)) leftOut.push(leftOutFor(one, role));
    else throw missing(one, role);
  }
  return { known, leftOut };
}

const rolesOf = async (session: Session): Promise<ReadonlySet<string>> =>
  new Set((await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles")).map(({ name }) => name));

const leftOutFor = ({ file, source }: SchemaStatement, role: string): LeftOut => ({
  file,
  line: source.line,
  reason: `there is no role ${quoteIdentifier(role)}`,
});

function missing({ file, source, map }: SchemaStatement, role: string): LockkeeperError {
  const at = map.place(file, source.start);
  return new LockkeeperError("role_missing", {
    message: `${file}:${at.line}: the server of the scratch database has no role ${quoteIdentifier(role)}.`,
    at,
    notDone: "The schema was not loaded.",
    data: { role },
  });
}

/** Says who may do what or whose something is, and nothing else. */
function isAboutPrivileges({ tag, node }: ParsedStatement): boolean {
  switch (tag) {
    case "GrantStmt":
    case "AlterOwnerStmt":
    case "AlterDefaultPrivilegesStmt":
      return true;
    case "AlterTableStmt":
      return (node.cmds ?? []).every((one) => "AlterTableCmd" in one && one.AlterTableCmd.subtype === "AT_ChangeOwner");
    default:
      return false;
  }
}
