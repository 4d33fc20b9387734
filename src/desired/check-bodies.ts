import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { type FailedStatement, notLoadable } from "./not-loadable.ts";
import { batchAt, type StatementRunner } from "./run-statements.ts";
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
  const checked = [...lastOfEach(statements)].filter(
    ({ settings }) => !settings.some(({ name }) => name === "check_function_bodies"),
  );
  for (let at = 0; at < checked.length; ) {
    const batch = batchAt(checked, at);
    const done = await runner.runTogether(batch, (one) => [
      { sql: "BEGIN" },
      { sql: CHECKED },
      { sql: replacing(one) },
      { sql: "ROLLBACK" },
    ]);
    at += done;
    const stopped = batch[done];
    if (stopped === undefined) continue;
    await runner.settle(stopped.settings);
    const error = await refusalOf(session, stopped);
    if (error !== undefined) failed.push({ one: stopped, error });
    at += 1;
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

const CHECKED = "SET LOCAL check_function_bodies = on";

const isReplacing = ({ parsed: { tag, node } }: SchemaStatement): boolean =>
  tag === "CreateFunctionStmt" && node.replace === true;

const replacing = (one: SchemaStatement): string =>
  isReplacing(one) ? one.source.text : one.source.text.replace(/^CREATE/i, "CREATE OR REPLACE");

async function refusalOf(session: Session, one: SchemaStatement): Promise<unknown> {
  try {
    await session.query(`BEGIN; ${CHECKED}`);
    await session.query(replacing(one));
    return undefined;
  } catch (error) {
    const refusal = databaseError(error);
    if (refusal === undefined || failureKind(error) === "connection") throw error;
    if (!isReplacing(one) && refusal.position !== undefined) {
      // It counts in what was sent.
      refusal.position = String(Math.max(1, Number(refusal.position) - " OR REPLACE".length));
    }
    return error;
  } finally {
    await session.rollback();
  }
}
