import { strongerLock } from "../../effects/lock-mode.ts";
import { secondsInWords } from "../../effects/numbers-in-words.ts";
import type { ErrorReport } from "../../errors/lockkeeper-error.ts";
import { dataRemovals } from "../../plan/data-removals.ts";
import type { Plan } from "../../plan/plan.ts";
import type { RunState } from "../../run/read-state.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type PlannedLock, statementsOf, strongestLocks } from "../planned-locks.ts";
import type { BackupPoint } from "./backup-point.ts";
import type { KeptReport } from "./kept-objects.ts";
import type { Moment, RunAtHand } from "./moment.ts";
import { shellWord } from "./shell-word.ts";
import { closedWay, openWay, type Way } from "./way.ts";
import type { WrittenSince } from "./written-since.ts";

/** What is known of a migration that one may want to come back from. */
export interface MigrationFacts {
  readonly id: string;
  readonly moment: Moment;
  readonly state: RunState | null;
  /** A runner has the lease at this moment. */
  readonly isAtWork: boolean;
  /** The unfinished run that decides. */
  readonly run: RunAtHand | undefined;
  readonly error: ErrorReport | null;
  /** 1: the newest of all that can be taken back. */
  readonly nth: number;
  /** The way back as it would run now, or why there is none. */
  readonly back: WayBackFacts | { readonly refused: string } | undefined;
  /** How long the rest of the run is expected to take. */
  readonly runSeconds: number | null;
  readonly kept: KeptReport;
  readonly backup: BackupPoint | null;
}

interface WayBackFacts {
  readonly plan: Plan;
  readonly since: WrittenSince;
  readonly seconds: number | null;
  /** The ways back of those that came after it, which go first. */
  readonly newer: Way | undefined;
}

/** The ways back from a migration, the one to be preferred first. Pure; `loadParser()` must have resolved. */
export function waysOf(facts: MigrationFacts): readonly Way[] {
  switch (facts.moment) {
    case "not begun":
      return [
        openWay("forward", `${facts.id} is in force.`, {
          because: facts.error?.action ?? "Nothing of it is in the database: there is nothing to come back from.",
          commands: ["lockkeeper up"],
        }),
      ];
    case "taking back":
      return [goOnBack(facts), backupWay(facts.backup)];
    case "waiting for contract":
    case "contracting":
      return [forwardWay(facts), downWay(facts), quarantineWay(facts), backupWay(facts.backup)];
    default:
      return [forwardWay(facts), downWay(facts), backupWay(facts.backup)];
  }
}

function forwardWay(facts: MigrationFacts): Way {
  const { id, moment, state, run, error, isAtWork } = facts;
  const cost = costOfRun(facts);
  switch (moment) {
    case "step unknown": {
      const step = (run?.run.started[0]?.ordinal ?? 0) + 1;
      const repair = `lockkeeper repair ${shellWord(id)} --step ${step}`;
      return openWay("forward", `${id} is in force.`, {
        because: `Look first whether step ${step} took effect: --as done when it did, --as pending when it did not.`,
        commands: [`${repair} --as done --reason "it took effect"`, "lockkeeper up"],
        ...cost,
      });
    }
    case "contracting":
      return openWay("forward", `${id} is in force, and what it took away is removed.`, {
        because: advice(error, state),
        commands: [`lockkeeper contract ${shellWord(id)} --yes`],
        ...cost,
      });
    case "expanding":
    case "before cutover":
    case "cutting over":
      return openWay("forward", `${id} is in force; nothing that was written is lost.`, {
        because: isAtWork && state === "running" ? "A runner is at work on it." : advice(error, state),
        commands: [isAtWork ? (state === "paused" ? "lockkeeper resume" : "lockkeeper watch") : goOn(state)],
        ...cost,
      });
    default:
      return openWay("forward", "What is wrong is mended, and everything else stays as it is.", {
        because: "A further migration needs no way back and loses nothing: write it, look at its plan, apply it.",
        commands: [`lockkeeper new mend_${mendName(id)}`],
      });
  }
}

/** One that waits for a decision goes on by `resume`, and the others by `up` too. */
const goOn = (state: RunState | null): string =>
  state === "paused" || state === "aborted" ? "lockkeeper resume" : "lockkeeper up";

const advice = (error: ErrorReport | null, state: RunState | null): string | null =>
  error === null ? (state === "interrupted" ? "Its runner is gone; nothing has to be mended." : null) : error.action;

/** Ids may begin with a number, and file names hold little else than words. */
const mendName = (id: string): string => id.replace(/^\d+_?/, "").replace(/[^A-Za-z0-9_]+/g, "_") || "it";

