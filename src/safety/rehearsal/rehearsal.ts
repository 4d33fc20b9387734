import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import { CHECK_SEVERITIES, type Check } from "../../checks/check.ts";
import { type CheckOptions, type CheckReport, runChecks } from "../../checks/run-checks.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Step } from "../../plan/plan.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { contract } from "../../run/contract.ts";
import { down } from "../../run/down.ts";
import type { EmitEvent, LockkeeperEvent } from "../../run/events.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { hasProgress } from "../../run/prepare.ts";
import { readState } from "../../run/read-state.ts";
import type { Stop } from "../../run/stop.ts";
import { up } from "../../run/up.ts";
import { statementsOf } from "../planned-locks.ts";
import { adviseOn } from "./advise.ts";
import type { Copy } from "./copy/copy.ts";
import { type DataPicture, differencesFrom, pictureOfData } from "./data-picture.ts";
import { findOffenders, sqlStateOf } from "./find-offenders.ts";
import { dataFindings, loadFindings, lockFindings, newCheckFindings, schemaFindings, tellSchema } from "./findings.ts";
import type { LoadReport } from "./load/load-report.ts";
import type { LoadScript } from "./load/parse-load.ts";
import { Load } from "./load/replay-load.ts";
import { type MeteredStep, StepMeter } from "./measure/step-meter.ts";
import type { Foreseen } from "./plan-for.ts";
import { rehearsalPolicy } from "./rehearsal-policy.ts";
import type {
  RehearsalFinding,
  RehearsalReport,
  RehearsalStage,
  RehearsedStep,
  StageName,
} from "./rehearsal-report.ts";

export interface RehearsalWork {
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly to?: string;
  readonly checks: { readonly all: readonly Check[]; readonly options: CheckOptions };
  /** Replayed while the plan runs the second time; the first time is measured. */
  readonly load?: { readonly scripts: readonly LoadScript[]; readonly quietMs: number };
  /** False: the way back is not tried. */
  readonly undo: boolean;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  readonly onStage?: (stage: RehearsalStage) => void;
}

/** A step as it ran, before anybody says what was expected of it. */
export type RanStep = MeteredStep & Pick<RehearsedStep, "pass">;

/** What came of the stages that change the copy. */
export interface Rehearsed {
  readonly findings: readonly RehearsalFinding[];
  readonly steps: readonly RanStep[];
  readonly checks: RehearsalReport["checks"];
  readonly differences: RehearsalReport["differences"];
  readonly load: LoadReport | null;
}

/** What ends a rehearsal without a word on the plan. */
const ENDS: ReadonlySet<string> = new Set(["interrupted", "run_aborted", "database_unavailable", "rehearsal_refused"]);

/** Runs plans in a copy, there and back and there again. */
export class Rehearsal {
  readonly #copy: Copy;
  readonly #foreseen: Foreseen;
  readonly #work: RehearsalWork;
  readonly #session: Session;
  readonly #meter: StepMeter;
  readonly #findings: RehearsalFinding[] = [];
  readonly #steps: RanStep[] = [];
  readonly #checks: { before: CheckReport["results"]; after: CheckReport["results"] } = { before: [], after: [] };
  #differences: RehearsalReport["differences"] = { schema: [], data: [] };
  #load: LoadReport | null = null;

  private constructor(copy: Copy, foreseen: Foreseen, work: RehearsalWork, session: Session, meter: StepMeter) {
    this.#copy = copy;
    this.#foreseen = foreseen;
    this.#work = work;
    this.#session = session;
    this.#meter = meter;
  }

  /** @throws LockkeeperError `interrupted`, those of connecting */
  static async run(
    { copy, foreseen, work }: { readonly copy: Copy; readonly foreseen: Foreseen; readonly work: RehearsalWork },
    stages: Stages,
  ): Promise<Rehearsed> {
    await using session = await connect(copy.url, { applicationName: "lockkeeper rehearsal" });
    await using meter = await StepMeter.open(copy.url);
    const rehearsal = new Rehearsal(copy, foreseen, work, session, meter);
    await rehearsal.#all(stages);
    return {
      findings: rehearsal.#findings,
      steps: rehearsal.#steps,
      checks: rehearsal.#checks,
      differences: rehearsal.#differences,
      load: rehearsal.#load,
    };
  }

