import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { compareIds } from "../migrations/order-migrations.ts";
import type { Direction } from "../plan/plan.ts";
import { databaseError } from "../postgres/server-error.ts";
import { connect } from "../postgres/session.ts";
import { lookAtSchema, type SchemaSight } from "./readiness-sight.ts";
import { parseTableName, type TableName } from "./table-name.ts";

/** What a program needs of its database, and how often it asks. */
export interface ReadinessRules {
  readonly url: string;
  /** Ids of the migrations the program was built for, in their order; the newest alone is enough. */
  readonly expected: readonly string[];
  /** Tables (or views) that must be there, as in SQL: `orders`, `sales.orders`. */
  readonly tables?: readonly string[];
  /** Whether a schema that was changed by others makes it unready, as far as the last look at it told. Default false. */
  readonly drift?: boolean;
  /** How long a verdict is good for, ms; 10,000 when undefined. */
  readonly cacheMs?: number;
  /** The same for a verdict of not being ready; 1,000 when undefined. */
  readonly unreadyCacheMs?: number;
  /** How long the database may take to answer, ms; 2,000 when undefined. */
  readonly timeoutMs?: number;
}

/**
 * Whether the schema is the one a program was built for. Never unready because a run is in flight or because the
 * database is ahead: both are normal while a new release is rolled out.
 */
export type Readiness =
  | {
      readonly ready: true;
      /** True when the database has migrations of a newer release. */
      readonly ahead: boolean;
    }
  | ({ readonly ready: false } & Unreadiness);

/** Why a program is not ready, for people and for machines. */
export type Unreadiness =
  | {
      readonly reason: "db_unavailable";
      /** A code of the error catalogue. */
      readonly code: string;
      readonly message: string;
    }
  /** The database serves only newer programs, from the release of `floor` on. */
  | { readonly reason: "schema_below_floor"; readonly floor: string; readonly newest: string }
  /** A run of a migration this program needs stopped, and waits for a decision. */
  | {
      readonly reason: "migration_parked";
      readonly id: string;
      readonly run: number;
      readonly direction: Direction;
      readonly state: string;
    }
  | { readonly reason: "schema_behind"; readonly missing: readonly string[] }
  | { readonly reason: "table_missing"; readonly tables: readonly string[] }
  /** Objects are otherwise than the last run left them, as of the last run or `lockkeeper drift`. */
  | { readonly reason: "drift"; readonly objects: number; readonly lookedAt: string };

/** Asks the database at most as often as its rules say, whoever calls. */
export interface ReadinessProbe {
  check(): Promise<Readiness>;
}

/**
 * Makes a probe. It connects for each question, asks one read-only query and needs no privilege beyond connecting, so
 * it works under the application's own role.
 *
 * @throws LockkeeperError `usage` for a table name that is none
 */
export function readinessProbe(rules: ReadinessRules): ReadinessProbe {
  const tables = (rules.tables ?? []).map(parseTableName);
  let current: Promise<Readiness> | undefined;
  let goodUntil = 0;
  const ask = async (): Promise<Readiness> => {
    const verdict = await askDatabase(rules, tables);
    goodUntil = performance.now() + (verdict.ready ? (rules.cacheMs ?? 10_000) : (rules.unreadyCacheMs ?? 1_000));
    return verdict;
  };
  return {
    check() {
      if (current === undefined || performance.now() >= goodUntil) {
        // Until the answer is there, everybody who asks waits for the same one.
        goodUntil = Number.POSITIVE_INFINITY;
        current = ask();
      }
      return current;
    },
  };
}

async function askDatabase(rules: ReadinessRules, tables: readonly TableName[]): Promise<Readiness> {
  const timeoutMs = rules.timeoutMs ?? 2_000;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  try {
    return await Promise.race([
      connectAndLook(rules, tables, timeoutMs, deadline.signal),
      late(deadline.signal, timeoutMs),
    ]);
  } catch (error) {
    return unavailable(error);
  } finally {
    clearTimeout(timer);
  }
}

function late(signal: AbortSignal, timeoutMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () =>
      reject(
        new LockkeeperError("database_unavailable", { message: `The database did not answer within ${timeoutMs} ms.` }),
      ),
    );
  });
}

async function connectAndLook(
  rules: ReadinessRules,
  tables: readonly TableName[],
  timeoutMs: number,
  deadline: AbortSignal,
): Promise<Readiness> {
  const session = await connect(rules.url, { applicationName: "lockkeeper-readiness", connectTimeoutMs: timeoutMs });
  // Nobody waits for a late answer, so its connection goes, and with it the question.
  const cut = (): void => session.destroy();
  deadline.addEventListener("abort", cut);
  if (deadline.aborted) {
    cut();
  }
  try {
    return judge(rules, await lookAtSchema(session, { ...rules, tables, timeoutMs }));
  } finally {
    deadline.removeEventListener("abort", cut);
    // The answer does not wait for the goodbye.
    void session.end();
  }
}

/** The gravest reason first: what waiting does not mend outweighs what a run in flight will bring. */
function judge({ expected }: ReadinessRules, sight: SchemaSight): Readiness {
  const { floor, missing, parked, missingTables, drift } = sight;
  const newest = expected.at(-1);
  if (floor !== null && newest !== undefined && !expected.includes(floor) && compareIds(floor, newest) > 0) {
    return { ready: false, reason: "schema_below_floor", floor, newest };
  }
  if (parked !== null) {
    return { ready: false, reason: "migration_parked", ...parked };
  }
  if (missing.length > 0) {
    return { ready: false, reason: "schema_behind", missing };
  }
  if (missingTables.length > 0) {
    return { ready: false, reason: "table_missing", tables: missingTables };
  }
  if (drift !== null && drift.objects > 0) {
    return { ready: false, reason: "drift", ...drift };
  }
  return { ready: true, ahead: sight.ahead };
}

function unavailable(error: unknown): Readiness {
  const { code, message } =
    error instanceof LockkeeperError
      ? error
      : {
          code: databaseError(error)?.code === "42501" ? "permission_denied" : "database_unavailable",
          message: error instanceof Error ? error.message : String(error),
        };
  return { ready: false, reason: "db_unavailable", code, message };
}
