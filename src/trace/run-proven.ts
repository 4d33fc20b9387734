import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { type TimeLimit, withinTime } from "../desired/time-limit.ts";
import type { DiffStatement } from "../diff/schema-diff.ts";
import type { StatementEffects } from "../effects/effect.ts";
import { effectsOf } from "../effects/effects-of.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { quoteQualified } from "../sql/quote.ts";
import { type Snapshot, snapshot } from "./observe/snapshot.ts";
import { parsed } from "./trace-statement.ts";

/** A statement that some rows make fail. */
export interface NeedsFittingRows {
  readonly sql: string;
  /** In the server's words. */
  readonly reason: string;
}

export interface ProvenRun {
  /** Tables that were written anew. */
  readonly rewrites: readonly string[];
  /** Where that was foreseen otherwise. */
  readonly surprises: readonly string[];
  readonly needsFittingRows: readonly NeedsFittingRows[];
}

interface Surroundings {
  readonly session: Session;
  readonly limit: TimeLimit;
  /** The catalog that the statements find; it is brought along. */
  readonly state: CatalogState;
  /** Removes all rows. */
  readonly clear: () => Promise<void>;
}

/**
 * Runs statements one after the other, each committed on its own, and looks which tables they write anew. One that rows
 * make fail is run once more without any.
 *
 * @returns the statement that failed, and the driver's error, where one did
 */
export async function runProven(
  statements: readonly DiffStatement[],
  { session, limit, state, clear }: Surroundings,
): Promise<ProvenRun | { readonly failed: unknown; readonly sql: string }> {
  const rewrites: string[] = [];
  const surprises: string[] = [];
  const needsFittingRows: NeedsFittingRows[] = [];
  let before = await snapshot(session, "all");
  for (const { sql } of statements) {
    const statement = parsed(sql, "<diff>");
    const predicted = effectsOf(statement, state);
    let refusal = await attempt(session, limit, sql);
    const server = databaseError(refusal);
    if (server?.code !== undefined && ABOUT_ROWS.test(server.code)) {
      needsFittingRows.push({ sql, reason: server.message });
      await clear();
      before = await snapshot(session, "all");
      refusal = await attempt(session, limit, sql);
    }
    if (refusal !== undefined) return { failed: refusal, sql };
    applyStatement(state, statement);
    const after = await snapshot(session, "all");
    const seen = rewritten(before, after);
    rewrites.push(...seen);
    surprises.push(...differences(predicted, seen, before).map((what) => `${what}: ${sql}`));
    before = after;
  }
  return { rewrites, surprises, needsFittingRows };
}

/** Values that do not fit a type, and rows that violate a constraint. */
const ABOUT_ROWS = /^2[23]/;

/** @returns the driver's error when the server refused it */
async function attempt(session: Session, limit: TimeLimit, sql: string): Promise<unknown> {
  try {
    const outcome = await withinTime(limit, session, () => session.query(sql));
    return "tooLong" in outcome ? new Error(`it did not end within ${limit.timeoutMs / 1000} s`) : undefined;
  } catch (error) {
    if (databaseError(error) === undefined || failureKind(error) === "connection") throw error;
    return error;
  }
}

/** Tables with rows that have another file. */
function rewritten(before: Snapshot, after: Snapshot): readonly string[] {
  return [...before.values()].flatMap((table) => {
    const now = after.get(table.oid);
    const isAnew = now !== undefined && now.file !== table.file && now.bytes > 0 && table.bytes > 0;
    return isAnew && HOLDS_ROWS.has(table.kind) ? [quoteQualified(table)] : [];
  });
}

const HOLDS_ROWS: ReadonlySet<string> = new Set(["r", "m"]);

function differences(
  { effects, unchecked }: StatementEffects,
  seen: readonly string[],
  before: Snapshot,
): readonly string[] {
  if (unchecked.length > 0) return [];
  const held = new Set(
    [...before.values()].filter(({ bytes, kind }) => bytes > 0 && HOLDS_ROWS.has(kind)).map(quoteQualified),
  );
  const foreseen = effects
    .filter(({ works }) => works.includes("rewrite"))
    .map(({ relation }) => quoteQualified(relation))
    .filter((name) => held.has(name));
  return [
    ...foreseen.filter((name) => !seen.includes(name)).map((name) => `${name} was not written anew by`),
    ...seen.filter((name) => !foreseen.includes(name)).map((name) => `${name} was written anew by`),
  ];
}
