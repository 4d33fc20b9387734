import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { type FailedStatement, notLoadable } from "./not-loadable.ts";
import type { StatementRunner } from "./run-statements.ts";
import type { SchemaStatement } from "./schema-statement.ts";

/**
 * Has the server read the bodies of functions and procedures, as it does where they are created: by creating each once
 * more and taking that back. Files that switch `check_function_bodies` off, as pg_dump's do, are believed.
 *
 * @param runner of the session
 * @throws LockkeeperError `schema_invalid` for bodies that are refused, at their places
 */
export async function checkBodies(
  session: Session,
  statements: readonly SchemaStatement[],
  runner: StatementRunner,
): Promise<void> {
  const failed: FailedStatement[] = [];
  for (const one of lastOfEach(statements)) {
    if (one.settings.some(({ name }) => name === "check_function_bodies")) continue;
    await runner.settle(one.settings);
    const error = await refusalOf(session, one);
    if (error !== undefined) failed.push({ one, error });
  }
  if (failed.length > 0) throw notLoadable(failed, "The schema was loaded, and is not used.");
}

/** The last statement of those that create the same function. */
function lastOfEach(statements: readonly SchemaStatement[]): Iterable<SchemaStatement> {
  const last = new Map<string, SchemaStatement>();
  for (const one of statements) {
    const { tag, node } = one.parsed;
    if (tag !== "CreateFunctionStmt") continue;
    const { funcname, parameters } = node;
    const withoutPlaces = (key: string, value: unknown) => (key === "location" ? undefined : value);
    last.set(JSON.stringify([funcname, parameters, one.settings.map(({ sql }) => sql)], withoutPlaces), one);
  }
  return last.values();
}

async function refusalOf(session: Session, { source, parsed }: SchemaStatement): Promise<unknown> {
  const { text } = source;
  const isReplacing = parsed.tag === "CreateFunctionStmt" && parsed.node.replace === true;
  try {
    await session.query("BEGIN; SET LOCAL check_function_bodies = on");
    await session.query(isReplacing ? text : text.replace(/^CREATE/i, "CREATE OR REPLACE"));
    return undefined;
  } catch (error) {
    const refusal = databaseError(error);
    if (refusal === undefined || failureKind(error) === "connection") throw error;
    if (!isReplacing && refusal.position !== undefined) {
      // It counts in what was sent.
      refusal.position = String(Math.max(1, Number(refusal.position) - " OR REPLACE".length));
    }
    return error;
  } finally {
    await session.rollback();
  }
}
