import { count } from "../../errors/count.ts";
import type { Plan, PlannedStatement } from "../../plan/plan.ts";
import { statementsOf } from "../planned-locks.ts";
import { holdsRows } from "./kept-objects.ts";
import { shellWord } from "./shell-word.ts";
import { writtenSince } from "./written-since.ts";

/**
 * What the database is like when a command is given:
 *
 * - `before`: nothing of the migrations was begun;
 * - `running`: a runner is at work on them;
 * - `stopped`: their run stopped before its end;
 * - `applied`: all are in force, and nothing was removed by contract;
 * - `contracting`: contract stopped before its end;
 * - `contracted`: contract is done.
 */
export type Situation = "before" | "running" | "stopped" | "applied" | "contracting" | "contracted";

/** A line for a shell, and what it does when all is well. */
export interface Command {
  readonly line: string;
  readonly when: Situation;
  readonly exit: number;
  /** A part of what it prints. */
  readonly prints: string;
}

type ScenarioId =
  | "roll-forward"
  | "before-cutover"
  | "interrupted"
  | "after-cutover"
  | "subset"
  | "twice"
  | "long-transactions"
  | "contract-failed"
  | "contracted";

/** A situation in which one wants to come back, and what to do. */
export interface Scenario {
  readonly id: ScenarioId;
  readonly title: string;
  /** How to tell that this is the one. */
  readonly sign: string;
  readonly commands: readonly Command[];
  readonly outcome: string;
  readonly keeps: readonly string[];
  readonly loses: readonly string[];
}

/** A statement behind which there is no certain way back. */
interface NoReturn {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly sql: string;
  readonly reason: string;
}

/** The statements of plans behind which the way back is not certain, and which no author's way back replaces. */
export const pointsOfNoReturn = (plans: readonly Plan[]): readonly NoReturn[] =>
  plans
    .filter(({ authoredUndo }) => authoredUndo === undefined)
    .flatMap((plan) => plan.steps.flatMap((step, index) => refusedIn(plan, step, index)));

function refusedIn({ migration }: Plan, step: Plan["steps"][number], index: number): readonly NoReturn[] {
  const undone =
    step.kind === "script" ? [{ sql: step.title, undo: step.undo }] : statementsOf(step).filter(isNotTrial);
  return undone.flatMap(({ sql, undo }) =>
    undo.flatMap((item) => ("refused" in item ? [{ migration, step: index + 1, sql, reason: item.refused }] : [])),
  );
}

const isNotTrial = ({ isTrial }: PlannedStatement): boolean => isTrial !== true;

/**
 * The ways to come back from these plans, each with its commands and what it brings; roll-forward first. Pure;
 * `loadParser()` must have resolved.
 *
 * @param plans what is pending, in its order; not empty
 */
export function scenariosOf(plans: readonly Plan[]): readonly Scenario[] {
  const parts = new Parts(plans);
  const isLong = plans.length > 1 || plans.some(({ steps }) => steps.length > 1);
  return [
    ...(isLong ? [parts.rollForward()] : []),
    ...(isLong ? [parts.beforeCutover(), parts.interrupted()] : []),
    ...(parts.goesBack ? [parts.afterCutover()] : []),
    ...(parts.goesBack && plans.length > 1 ? [parts.subset()] : []),
    ...(parts.goesBack ? [parts.twice(), parts.longTransactions()] : []),
    ...(parts.waiting.length > 0 ? [parts.contractFailed(), parts.contracted()] : []),
  ];
}

class Parts {
  readonly #plans: readonly Plan[];
  /** Whether all of them can be taken back, as far as one can tell before. */
  readonly goesBack: boolean;
  /** The migrations that leave something for contract. */
  readonly waiting: readonly string[];
  readonly #since: { readonly keeps: readonly string[]; readonly loses: readonly string[] };

