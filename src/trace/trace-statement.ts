import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { reachOf } from "../desired/reach.ts";
import { type TimeLimit, withinTime } from "../desired/time-limit.ts";
import type { StatementEffects } from "../effects/effect.ts";
import { effectsOf } from "../effects/effects-of.ts";
import type { PlannedStatement } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { nameOf, sideBySide } from "./observe/compare.ts";
import type { Observation } from "./observe/observation.ts";
import { isQuery } from "./observe/queries.ts";
import { attempt, type Failure } from "./observe/watched.ts";
import { isDifference, relationsOf } from "./sides.ts";
import type { TracedStatement } from "./trace-report.ts";

/** Where statements are traced. */
export interface Trace {
  /** Of the scratch database. */
  readonly url: string;
  /** The catalog that the next statement finds, as it is foreseen; it is brought along. */
  readonly state: CatalogState;
  readonly limit: TimeLimit;
  /** The server is ours alone and goes away. */
  readonly ownServer: boolean;
}

/** How a statement was looked at. */
export interface Look {
  /** Looks at it while `run` runs it. */
  readonly observe: (
    run: () => Promise<Failure | undefined>,
    predicted: StatementEffects,
  ) => Promise<Observation & { readonly isComplete?: boolean; readonly heldUpMs?: number }>;
  /** What the transaction was seen to hold already. */
  readonly shown: Map<string, string>;
}

/** Predicts, runs, and puts both side by side; the state is the one behind the statement afterwards, if it succeeded. */
export async function traceStatement(
  trace: Trace,
  worker: Session,
  statement: PlannedStatement,
  { observe, shown }: Look,
): Promise<TracedStatement> {
  const { state, limit, ownServer } = trace;
  const written = parsed(statement.sql, statement.at.file);
  const reach = reachOf(written);
  if (reach === "elsewhere" || (reach === "server" && !ownServer)) {
    return untraced(statement, "skipped", "it reaches beyond its database");
  }
  const predicted = effectsOf(written, state);
  let ms = 0;
  const run = async (): Promise<Failure | undefined> => {
    const begun = performance.now();
    try {
      return await runLimited(worker, statement, limit);
    } finally {
      ms = performance.now() - begun;
    }
  };
  const observation = await observe(run, predicted);
  const { failed, isComplete = true, heldUpMs = 0 } = observation;
  const seen = { ...described(statement), ms: Math.max(0, ms - heldUpMs), isComplete };
  if (failed !== undefined) {
    const ways = predicted.effects.flatMap(({ mayFail }) => mayFail);
    const foreseen = ways.filter(({ sqlState }) => sqlState === failed.sqlState).map(({ reason }) => reason);
    const failure = { ...failed, foreseen: [...new Set(foreseen)] };
    return { ...seen, outcome: "failed", failure, relations: [], unchecked: predicted.unchecked, differences: 0 };
  }
  const compared = letsGo(written) ? keptOnly(observation) : observation;
  const comparisons = sideBySide(predicted, compared, state, !isQuery(written.tag));
  const relations = relationsOf(comparisons, { predicted, before: observation.before, isComplete, shown });
  const differences = comparisons.filter((one) => isDifference(one, { predicted, isComplete })).length;
  const { unfollowed } = applyStatement(state, written);
  const news = unfollowed.filter((what) => !predicted.unchecked.some((known) => known.startsWith(what)));
  const unchecked = [...predicted.unchecked, ...news];
  return { ...seen, outcome: "done", relations, unchecked, differences };
}

/** Going back to a savepoint gives back the locks that were taken since, and takes none. */
const letsGo = ({ tag, node }: ParsedStatement): boolean =>
  tag === "TransactionStmt" && node.kind === "TRANS_STMT_ROLLBACK_TO";

const keptOnly = (observation: Observation): Observation => ({
  ...observation,
  locksBefore: observation.locks,
  blockedBefore: observation.blocked,
});

/** A statement that was not run, and why. */
export function untraced(
  statement: PlannedStatement,
  outcome: "skipped" | "not run",
  reason?: string,
): TracedStatement {
  return {
    ...described(statement),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ms: null,
    relations: [],
    unchecked: [],
    isComplete: true,
    differences: 0,
  };
}

const described = ({ sql, insteadOf, at }: PlannedStatement): Pick<TracedStatement, "sql" | "insteadOf" | "at"> => ({
  sql,
  ...(insteadOf === undefined ? {} : { insteadOf }),
  at,
});

/** Runs it for as long as it may last; says why it failed. */
export async function runLimited(
  worker: Session,
  { sql, copyData }: Pick<PlannedStatement, "sql" | "copyData">,
  limit: TimeLimit,
): Promise<Failure | undefined> {
  const send = (): Promise<unknown> => (copyData === undefined ? worker.query(sql) : worker.batch([{ sql, copyData }]));
  const over = { tooLong: false };
  const failure = await attempt(async () => {
    over.tooLong = "tooLong" in (await withinTime(limit, worker, send));
  });
  return over.tooLong
    ? { sqlState: CANCELLED, message: `it did not end within ${limit.timeoutMs / 1000} s, and was cancelled` }
    : failure;
}

/** query_canceled */
const CANCELLED = "57014";

/** Tables that the statement is foreseen to work with, as many as may each be held up on their own. */
export function tablesOf({ effects }: StatementEffects): ReadonlySet<string> {
  return new Set(effects.map(({ relation, on }) => nameOf(on ?? relation)).slice(0, MOST_APART));
}

/** Each takes three sessions, and servers commonly have a hundred. */
const MOST_APART = 12;

export const parsed = (sql: string, file: string): ParsedStatement =>
  parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, file);
