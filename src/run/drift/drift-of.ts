import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Session } from "../../postgres/session.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import type { RunPolicy } from "../policy.ts";
import { catalogOfSnapshot, newestSnapshot, type SnapshotHead } from "../snapshot/snapshot.ts";
import { changedAt } from "./changed-at.ts";
import { driftBetween } from "./drift-between.ts";
import { keptUntilContract, madeByRuns } from "./made-by-runs.ts";
import type { Rebuilt } from "./rebuild.ts";
import { type ChangedObject, toldChanges } from "./told-changes.ts";

/** How a database stands to the schema that it should have. */
export interface DriftReport {
  readonly database: string;
  /** What was compared with: the schema as the last run left it, or what the migrations make in a scratch database. */
  readonly against: "recorded" | "rebuilt";
  /** When it was recorded, and by what; null for `rebuilt`. */
  readonly recorded: Pick<SnapshotHead, "run" | "command" | "takenAt"> | null;
  /** In the order of their ids. */
  readonly objects: readonly ChangedObject[];
  /** What a run changes that is at work, or could not record what it left: no drift. */
  readonly ofRuns: readonly ObjectId[];
  /** Whether the server knows when objects were changed (`track_commit_timestamp`). */
  readonly knowsTimes: boolean;
}

/** A report with the two schemas that it is about. */
export interface Drift {
  readonly report: DriftReport;
  readonly snapshot: SnapshotHead | undefined;
  readonly expected: Catalog;
  readonly live: Catalog;
  /** Of all that was read. */
  readonly fingerprint: string;
  /** What of the schemas was compared. */
  readonly compared: { readonly owners: boolean; readonly grants: boolean };
  /** Who runs migrations. */
  readonly role: string;
}

/** Whether a condition of a run holds, and what to do where it does not. */
export interface DriftVerdict {
  readonly holds: boolean;
  /** A whole sentence. */
  readonly reason: string;
  readonly report: DriftReport;
}

/**
 * Whether the schema is what the last run left, in the shape of a condition for a run. Changes nothing.
 *
 * @throws LockkeeperError `drift_unknown`, `snapshot_invalid`, and those of reading the catalog
 */
export async function driftOf(session: Session, policy: RunPolicy): Promise<DriftVerdict> {
  const { report } = await lookForDrift(session, policy);
  const { objects } = report;
  const named = objects.slice(0, 3).map(({ id }) => id);
  const reason =
    objects.length === 0
      ? "The schema is as the last run left it."
      : `${count(objects.length, "object")} changed outside of Lockkeeper, such as ${named.join(", ")}.`;
  return { holds: objects.length === 0, reason, report };
}

/**
 * Compares the schema with what it should be.
 *
 * @param rebuilt what the migrations make; what the last run left when undefined
 */
export async function lookForDrift(session: Session, policy: RunPolicy, rebuilt?: Rebuilt): Promise<Drift> {
  const snapshot = rebuilt === undefined ? await readableSnapshot(session) : undefined;
  const read = await readCatalog(session.query, { lockTimeoutMs: policy.lockTimeoutMs });
  const fingerprint = catalogFingerprint(read);
  const isSame = fingerprint === snapshot?.fingerprint;
  const should =
    rebuilt?.catalog ?? (snapshot === undefined || isSame ? read : await catalogOfSnapshot(session, snapshot));
  const hasOwners = rebuilt?.hasOwners !== false;
  const compared = { owners: hasOwners, grants: hasOwners };
  const { expected, live, changes } = isSame
    ? { expected: read, live: read, changes: [] }
    : await driftBetween(session, should, read, { ...policy.drift, isRebuilt: rebuilt !== undefined }, compared);
  if (changes.length > 0) await loadParser();
  const ofRuns: ReadonlySet<ObjectId> =
    changes.length === 0
      ? new Set()
      : snapshot === undefined
        ? await keptUntilContract(
            session,
            { live: read, expected: should },
            changes.map(({ id }) => id),
            policy,
          )
        : await madeByRuns(session, snapshot, should, policy);
  const drifted = changes.filter(({ id }) => !ofRuns.has(id));
  const times = await changedAt(
    session,
    drifted.flatMap(({ after }) => (after === undefined ? [] : [after])),
  );
  return {
    report: {
      database: read.facts.server.database,
      against: rebuilt === undefined ? "recorded" : "rebuilt",
      recorded:
        snapshot === undefined ? null : { run: snapshot.run, command: snapshot.command, takenAt: snapshot.takenAt },
      objects: toldChanges(drifted, expected, live, times),
      ofRuns: changes.filter(({ id }) => ofRuns.has(id)).map(({ id }) => id),
      knowsTimes: times !== undefined,
    },
    snapshot,
    expected,
    live,
    fingerprint,
    compared,
    role: policy.role ?? (await userOf(session)),
  };
}

const userOf = async ({ query }: Session): Promise<string> =>
  (await query<{ user: string }>("SELECT session_user AS user"))[0]?.user ?? "";

async function readableSnapshot(session: Session): Promise<SnapshotHead> {
  const head = await newestSnapshot(session);
  if (head === undefined || !head.isReadable) {
    throw new LockkeeperError("drift_unknown", {
      message:
        head === undefined
          ? "No run has recorded the schema of this database yet."
          : `The schema was recorded on ${head.takenAt} by another version of Lockkeeper, in a form that this one does not read.`,
      notDone: "Nothing was compared.",
    });
  }
  return head;
}
