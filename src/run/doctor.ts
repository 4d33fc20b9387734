import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { leftScratchDatabases } from "../postgres/scratch-database.ts";
import { databaseError } from "../postgres/server-error.ts";
import { connect, type Session } from "../postgres/session.ts";
import { databaseFindings, stateFindings } from "./doctor/checks.ts";
import { type DoctorFacts, readDoctorFacts } from "./doctor/facts.ts";
import { bad, type Finding, good } from "./doctor/finding.ts";
import { type Leftovers, readLeftovers } from "./doctor/leftovers.ts";
import { readState } from "./read-state.ts";

export interface DoctorOptions {
  readonly url: string;
  /** From which age on a transaction counts as long, ms; 5 minutes when undefined. */
  readonly longTransactionMs?: number;
  /** Under which migrations run; the login role when undefined. */
  readonly role?: string;
}

const LONG_TRANSACTION_MS = 300_000;

/**
 * Looks for what would stand in the way of a migration. Changes nothing and throws nothing: what cannot be looked at is
 * a finding too.
 */
export async function doctor(options: DoctorOptions): Promise<readonly Finding[]> {
  let session: Session;
  try {
    session = await connect(options.url);
  } catch (error) {
    return [failed("connection", error)];
  }
  await using opened = session;
  const connection = good("connection", "The server can be reached and lets this role in.");
  try {
    return [connection, ...(await examine(opened, options))];
  } catch (error) {
    return [connection, failed("examination", error)];
  }
}

async function examine(session: Session, options: DoctorOptions): Promise<Finding[]> {
  const facts = await readDoctorFacts(session, options.longTransactionMs ?? LONG_TRANSACTION_MS, options.role);
  if (facts === undefined) {
    throw new LockkeeperError("internal", { message: "The server answered nothing to a question about itself." });
  }
  const isPooled = await session.isPooled();
  const clientCheckRefused = await tryClientCheck(session);
  const scratchDatabases = await leftScratchDatabases(session);
  const { findings, left } = await examineState(session, facts);
  return [...databaseFindings({ facts, isPooled, clientCheckRefused, scratchDatabases, left }), ...findings];
}

/** Platforms on which the server cannot notice a lost client refuse the setting. */
async function tryClientCheck(session: Session): Promise<string | undefined> {
  try {
    await session.query("BEGIN READ ONLY");
    await session.query("SELECT set_config('client_connection_check_interval', '500', true)");
    return undefined;
  } catch (error) {
    return databaseError(error)?.message ?? String(error);
  } finally {
    await session.rollback();
  }
}

async function examineState(
  session: Session,
  facts: DoctorFacts,
): Promise<{ readonly findings: readonly Finding[]; readonly left: Leftovers | undefined }> {
  try {
    const state = await readState(session);
    return { findings: stateFindings(state, facts), left: await readLeftovers(session, state.installed) };
  } catch (error) {
    return { findings: [failed("state-schema", error)], left: undefined };
  }
}

function failed(check: string, error: unknown): Finding {
  const { message, action } =
    error instanceof LockkeeperError ? error : new LockkeeperError("internal", { message: String(error) });
  return bad(check, message, action);
}
