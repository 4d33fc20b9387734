import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Session } from "../postgres/session.ts";
import { recordDecision } from "./audit.ts";
import { inspectHistory } from "./compare-history.ts";
import { readPlan } from "./queue-runs.ts";
import type { DatabaseState } from "./read-state.ts";
import { type OperationOptions, underLease } from "./under-lease.ts";

export interface RepairOptions extends OperationOptions {
  readonly migrations: readonly Migration[];
  /** The migration whose record is to be mended. */
  readonly id: string;
  readonly reason: string;
  /** From 1: the step of which nothing tells whether it took effect. */
  readonly step?: number;
  /** What the person who looked found out about that step. */
  readonly as?: "done" | "pending";
}

/** What was recorded, and what is recorded now. */
export type Repair =
  | { readonly kind: "checksum"; readonly id: string; readonly from: string; readonly to: string }
  | { readonly kind: "file-gone"; readonly id: string; readonly from: false; readonly to: true }
  | {
      readonly kind: "step";
      readonly id: string;
      readonly run: number;
      readonly step: number;
      readonly from: "unknown";
      readonly to: "done" | "pending";
    };

/**
 * Mends a record on purpose: the checksum of an applied file that was edited, the absence of one that is gone, or the
 * state of a step that nothing but a person can tell. Old and new value are kept in the audit with the reason.
 *
 * @throws LockkeeperError `usage`, `nothing_to_repair`, `migration_unknown`, `database_read_only`, `lease_held`
 */
export async function repair(options: RepairOptions): Promise<Repair> {
  requireUsage(options);
  const done = await underLease(
    options,
    "repair",
    async (session, state) =>
      options.step === undefined ? recordRepair(options, state) : stepRepair(options, session, state),
    async (session, found) => {
      await apply(session, found);
      const { id, kind, ...detail } = found;
      await recordDecision(session, {
        action: "repair",
        subject: id,
        reason: options.reason,
        detail: { kind, ...detail },
        actor: options.actor,
      });
      return found;
    },
    ({ kind, to }) => kind === "step" && to === "done",
  );
  if (done === undefined) {
    throw new LockkeeperError("nothing_to_repair", { message: `${options.id} needs no repair.` });
  }
  return done;
}

function requireUsage(options: RepairOptions): void {
  const complaint =
    options.reason.trim() === ""
      ? { message: "A repair needs a reason.", action: "Say why with --reason; it is kept in the audit." }
      : (options.step === undefined) !== (options.as === undefined)
        ? {
            message: "A step is repaired by its number and by what it is to be.",
            action: "Give both: --step N --as done where it took effect, --step N --as pending where it did not.",
          }
        : undefined;
  if (complaint !== undefined) {
    throw new LockkeeperError("usage", { ...complaint, notDone: "Nothing was changed." });
  }
}

/** Of the history: what `up` refuses to go on with. */
function recordRepair(options: RepairOptions, state: DatabaseState): Repair {
  const { id } = options;
  const entry = state.applied.find((applied) => applied.id === id);
  const file = options.migrations.find((migration) => migration.id === id);
  if (entry === undefined) {
    throw new LockkeeperError("migration_unknown", {
      message: `${id} is not in force in ${state.database}, so there is no record of it to mend.`,
      notDone: "Nothing was changed.",
      action: "`lockkeeper status` lists the ids; what a run left half done, `lockkeeper resume` continues.",
    });
  }
  const { edited, missing } = inspectHistory(options.migrations, state);
  if (file !== undefined && edited.includes(id)) {
    return { kind: "checksum", id, from: entry.checksum, to: file.checksum };
  }
  if (missing.includes(id)) {
    return { kind: "file-gone", id, from: false, to: true };
  }
  throw new LockkeeperError("nothing_to_repair", {
    message:
      file === undefined
        ? `${id} has no file, and is recorded so or newer than all files.`
        : `${id} and its file agree.`,
    notDone: "Nothing was changed.",
  });
}

/** Only for steps whose end state the catalog does not show: of all others a probe knows better than a person. */
async function stepRepair(options: RepairOptions, session: Session, state: DatabaseState): Promise<Repair> {
  const { id, step = 0, as = "pending" } = options;
  const run = state.unfinished.find(
    ({ migration, started }) => migration === id && started.some(({ ordinal }) => ordinal === step - 1),
  );
  const planned = run === undefined ? undefined : (await readPlan(session, run.id))?.steps[step - 1];
  if (run === undefined || planned?.kind !== "concurrent" || planned.probe.kind !== "none") {
    throw new LockkeeperError("nothing_to_repair", {
      message:
        run === undefined
          ? `No unfinished run of ${id} was interrupted in step ${step}.`
          : `Step ${step} of ${id} needs no repair: the database shows what became of it.`,
      action:
        run === undefined
          ? "`lockkeeper status` shows which runs are unfinished, `lockkeeper history ID --verbose` their steps."
          : "`lockkeeper resume` looks at the database and continues the run.",
      notDone: "Nothing was changed.",
    });
  }
  return { kind: "step", id, run: run.id, step, from: "unknown", to: as };
}

async function apply(session: Session, repair: Repair): Promise<void> {
  switch (repair.kind) {
    case "checksum":
      await session.query("UPDATE lockkeeper.migration SET checksum = $2 WHERE id = $1", [repair.id, repair.to]);
      return;
    case "file-gone":
      await session.query("UPDATE lockkeeper.migration SET file_gone = true WHERE id = $1", [repair.id]);
      return;
    case "step":
      await (repair.to === "done" ? finish(session, repair) : forget(session, repair));
  }
}

type StepRepair = Extract<Repair, { kind: "step" }>;

async function finish(session: Session, { run, step }: StepRepair): Promise<void> {
  await session.query(
    `SELECT lockkeeper.finish_step(lease.token, s.run_id, s.ordinal, s.kind, s.title, '{"repaired": true}',
       s.ordinal = jsonb_array_length(r.plan -> 'steps') - 1)
     FROM lockkeeper.lease, lockkeeper.step AS s JOIN lockkeeper.run AS r ON r.id = s.run_id
     WHERE s.run_id = $1 AND s.ordinal = $2`,
    [run, step - 1],
  );
}

async function forget(session: Session, { run, step }: StepRepair): Promise<void> {
  await session.query("DELETE FROM lockkeeper.step WHERE run_id = $1 AND ordinal = $2 AND state = 'started'", [
    run,
    step - 1,
  ]);
  await session.query("DELETE FROM lockkeeper.undo_sql WHERE run_id = $1 AND step = $2", [run, step - 1]);
}