  async #all(stages: Stages): Promise<void> {
    const staying = this.#reasonToStay();
    await stages.do("checks before", async () => {
      this.#checks.before = (await this.#runChecks("pre")).results;
      return true;
    });
    const start = { catalog: await this.#catalog(), data: staying === undefined ? await this.#data() : new Map() };
    const ran = await stages.do("run", () => this.#up("run", this.#foreseen.catalog, staying !== undefined));
    if (ran) {
      await stages.do("checks after", async () => {
        this.#checks.after = (await this.#runChecks("post")).results;
        return this.#add(newCheckFindings(this.#checks.before, this.#checks.after));
      });
    } else stages.skip("checks after", "the run failed");
    const risen = await this.#catalog();
    if (staying === undefined) await this.#thereAndBack(stages, start, { ran, risen });
    else for (const stage of ["undo", "compare", "run again"] as const) stages.skip(stage, staying);
    if (ran) await stages.do("contract", () => this.#contract());
    else stages.skip("contract", "the run failed");
  }

  async #thereAndBack(
    stages: Stages,
    start: { readonly catalog: Catalog; readonly data: DataPicture },
    { ran, risen }: { readonly ran: boolean; readonly risen: Catalog },
  ): Promise<void> {
    if (!(await stages.do("undo", () => this.#down()))) {
      for (const stage of ["compare", "run again"] as const) stages.skip(stage, "it was not taken back");
      return;
    }
    const isSame = await stages.do("compare", () => this.#compare(start));
    if (!ran) {
      stages.skip("run again", "the run failed");
      return;
    }
    await stages.do("run again", async () => {
      // Where the way back led elsewhere, what was read of production does not hold here.
      const isDone = await this.#up("run again", isSame ? this.#foreseen.catalog : undefined, true);
      if (!isDone) return false;
      const again = tellSchema(risen, await this.#catalog());
      return this.#add(schemaFindings("run again", again, "is otherwise than after the first time"));
    });
  }

  /** Why the way back is not tried. */
  #reasonToStay(): string | undefined {
    if (!this.#work.undo) return "the way back is not to be tried";
    return this.#foreseen.begun.length > 0 ? "a run goes on that was begun before" : undefined;
  }

  async #up(pass: "run" | "run again", catalog: Catalog | undefined, isLoaded: boolean): Promise<boolean> {
    const { migrations, to, load } = this.#work;
    const replayed =
      isLoaded && load !== undefined
        ? await Load.start(
            {
              url: this.#copy.url,
              scripts: load.scripts,
              moment: () => stepName(this.#meter.current) ?? null,
              signal: this.#work.stop.soon,
            },
            load.quietMs,
          )
        : undefined;
    try {
      const isDone = await this.#attempt(pass, () =>
        up({
          ...this.#operation(),
          migrations,
          ...(to === undefined ? {} : { to }),
          ...(catalog === undefined ? {} : { catalog }),
        }),
      );
      if (pass === "run") this.#findings.push(...lockFindings(this.#steps, this.#foreseen.plans));
      if (replayed === undefined) return isDone;
      this.#load = await replayed.end();
      return this.#add(loadFindings(pass, this.#load)) && isDone;
    } finally {
      await replayed?.[Symbol.asyncDispose]();
    }
  }

  async #down(): Promise<boolean> {
    const ids = new Set(this.#foreseen.plans.map(({ migration }) => migration));
    const state = await readState(this.#session);
    const applied = state.applied.filter(({ id }) => ids.has(id));
    const half = state.unfinished.filter(
      (run) => run.direction === "up" && hasProgress(run) && !applied.some(({ id }) => id === run.migration),
    );
    const steps = applied.length + half.length;
    if (steps === 0) return true;
    return await this.#attempt("undo", () => down({ ...this.#operation(), migrations: this.#work.migrations, steps }));
  }

  async #contract(): Promise<boolean> {
    const ids = new Set(this.#foreseen.plans.map(({ migration }) => migration));
    const { applied } = await readState(this.#session);
    const waiting = applied.filter((one) => one.contract === "waiting" && ids.has(one.id)).map(({ id }) => id);
    if (waiting.length === 0) return true;
    return await this.#attempt("contract", () =>
      contract({ ...this.#operation(), migrations: this.#work.migrations, ids: waiting, override: "rehearsal" }),
    );
  }

  async #compare(start: { readonly catalog: Catalog; readonly data: DataPicture }): Promise<boolean> {
    const catalog = await this.#catalog();
    const schema = tellSchema(start.catalog, catalog);
    const data = await differencesFrom(start.data, this.#session, catalog);
    this.#differences = { schema, data };
    return this.#add([
      ...schemaFindings("compare", schema, "is otherwise behind the way back than it was at the start"),
      ...dataFindings(data),
    ]);
  }

  /** @returns whether none of them is an error */
  #add(findings: readonly RehearsalFinding[]): boolean {
    this.#findings.push(...findings);
    return findings.every(({ severity }) => severity !== "error");
  }

  async #attempt(pass: RehearsedStep["pass"], run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof LockkeeperError) || ENDS.has(error.code) || this.#work.stop.requested) throw error;
      this.#findings.push(await this.#failure(pass, error));
      return false;
    } finally {
      this.#steps.push(...this.#meter.take().map((step) => ({ ...step, pass })));
    }
  }

  async #failure(stage: StageName, error: LockkeeperError): Promise<RehearsalFinding> {
    const { current } = this.#meter;
    const state = CatalogState.of(await this.#catalog());
    const { object, rows } = await findOffenders(this.#session, current?.step, error, state);
    const sqlState = sqlStateOf(error);
    const step = stepName(current);
    const of = object ?? error.at?.relation ?? targetOf(current?.step);
    const detail = error.data?.["detail"];
    return {
      stage,
      severity: "error",
      code: error.code,
      ...(sqlState === undefined ? {} : { sqlState }),
      message: typeof detail === "string" ? `${error.message} (${detail})` : error.message,
      ...(step === undefined ? {} : { step }),
      ...(error.at === undefined ? {} : { at: error.at }),
      ...(of === undefined ? {} : { object: of }),
      ...(rows.length === 0 ? {} : { rows }),
      action: adviseOn(error),
    };
  }

  async #runChecks(phase: "pre" | "post"): Promise<CheckReport> {
    const { all, options } = this.#work.checks;
    const checks = all.filter((one) => one.phase === "both" || one.phase === phase);
    const worst = CHECK_SEVERITIES.indexOf("error");
    return await runChecks(
      this.#session,
      // What the checks mildly regret is nobody's business in a copy.
      checks.filter(({ severity }) => CHECK_SEVERITIES.indexOf(severity) <= worst),
      { ...options, signal: this.#work.stop.soon },
    );
  }

  #catalog(): Promise<Catalog> {
    return readCatalog(this.#session.query, { facts: true });
  }

  async #data(): Promise<DataPicture> {
    return await pictureOfData(this.#session, await this.#catalog());
  }

  #operation() {
    const { policy, emit, stop } = this.#work;
    return {
      url: saysDebug(this.#copy.url),
      policy: rehearsalPolicy(policy),
      emit: (event: LockkeeperEvent): void => {
        if (this.#meter.hear(event) !== "heard") emit(event);
      },
      stop,
      watch: this.#meter.watch,
    };
  }
}

const stepName = (step: StepMeter["current"]): RehearsalFinding["step"] =>
  step === undefined ? undefined : { migration: step.migration, step: step.ordinal + 1, title: step.step.title };

/** What a step is about, where that is one relation. */
function targetOf(step: Step | undefined): string | undefined {
  const effects = step === undefined ? [] : statementsOf(step).flatMap((statement) => statement.effects ?? []);
  const targets = effects.filter(({ role }) => role === "target").map(({ relation }) => relation);
  const names = new Set(targets.map(({ schema, name }) => `${schema}.${name}`));
  return names.size === 1 ? [...names][0] : undefined;
}

/** The stages of a rehearsal as they go by. */
export class Stages {
  readonly #done: RehearsalStage[] = [];
  readonly #onStage: (stage: RehearsalStage) => void;

  constructor(onStage: (stage: RehearsalStage) => void = () => {}) {
    this.#onStage = onStage;
  }

  get all(): readonly RehearsalStage[] {
    return this.#done;
  }

  /** @param work says whether it went well */
  async do(name: StageName, work: () => Promise<boolean>): Promise<boolean> {
    const begun = performance.now();
    const isGood = await work();
    this.#add({ name, outcome: isGood ? "done" : "failed", ms: Math.round(performance.now() - begun) });
    return isGood;
  }

  skip(name: StageName, reason: string): void {
    this.#add({ name, outcome: "skipped", ms: 0, reason });
  }

  #add(stage: RehearsalStage): void {
    this.#done.push(stage);
    this.#onStage(stage);
  }
}

/** The server then says what it verifies and writes anew. */
function saysDebug(url: string): string {
  const own = new URL(url);
  const options = own.searchParams.get("options");
  own.searchParams.set("options", `${options === null ? "" : `${options} `}-c client_min_messages=debug1`);
  own.search = own.search.replaceAll("+", "%20");
  return own.href;
}
