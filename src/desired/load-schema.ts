import type { Session } from "../postgres/session.ts";
import { checkBodies } from "./check-bodies.ts";
import { reachOf } from "./reach.ts";
import { refuseTwoDefinitions } from "./refuse-two-definitions.ts";
import { makeRoles, withKnownRoles } from "./roles.ts";
import { StatementRunner } from "./run-statements.ts";
import type { LeftOut, SchemaSource } from "./schema-source.ts";
import { type SchemaStatement, statementsOf } from "./schema-statement.ts";
import type { TimeLimit } from "./time-limit.ts";

export interface LoadOptions {
  /** The server is ours alone and goes away: what the schema says of roles may be done, and roles that are missing be made. */
  readonly ownServer: boolean;
  readonly limit: TimeLimit;
  /** Statements run in their order, and bodies of functions are not looked at: later ones may replace them. Default false. */
  readonly ordered?: boolean;
  /** On a server of others: GRANT and OWNER TO for roles that it has not are left out. Default false: they are refused. */
  readonly withoutMissingRoles?: boolean;
}

const GRANTS: ReadonlySet<string> = new Set(["GrantStmt", "AlterDefaultPrivilegesStmt"]);

/** Whether a state says who may do what; what it says in part counts for nothing. */
export type Grants = "said" | "unsaid" | "left out";

export interface LoadedSchema {
  /** What would be felt outside of the database, or is for roles or settings that the server has not. */
  readonly leftOut: readonly LeftOut[];
  readonly grants: Grants;
}

/**
 * Runs the statements of a schema in a database, each committed on its own and each file with settings of its own. Those
 * that fail are tried again after the others, for as long as that brings anything; bodies of functions are checked when
 * all is there.
 *
 * @param session of the scratch database; its settings are the server's again afterwards
 * @throws LockkeeperError `schema_invalid` for what cannot be loaded, at its place; `role_missing`, `sql_syntax`,
 *   `sql_meta_command`, `wait_timeout`, `interrupted`, and the driver's error when the connection is lost
 */
export async function loadSchema(
  session: Session,
  sources: readonly SchemaSource[],
  options: LoadOptions,
): Promise<LoadedSchema> {
  const all: SchemaStatement[] = [];
  for (const source of sources) {
    for (const one of await statementsOf(source)) all.push(one);
  }
  if (options.ordered !== true) refuseTwoDefinitions(all);
  const [within, beyond] = byReach(all, options.ownServer);
  if (options.ownServer) await makeRoles(session, all);
  const { known, leftOut } = options.ownServer
    ? { known: within, leftOut: [] }
    : await withKnownRoles(session, within, options.withoutMissingRoles === true);
  const runner = new StatementRunner(session, options.limit);
  if (options.ordered === true) {
    await runner.inOrder(known);
  } else {
    await runner.inAnyOrder(known);
    await checkBodies(session, known, runner);
  }
  await session.query("RESET ALL");
  const reason = "reaches beyond its database";
  return {
    leftOut: [
      ...beyond.map(({ file, source }) => ({ file, line: source.line, reason })),
      ...leftOut,
      ...runner.leftOut,
    ],
    grants: leftOut.length > 0 ? "left out" : known.some(({ parsed: { tag } }) => GRANTS.has(tag)) ? "said" : "unsaid",
  };
}

/** Statements that can be run in a scratch database, and those that would be felt outside of it. */
function byReach(all: readonly SchemaStatement[], ownServer: boolean): readonly [SchemaStatement[], SchemaStatement[]] {
  const within: SchemaStatement[] = [];
  const beyond: SchemaStatement[] = [];
  for (const one of all) {
    const reach = reachOf(one.parsed);
    const isBeyond = reach === "elsewhere" || (reach === "server" && !ownServer);
    (isBeyond ? beyond : within).push(one);
  }
  return [within, beyond];
}
