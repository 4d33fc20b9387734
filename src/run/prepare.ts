import type { BackfillBatch } from "../migrations/backfill.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule, type MigrationModule } from "../migrations/migration-module.ts";
import { downTemplate, requireWritten, TEMPLATES } from "../migrations/templates.ts";
import { authoredSteps, authoredUndo } from "../plan/authored-steps.ts";
import type { AuthoredSteps, PlanOptions } from "../plan/compile-plan.ts";
import type { ParsedFiles } from "../plan/parsed-file.ts";
import type { Plan } from "../plan/plan.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { type Continuation, continueRun } from "./continue-run.ts";
import type { UnfinishedRun } from "./read-state.ts";
import { type ReadSight, Sight } from "./sight.ts";

/** A migration with its plan and, for TypeScript, its functions. */
export interface Prepared {
  readonly migration: Migration;
  readonly plan: Plan;
  readonly module: MigrationModule | undefined;
  /** How its run goes on that stopped half way; `plan` is then the plan of that. */
  readonly continuation?: Continuation;
}

/** A run that stopped half way, and the plan that is stored of it. */
export interface BegunRun {
  readonly run: UnfinishedRun;
  readonly plan: Plan;
}

/** Compiles what is pending, before anything runs. */
export class Preparation {
  readonly #sight: ReadSight | undefined;
  readonly #parsed: ParsedFiles = new Map();
  #planned: readonly Prepared[] = [];

  /** @param sight reads the catalog to plan on; without it every statement is planned as it is written */
  constructor(sight?: ReadSight) {
    this.#sight = sight;
  }

  /**
   * What the files say, every statement as it is written and without a way back: for finding what is wrong with them
   * before anything else.
   *
   * @throws LockkeeperError `migration_unwritten`, and those of `compilePlan` and `loadMigrationModule`
   */
  async read(migrations: readonly Migration[]): Promise<readonly Prepared[]> {
    const { compilePlan } = await this.#compiler();
    const read: Prepared[] = [];
    for (const migration of migrations) {
      read.push(await prepareOne(migration, compilePlan, { parsed: this.#parsed, readOnly: true }));
    }
    return read;
  }

  /**
   * The plans to run. Each migration is planned on the catalog that those before it leave behind; the same list is
   * planned once.
   *
   * @param begun runs that stopped half way, by migration: they go on
   * @throws LockkeeperError those of `read`, of the sight, of `continueRun`, and `plan_refused`
   */
  async plan(
    migrations: readonly Migration[],
    begun: ReadonlyMap<string, BegunRun> = new Map(),
  ): Promise<readonly Prepared[]> {
    const isKnown =
      begun.size === 0 &&
      migrations.length === this.#planned.length &&
      migrations.every((migration, index) => migration === this.#planned[index]?.migration);
    if (isKnown || migrations.length === 0) {
      return isKnown ? this.#planned : [];
    }
    const { compilePlan, compileMigration } = await this.#compiler();
    const sight = new Sight(this.#sight);
    const planned: Prepared[] = [];
    for (const migration of migrations) {
      const stored = begun.get(migration.id);
      if (stored === undefined) {
        const online = await sight.look();
        const options = { parsed: this.#parsed, ...(online === undefined ? {} : { online }) };
        planned.push(await prepareOne(migration, compilePlan, options));
        continue;
      }
      const written = await prepareOne(migration, compilePlan, { parsed: this.#parsed, readOnly: true });
      const continuation = await continueRun(stored.run, stored.plan, {
        plan: written.plan,
        scripts: written.module?.scripts ?? {},
        batches: batchesOf(written.module),
        file: migration.file,
        compileRest: async (from, before) => {
          sight.expect(before);
          const online = await sight.look();
          return compileMigration(migration, authoredOf(migration, written.module)?.steps, {
            ...(online === undefined ? {} : { online }),
            from,
          });
        },
      });
      const { plan, done } = continuation.task;
      if (!continuation.isReplanned) {
        sight.expect(plan.steps.filter((_, ordinal) => !done.includes(ordinal)));
      }
      planned.push({ ...written, plan, continuation });
    }
    this.#planned = begun.size === 0 ? planned : [];
    return planned;
  }

  /** The compiler is most of our code, and most starts have nothing to compile. */
  async #compiler() {
    const [{ compilePlan, compileMigration }] = await Promise.all([import("../plan/compile-plan.ts"), loadParser()]);
    return { compilePlan, compileMigration };
  }
}

type Compile = typeof import("../plan/compile-plan.ts").compilePlan;

async function prepareOne(migration: Migration, compilePlan: Compile, options: PlanOptions): Promise<Prepared> {
  if (migration.kind !== "foreign") {
    requireWritten(migration.text, migration.file, TEMPLATES[migration.kind]);
  }
  if (migration.down !== undefined) {
    requireWritten(migration.down.text, migration.down.file, downTemplate(migration.id));
  }
  if (migration.kind !== "typescript") {
    return { migration, plan: compilePlan(migration, undefined, options), module: undefined };
  }
  const module = await loadMigrationModule(migration);
  return { migration, plan: compilePlan(migration, authoredOf(migration, module), options), module };
}

const authoredOf = ({ file }: Migration, module: MigrationModule | undefined): AuthoredSteps | undefined =>
  module === undefined
    ? undefined
    : {
        steps: authoredSteps(module.steps, file),
        ...(module.undo === undefined ? {} : { undo: authoredUndo(module.undo, file) }),
      };

/** The functions of its `backfill` steps, by their steps. */
export const batchesOf = (module: MigrationModule | undefined): Readonly<Record<string, BackfillBatch>> =>
  Object.fromEntries(
    (module?.steps ?? []).flatMap((step, index) =>
      "backfill" in step ? [[`step ${index + 1}`, step.backfill.batch]] : [],
    ),
  );

/** Whether a run has left anything in the database that its journal tells of. */
export function hasProgress(run: UnfinishedRun): boolean {
  return run.done.length > 0 || run.started.length > 0;
}

/** Whether another run has begun to take this one back: there is no going on with it. */
export function isBeingUndone(run: UnfinishedRun, unfinished: readonly UnfinishedRun[]): boolean {
  return unfinished.some((other) => other.undoes === run.id && hasProgress(other));
}