  constructor(plans: readonly Plan[]) {
    this.#plans = plans;
    this.goesBack = pointsOfNoReturn(plans).length === 0;
    this.waiting = plans.filter(({ contract = [] }) => contract.length > 0).map(({ migration }) => migration);
    const all = plans.map((plan) => ({ plan, ...writtenSince(plan, undefined, textsBefore) }));
    this.#since = {
      keeps: unique(["all rows of tables and columns that were there before", ...all.flatMap(({ keeps }) => keeps)]),
      loses: unique([
        ...all.flatMap(({ plan, loses }) =>
          plan.authoredUndo === undefined ? loses.map((one) => one.replace(`${ANY_SCHEMA}.`, "")) : [],
        ),
        ...plans.flatMap(({ authoredUndo = [] }) => authoredUndo.map(({ file }) => `what ${file} removes`)),
      ]),
    };
  }

  rollForward(): Scenario {
    return {
      id: "roll-forward",
      title: "Go on: roll forward",
      sign: "The run stopped, and what stopped it can be mended: a lock, a row, a full disk, a runner that died. This is to be preferred: what was done stands, and nothing is lost.",
      commands: [
        command("lockkeeper restore-point", "stopped", "to be preferred"),
        command("lockkeeper up --yes", "stopped", "in force."),
      ],
      outcome: `${this.#names} in force, as if nothing had happened.`,
      keeps: ["everything that was written"],
      loses: [],
    };
  }

  beforeCutover(): Scenario {
    return {
      id: "before-cutover",
      title: "Back before the cutover",
      sign: "`restore-point` says `expanding` or `before cutover`: others still use the old shape.",
      commands: [
        command("lockkeeper abort", "running", "was asked to cancel"),
        command("lockkeeper down --yes", "stopped", "Took back"),
      ],
      outcome: "What was begun is taken back; nobody who uses the database has seen anything of it.",
      keeps: ["everything that was written"],
      loses: [],
    };
  }

  interrupted(): Scenario {
    return {
      id: "interrupted",
      title: "After an interrupted run",
      sign: "The runner was killed, lost its connection, or its machine is gone; `status` says `interrupted`.",
      commands: [
        command("lockkeeper status", "stopped", "partial"),
        command("lockkeeper resume", "stopped", "Finished"),
        command("lockkeeper down --yes", "stopped", "Took back"),
      ],
      outcome:
        "`resume` goes on where the journal says; `down` takes back what was applied. The server cancels the statement of a dead runner within a second, and frees its locks.",
      keeps: ["everything that was written"],
      loses: [],
    };
  }

  afterCutover(): Scenario {
    return {
      id: "after-cutover",
      title: "Back after the cutover, with writes since",
      sign: "All is in force, contract was not run, and the new release does not do.",
      commands: [command(this.#downAll, "applied", `Took back ${this.#counted}`)],
      outcome: "The schema is as it was before; roll the release back first, or with it.",
      ...this.#since,
    };
  }

  subset(): Scenario {
    const first = this.#plans[0]?.migration ?? "";
    const later = this.#plans.slice(1).map(({ migration }) => migration);
    return {
      id: "subset",
      title: "Back from some of the migrations",
      sign: `Only what came after ${first} has to go: ${later.join(", ")}.`,
      commands: [
        // Of two, it would leave nothing for the other.
        ...(later.length > 1 ? [command("lockkeeper down --yes", "applied", "Took back 1 migration")] : []),
        command(`lockkeeper down --to ${shellWord(first)} --yes`, "applied", "Took back"),
      ],
      outcome: `\`down\` alone takes back the newest; \`--to\` everything after the one that is named, which stays in force.`,
      keeps: this.#since.keeps,
      loses: this.#since.loses,
    };
  }

  twice(): Scenario {
    return {
      id: "twice",
      title: "Back, forward, and back again",
      sign: "It was taken back, applied again, and has to go a second time.",
      commands: [
        command(this.#downAll, "applied", `Took back ${this.#counted}`),
        command("lockkeeper up --yes", "applied", `Applied ${this.#counted}`),
        command(this.#downAll, "applied", `Took back ${this.#counted}`),
      ],
      outcome: "Each time the same as the first time.",
      ...this.#since,
    };
  }

  longTransactions(): Scenario {
    return {
      id: "long-transactions",
      title: "Back while others have long transactions open",
      sign: "`down` says that it waits for locks, and who is in the way.",
      commands: [command(`${this.#downAll} --lock-deadline 30m`, "applied", `Took back ${this.#counted}`)],
      outcome:
        "Nobody queues behind it for longer than `lock.timeout`. At the deadline it ends with exit code 4 and has changed nothing in that step; give it again once the transactions named are over. The build or drop of an index beside traffic, for which nobody waits, goes on waiting beyond the deadline; `lockkeeper abort` ends that.",
      ...this.#since,
    };
  }

  contractFailed(): Scenario {
    return {
      id: "contract-failed",
      title: "Contract stopped half way",
      sign: "`status` says `contract` with a run that is not finished: a part of what was kept is gone.",
      commands: [
        command("lockkeeper restore-point", "contracting", "from quarantine"),
        command(`lockkeeper contract ${this.waiting.map(shellWord).join(" ")} --yes`, "contracting", "Removed"),
      ],
      outcome:
        "Going on is to be preferred: what is removed does not come back by `down`. `restore-point` says what is still there, under which name, with the statement that copies it out; what is gone is in the backup alone.",
      keeps: ["everything that is in use; what contract has not come to"],
      loses: this.#removals,
    };
  }

  contracted(): Scenario {
    return {
      id: "contracted",
      title: "After contract",
      sign: "Contract is done.",
      commands: [command("lockkeeper restore-point", "contracted", "forward")],
      outcome:
        "What was taken away is in the backup alone. Mend by a further migration; a rename can still be turned round by `down`.",
      keeps: ["everything that is in use"],
      loses: this.#removals,
    };
  }

  get #removals(): readonly string[] {
    return this.#plans
      .flatMap(({ contract = [] }) => contract.flatMap(statementsOf))
      .filter(({ leftover }) => leftover !== undefined && holdsRows(leftover))
      .filter(({ sql }) => !sql.startsWith("DROP SCHEMA "))
      .map(({ sql }) => `what \`${sql}\` removes`);
  }

  get #names(): string {
    const names = this.#plans.map(({ migration }) => migration);
    return `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`;
  }

  get #counted(): string {
    return count(this.#plans.length, "migration");
  }

  get #downAll(): string {
    return this.#plans.length === 1 ? "lockkeeper down --yes" : `lockkeeper down --steps ${this.#plans.length} --yes`;
  }
}

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];

const command = (line: string, when: Situation, prints: string): Command => ({ line, when, exit: 0, prints });

/** In which schema something is made that is written without one, the server knows. */
const ANY_SCHEMA = "any_schema";

/** What takes a statement back, as far as it is known before it runs. */
const textsBefore = ({ undo }: PlannedStatement): readonly string[] =>
  undo.flatMap((item) => ("sql" in item ? [item.sql] : "around" in item ? [item.around.join(ANY_SCHEMA)] : []));