function goOnBack(facts: MigrationFacts): Way {
  const { id, isAtWork, error, state } = facts;
  return openWay("down", `${id} is taken back.`, {
    because: isAtWork ? "A runner is at work on it." : advice(error, state),
    commands: [isAtWork ? "lockkeeper watch" : "lockkeeper down --yes"],
    ...costOfRun(facts),
  });
}

function downWay({ id, nth, back, isAtWork }: MigrationFacts): Way {
  if (back === undefined || "refused" in back) {
    return closedWay("down", back?.refused ?? "A runner is at work on it.");
  }
  const { plan, since, seconds, newer } = back;
  const steps = nth === 1 ? "" : ` --steps ${nth}`;
  const removes = newer?.commands.some((line) => line.endsWith(YES)) === true || dataRemovals(plan).length > 0;
  const others = nth === 1 ? "" : ` and ${nth - 1} that came after it`;
  return openWay("down", `The schema is as it was before ${id}${others}.`, {
    commands: [...(isAtWork ? ["lockkeeper abort"] : []), `lockkeeper down${steps}${removes ? YES : ""}`],
    keeps: union(newer?.keeps ?? ["all rows of tables and columns that were there before"], since.keeps),
    loses: union(newer?.loses ?? [], since.loses),
    mayStop: [...(newer?.mayStop ?? []), ...obstaclesOf(plan)],
    seconds: seconds === null || newer?.seconds === null ? null : seconds + (newer?.seconds ?? 0),
    locks: strongestOfBoth(newer?.locks ?? [], strongestLocks(plan) ?? []),
  });
}

const YES = " --yes";

const union = (one: readonly string[], other: readonly string[]): readonly string[] => [...new Set([...one, ...other])];

function strongestOfBoth(one: readonly PlannedLock[], other: readonly PlannedLock[]): readonly PlannedLock[] {
  const strongest = new Map(one.map((lock) => [lock.relation, lock]));
  for (const lock of other) {
    const known = strongest.get(lock.relation);
    if (known === undefined || strongerLock(known.lock, lock.lock) !== known.lock) strongest.set(lock.relation, lock);
  }
  return [...strongest.values()];
}

/** What was put out of sight is known by the name that it had, and what was kept in two shapes by a check of its own. */
const inOldNames = (reason: string): string =>
  reason
    .replace(/does not satisfy lockkeeper_(\w+?)_kept\d*$/, "has a value of $1 that its old shape cannot hold")
    .replace(/\blockkeeper_dropped_(\w+)/g, "$1 in its old shape");

/** What PostgreSQL may find in rows that were written since. */
function obstaclesOf(plan: Plan): Way["mayStop"] {
  const all = plan.steps
    .flatMap(statementsOf)
    .flatMap(({ effects = [] }) => effects.filter(({ isNew }) => !isNew).flatMap(({ mayFail }) => mayFail));
  const byReason = new Map(
    all.map(({ reason, query }) => [reason, { reason: inOldNames(reason), query: query ?? null }]),
  );
  return [...byReason.values()];
}

const costOfRun = ({ run, runSeconds }: MigrationFacts): Partial<Way> =>
  run === undefined ? {} : { seconds: runSeconds, locks: strongestLocks(run.plan, run.run.done) ?? [] };

function quarantineWay({ kept }: MigrationFacts): Way {
  const { there, gone } = kept;
  if (there.length === 0) {
    const why = gone.length === 0 ? "It put no rows out of sight." : "What it put out of sight is removed.";
    return closedWay("quarantine", why, { loses: gone });
  }
  return openWay("quarantine", "The rows are there under another name, beside everything else as it is.", {
    sql: there.map(({ read, was }) => `CREATE TABLE ${quoteIdentifier(keptName(was))} AS ${read}`),
    keeps: there.map(({ was, now }) => `${was}, in ${now}`),
    loses: gone.map((sql) => `what was removed by ${sql}`),
    kept: there,
  });
}

const keptName = (was: string): string => `kept_${was.replace(/ of /, "_of_").replace(/\W+/g, "_")}`.slice(0, 63);

function backupWay(backup: BackupPoint | null): Way {
  if (backup === null) {
    return closedWay("backup", "There is no backup on record that was restored and found right.", {
      commands: ["lockkeeper backup --verify"],
    });
  }
  const { id, at, ageSeconds, location, restoreSeconds } = backup;
  return openWay("backup", `The whole database is as it was at ${at}.`, {
    because: `The last resort. Backup ${id} was taken ${secondsInWords(ageSeconds)} ago and is in ${location}; restore it into another database (RESTORE_URL), and take from there what is missing.`,
    commands: [`lockkeeper backup restore ${shellWord(id)} --into "$RESTORE_URL"`],
    keeps: ["what was committed before, in all tables"],
    loses: [`whatever was written since ${at}, in all tables, where it takes the place of this database`],
    seconds: restoreSeconds,
  });
}
