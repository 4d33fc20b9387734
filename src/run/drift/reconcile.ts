import type { ScratchChoice } from "../../desired/open-scratch.ts";
import { diffCatalogs } from "../../diff/diff-catalogs.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { migrationText } from "../../trace/migration-text.ts";
import { type ChangeProof, isUnmakeable, proveChange } from "../../trace/prove-change.ts";
import type { Drift } from "./drift-of.ts";

/** A migration and its way back, as the texts of their files, and what was seen when both were tried. */
export interface Reconciling {
  readonly up: string;
  readonly down: string;
  /** Undefined where they could not be tried. */
  readonly proof: ChangeProof | undefined;
  /** Why they could not be tried, as a whole sentence. */
  readonly unproven: string | undefined;
}

export interface ReconcileOptions {
  /** `accept`: makes other databases as this one is; `restore`: takes back here what was changed. */
  readonly direction: "accept" | "restore";
  /** Where it is tried. */
  readonly places: ScratchChoice;
  readonly signal: AbortSignal;
}

/** A statement of a proof lasts no longer than this, ms. */
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * The migration that reconciles a schema with what it should be, tried there and back in a scratch database that is made
 * to hold the schema that should be, with a few rows in each table. Where that cannot be made, the texts say so.
 *
 * @throws LockkeeperError `change_unproven` when the statements lead elsewhere than they should; `interrupted`; the
 *   driver's error when a connection is lost
 */
export async function reconcile(drift: Drift, { direction, places, signal }: ReconcileOptions): Promise<Reconciling> {
  const { expected, live, role, compared, report } = drift;
  const options = { ...compared, role };
  const there = diffCatalogs(expected, live, options).statements;
  const back = diffCatalogs(live, expected, options).statements;
  const change = { from: expected, to: live, up: there, down: back, renames: [], grants: compared.grants, role };
  const { proof, unproven } = await proofOf(drift, () =>
    proveChange(change, { places, timeoutMs: STATEMENT_TIMEOUT_MS, signal }),
  );
  const what = `what was changed outside of Lockkeeper in ${report.database}`;
  const doubt = unproven === undefined ? [] : [`Not proven: ${unproven}`];
  const text = (remark: string, statements: typeof there): string =>
    migrationText(statements, proof?.needsFittingRows, [`${remark} ${what}.`, ...doubt]);
  return direction === "accept"
    ? { up: text("Makes part of the migrations", there), down: text("Takes back", back), proof, unproven }
    : { up: text("Takes back", back), down: text("Makes again", there), proof, unproven };
}

async function proofOf(
  { report }: Drift,
  prove: () => Promise<ChangeProof>,
): Promise<Pick<Reconciling, "proof" | "unproven">> {
  const unsupported = report.objects.filter((object) => object.unsupported).map(({ id }) => id);
  if (unsupported.length > 0) {
    return { proof: undefined, unproven: `no statement of ours leads to ${unsupported.join(", ")}.` };
  }
  try {
    return { proof: await prove(), unproven: undefined };
  } catch (error) {
    if (!(error instanceof LockkeeperError && (error.code === "scratch_unavailable" || isUnmakeable(error))))
      throw error;
    return { proof: undefined, unproven: error.message };
  }
}
