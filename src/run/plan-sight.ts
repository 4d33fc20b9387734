import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { applyStatement } from "../catalog/state/apply-statement.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { OnlineContext } from "../online/online-context.ts";
import { keepingSettings } from "../plan/keep-settings.ts";
import type { Step } from "../plan/plan.ts";
import { forSession } from "../plan/settings.ts";
import { pause } from "../postgres/pause.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { loadParser, parseStatement } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { backoffMs, onlinePolicy, type RunPolicy } from "./policy.ts";
import type { Stop } from "./stop.ts";

export interface SightOptions {
  /** As it stands, with its facts, where the caller knows it and nobody else is there to change it: it is not read. */
  readonly catalog?: Catalog | undefined;
  /** Gets the catalog as it was read. */
  readonly onCatalog?: (catalog: Catalog) => void;
}

/**
 * Reads the catalog, with its sizes, that plans are made from. Somebody who holds ACCESS EXCLUSIVE on a table stands in
 * the way of that too: then it is tried again, as a step is.
 *
 * @throws LockkeeperError `lock_timeout`, `config_invalid`, `permission_denied`, and those of `readCatalog`
 */
export async function readSight(
  session: Session,
  policy: RunPolicy,
  stop: Stop,
  options: SightOptions = {},
): Promise<OnlineContext> {
  const begun = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await look(session, policy, options);
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

async function look(
  session: Session,
  policy: RunPolicy,
  { catalog: known, onCatalog }: SightOptions,
): Promise<OnlineContext> {
  const catalog = known ?? (await readCatalog(session.query, { facts: true, lockTimeoutMs: policy.lockTimeoutMs }));
  onCatalog?.(catalog);
  const [me] = await session.query<{
    name: string;
    login: string;
    now: Date;
    mayBe: boolean | null;
    mayCreate: boolean;
  }>(
    `SELECT r.name, session_user AS login, now(), pg_has_role(session_user, r.oid, 'MEMBER') AS "mayBe",
       has_database_privilege(r.oid, current_database(), 'CREATE') AS "mayCreate"
     FROM (SELECT n.name, to_regrole(quote_ident(n.name))::oid AS oid FROM (SELECT coalesce($1, current_user)::name AS name) AS n) AS r`,
    [policy.role ?? null],
  );
  if (policy.role !== undefined && me?.mayBe !== true) {
    throw unusableRole(policy.role, me);
  }
  return {
    state: CatalogState.of(catalog, me === undefined ? {} : { user: me.name }),
    policy: { ...onlinePolicy(policy), mayCreateSchemas: me?.mayCreate !== false },
    ...(me === undefined ? {} : { now: me.now }),
  };
}

function unusableRole(role: string, me: { login: string; mayBe: boolean | null } | undefined): LockkeeperError {
  const notDone = "Nothing was run.";
  return me?.mayBe === false
    ? new LockkeeperError("permission_denied", {
        message: `${me.login} may not run migrations as the configured role ${role}.`,
        action: `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(me.login)};`,
        notDone,
      })
    : new LockkeeperError("config_invalid", {
        message: `There is no role ${role} on this server, as which the configuration wants migrations to run.`,
        action: "Create it, or mend `role` in the configuration.",
        notDone,
      });
}

/** What steps that are still to be run will leave behind. */
export async function applySteps({ state }: OnlineContext, steps: readonly Step[]): Promise<void> {
  await loadParser();
  const apply = (sql: string): void => {
    applyStatement(state, parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<plan>"));
  };
  for (const step of steps) {
    if (step.kind === "script") continue;
    keepingSettings(state, () => {
      for (const setting of step.settings) apply(forSession(setting));
      for (const { sql, isTrial } of step.kind === "ddl" ? step.statements : [step.statement]) {
        if (isTrial !== true) apply(sql);
      }
    });
  }
}
