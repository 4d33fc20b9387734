import type { Catalog } from "../../catalog/catalog.ts";
import type { Plan } from "../../plan/plan.ts";
import type { EmitEvent } from "../../run/events.ts";
import type { RunPolicy } from "../../run/policy.ts";
import type { UpOptions } from "../../run/up.ts";

type Queued = NonNullable<UpOptions["queued"]>;

/** It is done long before the run is, nearly always; where the server has no time for it, it is left. */
const LIMITS = "SET statement_timeout = '10s'; SET lock_timeout = '1s'";

/**
 * Runs `work` with somebody who is told what it queues, and who keeps what is expected of that while it runs, to stand beside
 * what comes. The run does not wait for it and does not fail with it; where nothing is queued that works on rows, nothing
 * is done.
 */
export async function foretelling<T>(
  options: { readonly url: string; readonly policy: RunPolicy; readonly emit: EmitEvent },
  work: (queued: Queued) => Promise<T>,
): Promise<T> {
  let keeping: Promise<void> = Promise.resolve();
  const queued: Queued = (runs, catalog) => {
    const fresh = runs.filter(({ done, started }) => done.length + started.length === 0);
    if (catalog === undefined || !fresh.some(({ plan }) => worksOnRows(plan, catalog))) return;
    keeping = Promise.all([keeping, keep(options, { runs, fresh: fresh.map(({ id }) => id), catalog })]).then(() => {});
  };
  try {
    return await work(queued);
  } finally {
    await keeping;
  }
}

/** Nearly every start has nothing to tell, so this looks at no more than it needs, and loads nothing. */
function worksOnRows({ steps }: Plan, { facts }: Catalog): boolean {
  const filled = new Set((facts.relations ?? []).filter(({ heapBytes }) => heapBytes > 0).map(keyOf));
  return steps.some((step) => {
    if (step.kind === "script") return false;
    const statements = step.kind === "ddl" ? step.statements : [step.statement];
    return statements.some(({ tag, effects = [] }) =>
      effects.some(
        ({ relation, on, works, role }) =>
          (works.length > 0 || (role === "target" && WRITES.has(tag))) && filled.has(keyOf(on ?? relation)),
      ),
    );
  });
}

const WRITES: ReadonlySet<string> = new Set(["UpdateStmt", "DeleteStmt"]);

const keyOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string => `${schema}.${name}`;

interface Foretold {
  readonly runs: Parameters<Queued>[0];
  /** Those that begin now: what was expected of the others was said when they began. */
  readonly fresh: readonly number[];
  readonly catalog: Catalog;
}

/** No run fails for it. */
async function keep(
  { url, policy, emit }: { readonly url: string; readonly policy: RunPolicy; readonly emit: EmitEvent },
  { runs, fresh, catalog }: Foretold,
): Promise<void> {
  try {
    const [{ connect }, { Estimator }, { recordPrediction }] = await Promise.all([
      import("../../postgres/session.ts"),
      import("../estimator.ts"),
      import("./prediction.ts"),
    ]);
    await using session = await connect(url, { applicationName: "lockkeeper estimate" });
    await session.query(LIMITS);
    const estimates = await new Estimator(session, policy, catalog).estimate(runs);
    const numbered = estimates.flatMap((estimate, at) => {
      const id = runs[at]?.id ?? 0;
      return fresh.includes(id) && estimate.steps.some(({ works }) => works.length > 0) ? [{ id, estimate }] : [];
    });
    if (numbered.length === 0) return;
    await recordPrediction(
      session,
      numbered.map(({ estimate }) => estimate),
      numbered.map(({ id }) => id),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({ type: "notice", message: `What is expected of the run could not be kept: ${reason}` });
  }
}
