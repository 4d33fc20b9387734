import type { Place } from "../errors/lockkeeper-error.ts";
import type { DdlStep, PlannedStatement } from "../plan/plan.ts";
import { BATCH_SEPARATOR, BatchError, type BatchStatement } from "../postgres/batch.ts";
import { databaseError } from "../postgres/server-error.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { offsetOfPosition } from "../sql/source-map.ts";
import { attemptStep } from "./attempt.ts";
import type { AttemptFacts, AttemptOutcome } from "./attempt-outcome.ts";
import type { ObservedLock } from "./events.ts";
import { forgetSettings, mayRunCode } from "./forget-settings.ts";
import { placeInStatement } from "./place-in-statement.ts";
import type { RunPolicy } from "./policy.ts";
import { type RunContext, type StepRef, transactionSettings } from "./run-context.ts";

/** `locks` where the statement had no transaction that could look at itself. */
export interface StepFacts extends AttemptFacts {
  readonly locks?: readonly ObservedLock[];
}

/** One statement of the message, and the statement of the plan it came from. */
export interface Sent extends BatchStatement {
  readonly of?: PlannedStatement;
  /** For a statement of ours: the one that it prepares. */
  readonly serves?: Pick<PlannedStatement, "at" | "sql">;
}

/** A step's SQL, its journal row and the check of the lease: one transaction, one message, exactly once. */
export async function executeDdl(
  context: RunContext,
  ref: StepRef,
  step: DdlStep,
  last: boolean,
): Promise<AttemptOutcome> {
  let sent: Sent[] = [];
  const placeOf = (error: unknown): Place | undefined => placeOfFailure(sent, error);
  return await attemptStep(context, ref, step.title, placeOf, async (facts) => {
    const session = await context.work.session();
    sent = ddlBatch(context, ref, step, last, facts);
    if (step.isQuiet !== true && step.statements.some(mayRunCode)) {
      sent.push(...forgetSettings(session, context.token));
    }
    try {
      await session.batch(sent);
    } catch (error) {
      await session.rollback();
      throw error;
    }
  });
}

function ddlBatch(context: RunContext, ref: StepRef, step: DdlStep, last: boolean, facts: AttemptFacts): Sent[] {
  return [
    { sql: BEGIN },
    ...(step.isQuiet === true ? [] : [{ sql: vacuumGivesWay(context.policy) }]),
    { sql: beginStep(context, ref) },
    ...step.settings.map((sql) => ({ sql, serves: { at: step.at, sql } })),
    ...statementsOf(ref, step),
    { sql: finishStep(context, ref, step.kind, step.title, last, facts, step.isQuiet) },
    { sql: "COMMIT" },
  ];
}

/** Others do not notice that they queue behind us for so long, ms. */
const UNNOTICED_MS = 100;

/**
 * A vacuum that the server began by itself ends for whoever has waited for it as long as `deadlock_timeout` says: by default
 * a second, which is longer than we wait, so that we would stand in others' way again and again and never get the lock.
 * Superusers may have it end sooner. One against the wraparound of transaction numbers goes on all the same.
 *
 * Source: `ProcSleep` in PostgreSQL's `src/backend/storage/lmgr/proc.c`.
 */
function vacuumGivesWay({ lockTimeoutMs }: RunPolicy): string {
  const ms = Math.max(1, Math.min(UNNOTICED_MS, Math.floor(lockTimeoutMs / 2)));
  return `SELECT pg_catalog.set_config('deadlock_timeout', '${ms}ms', true) FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper`;
}

/** The statements of a step, with what reads their ways back in front of them. */
export function statementsOf(ref: StepRef, step: DdlStep): Sent[] {
  return step.statements.flatMap((statement, index): Sent[] => [
    ...captures(ref, index, statement).map(({ sql }) => ({ sql, serves: statement })),
    {
      sql: statement.sql,
      of: statement,
      ...(statement.copyData === undefined ? {} : { copyData: statement.copyData }),
    },
  ]);
}

export function beginStep(context: RunContext, ref: StepRef): string {
  const settings = quoteLiteral(JSON.stringify(transactionSettings(context, ref)));
  return `SELECT lockkeeper.begin_step(${context.token}, ${ref.run}, ${ref.ordinal}, ${settings}, ${ref.afterRun ?? "NULL"})`;
}

export function finishStep(
  context: RunContext,
  ref: StepRef,
  kind: string,
  title: string,
  last: boolean,
  facts: StepFacts,
  isQuiet = false,
): string {
  const values = [
    quoteLiteral(kind),
    quoteLiteral(title),
    `${quoteLiteral(JSON.stringify(facts))}::jsonb`,
    String(last),
    ...(isQuiet ? ["false"] : []),
  ];
  return `SELECT lockkeeper.finish_step(${context.token}, ${ref.run}, ${ref.ordinal}, ${values.join(", ")})`;
}

/** What the statement will be taken back with, read from the catalog just before it runs. */
export function captures(ref: StepRef, statement: number, planned: Pick<PlannedStatement, "undo">): { sql: string }[] {
  return planned.undo.flatMap((item, index) => {
    const place = [ref.run, ref.ordinal, statement, index].join(", ");
    if ("around" in item) {
      const [before, behind] = item.around.map(quoteLiteral);
      const relation = item.schemaOf === null ? "NULL" : quoteLiteral(item.schemaOf);
      return [{ sql: `SELECT lockkeeper.keep_undo(${place}, ${before}, ${relation}, ${behind})` }];
    }
    if (!("capture" in item)) {
      return [];
    }
    return [
      {
        sql: `SELECT lockkeeper.keep_captured(${place}, ARRAY(SELECT u.sql FROM (${item.capture}) AS u(sql)))`,
      },
    ];
  });
}

/** The server counts from the beginning of the message; people count in their file. */
function placeOfFailure(sent: readonly Sent[], error: unknown): Place | undefined {
  if (!(error instanceof BatchError)) {
    return undefined;
  }
  const position = databaseError(error)?.position;
  if (position === undefined) {
    const { of, serves } = sent[error.statement] ?? {};
    const statement = of ?? serves;
    return statement === undefined ? undefined : placeInStatement(statement);
  }
  // A text that does not parse fails before its first statement runs: only the position tells which one it was. One that
  // lies in another statement than the one at work is of a text that the server wrote, such as that of an index.
  const offset = offsetOfPosition(error.text, Number(position));
  const { statement, start = 0 } = statementAt(sent, offset) ?? {};
  const failed = error.statement === 0 ? statement : sent[error.statement];
  if (statement !== failed) {
    const planned = failed?.of ?? failed?.serves;
    return planned === undefined ? undefined : placeInStatement(planned);
  }
  if (statement?.of !== undefined) {
    return placeInStatement(statement.of, offset - start);
  }
  return statement?.serves === undefined ? undefined : placeInStatement(statement.serves);
}

function statementAt(sent: readonly Sent[], offset: number): { statement: Sent; start: number } | undefined {
  let start = 0;
  for (const statement of sent) {
    const end = start + statement.sql.length;
    if (offset <= end) {
      return { statement, start };
    }
    start = end + BATCH_GAP;
  }
  return undefined;
}

/** What `Batch` puts between two statements. */
const BATCH_GAP = BATCH_SEPARATOR.length;
