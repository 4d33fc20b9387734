import { readCatalog } from "../catalog/read-catalog.ts";
import { applyStatement } from "../catalog/state/apply-statement.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { OnlineContext } from "../online/online-context.ts";
import type { Plan } from "../plan/plan.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { loadParser, parseStatement } from "../sql/parse-statement.ts";
import { backoffMs, type RunPolicy } from "./policy.ts";
import { pause, type Stop } from "./stop.ts";

/**
 * Reads the catalog, with its sizes, that plans are made from. Somebody who holds ACCESS EXCLUSIVE on a table stands in
 * the way of that too: then it is tried again, as a step is.
 *
 * @throws LockkeeperError `lock_timeout`, and those of `readCatalog`
 */
export async function readSight(session: Session, policy: RunPolicy, stop: Stop): Promise<OnlineContext> {
  const begun = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await look(session, policy);
    } catch (error) {
      if (failureKind(error) !== "lock" || stop.requested) throw error;
      const waitedMs = performance.now() - begun;
      if (waitedMs > policy.lockDeadlineMs) {
        throw new LockkeeperError("lock_timeout", {
          message: `The catalog could not be read for ${Math.round(waitedMs / 1000)} s: ${databaseError(error)?.message}`,
          notDone: "Nothing was planned, and nothing more was run.",
          cause: error,
        });
      }
      await pause(backoffMs(policy, attempt), stop.soon);
    }
  }
}

async function look(session: Session, { briefMs, role, lockTimeoutMs }: RunPolicy): Promise<OnlineContext> {
  const catalog = await readCatalog(session.query, { facts: true, lockTimeoutMs });
  const [me] = await session.query<{ name: string }>("SELECT current_user AS name");
  const user = role ?? me?.name;
  return {
    state: CatalogState.of(catalog, user === undefined ? {} : { user }),
    policy: { briefSeconds: briefMs / 1000 },
  };
}

/** What the rest of a plan that was begun will leave behind. */
export async function applyRest({ state }: OnlineContext, { plan, done }: BegunPlan): Promise<void> {
  await loadParser();
  for (const [ordinal, step] of plan.steps.entries()) {
    if (done.includes(ordinal) || step.kind === "script") continue;
    for (const { sql, at } of step.kind === "ddl" ? step.statements : [step.statement]) {
      applyStatement(
        state,
        parseStatement({ text: sql, start: 0, end: sql.length, line: at.line, column: 1 }, at.file),
      );
    }
  }
}

/** A plan that is stored, and the steps of it that are done. */
export interface BegunPlan {
  readonly plan: Plan;
  readonly done: readonly number[];
}
