import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule, type MigrationModule, type MigrationScript } from "../migrations/migration-module.ts";
import { downTemplate, requireWritten } from "../migrations/templates.ts";
import { authoredUndo } from "../plan/authored-steps.ts";
import { placeOfPiece } from "../plan/authored-units.ts";
import { compileSteps, undoDirectives } from "../plan/compile-plan.ts";
import type { AuthoredStep, Plan, PlannedStatement, Step, StepPlace } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { type Continuation, continueRun } from "./continue-run.ts";
import { type LeftBehind, leftBehind } from "./left-behind.ts";
import { placeOfWayBack, withoutPlace } from "./place-of-way-back.ts";
import type { BegunRun } from "./prepare.ts";
import type { Sight } from "./sight.ts";
import { asAuthored, waitingSteps } from "./undo-waiting.ts";

/** What a run left behind, as its journal tells. */
export interface PastRun {
  readonly id: number;
  readonly plan: Plan;
  readonly done: readonly number[];
  /** What steps left that were announced and not recorded as done, by ordinal. */
  readonly left: ReadonlyMap<number, LeftBehind>;
  readonly isComplete: boolean;
  /** Captured undo statements by `step/statement/item`. */
  readonly captured: ReadonlyMap<string, readonly string[]>;
  /** The run of its contract steps, as far as that came. */
  readonly contract?: PastRun;
}

export interface UndoPlan {
  readonly plan: Plan;
  readonly undoes: number | undefined;
  readonly scripts: Readonly<Record<string, MigrationScript>>;
  /** How taking back goes on that stopped half way; `plan` is then the plan of that. */
  readonly continuation?: Continuation;
}

/** A statement whose inverse is not certain, and why. */
export interface Irreversible {
  readonly at: StepPlace;
  readonly sql: string;
  readonly reason: string;
}

/** How a capture says at run time that it cannot tell the inverse (see `UndoItem`). */
const REFUSED = /^--\s*refused:\s*(.*)$/s;

export async function readPastRun(session: Session, id: number): Promise<PastRun> {
  const [run] = await session.query<{
    plan: Plan;
    state: string;
    done: number[];
    started: StartedStep[];
    contract: number | null;
  }>(
    `SELECT plan, state, (SELECT coalesce(array_agg(ordinal ORDER BY ordinal), '{}') FROM lockkeeper.step
       WHERE run_id = run.id AND state = 'done') AS done,
       (SELECT coalesce(json_agg(json_build_object('ordinal', ordinal, 'probe', probe)), '[]') FROM lockkeeper.step
       WHERE run_id = run.id AND state = 'started') AS started,
       (SELECT max(c.id)::float8 FROM lockkeeper.run AS c
       WHERE c.completes = run.id AND c.state <> 'superseded') AS contract FROM lockkeeper.run WHERE id = $1`,
    [id],
  );
  if (run === undefined) {
    throw new LockkeeperError("run_not_found", { message: `There is no run ${id}.` });
  }
  const rows = await session.query<{ key: string; sql: string }>(
    `SELECT step || '/' || statement || '/' || item AS key, sql FROM lockkeeper.undo_sql WHERE run_id = $1
     ORDER BY step, statement, item, position`,
    [id],
  );
  const captured = new Map<string, string[]>();
  for (const { key, sql } of rows) {
    captured.set(key, [...(captured.get(key) ?? []), sql]);
  }
  const left = new Map<number, LeftBehind>();
  for (const { ordinal, probe } of run.started) {
    const step = run.plan.steps[ordinal];
    if (step?.kind === "concurrent") {
      left.set(ordinal, await leftBehind(session, step, probe?.before ?? []));
    } else if (step?.kind === "sweep") {
      // Some of its rows may be done.
      left.set(ordinal, { isDone: true, mend: [] });
    }
  }
  const contract = run.contract === null ? undefined : await readPastRun(session, run.contract);
  return {
    id,
    plan: run.plan,
    done: run.done,
    left,
    isComplete: run.state === "done",
    captured,
    ...(contract === undefined ? {} : { contract }),
  };
}

interface StartedStep {
  readonly ordinal: number;
  readonly probe: { readonly before?: readonly string[] } | null;
}

/** What is to be taken back. */
export interface UndoSubject {
  readonly id: string;
  readonly checksum: string;
  /** The run that applied it (or part of it); undefined for adopted and baselined migrations. */
  readonly past: PastRun | undefined;
  readonly file: Migration | undefined;
  /** The run in which taking it back began and stopped half way. */
  readonly begun?: BegunRun;
}

/** What a way back is planned by. */
export interface UndoSight {
  /** The catalog that the way back finds, and that is brought along to the next one. */
  readonly sight: Sight;
  /** Everything as it is written. */
  readonly direct: boolean;
}

/**
 * The way back of one migration: the author's, from the file where it is at hand and else as it was stored when the
 * migration was applied; without one, what was derived from its statements. One that has begun is left for nothing but
 * a file. It is brought live as a migration is; what was applied with `mode direct` is taken back directly too.
 *
 * @throws LockkeeperError `undo_unavailable` naming every statement that cannot be taken back, `migration_unwritten`,
 *   `plan_refused`, `run_changed`
 */
export async function planUndo(subject: UndoSubject, { sight, direct }: UndoSight): Promise<UndoPlan> {
  const { id, checksum, past, file, begun } = subject;
  await loadParser();
  const module = file?.kind === "typescript" ? await loadMigrationModule(file) : undefined;
  const scripts = module?.scripts ?? {};
  // A part of a migration is taken back statement by statement: the author's way back expects the whole.
  const isWhole = past === undefined || past.isComplete;
  const written = isWhole ? undoInFile(file, module) : undefined;
  const known = written ?? (isWhole ? past?.plan.authoredUndo : undefined);
  const authored = known === undefined || past === undefined ? known : authoredBesideWaiting(subject, past, known);
  const pieces = authored ?? (begun === undefined ? derivedUndo(subject, past) : []);
  const own = undoDirectives(pieces);
  const options = {
    phase: "contract",
    each: own.each,
    // Taking back a way back is going up again: nothing is captured for it.
    readOnly: true,
    direct: direct || past?.plan.mode === "direct" || file?.directives.mode === "direct" || own.direct,
    directBy:
      authored === undefined ? FLAG : `${FLAG}, or put \`-- lockkeeper: mode direct\` at the head of the way back`,
  } as const;
  const planOf = (steps: readonly Step[]): Plan => ({
    format: 1,
    migration: id,
    direction: "down",
    checksum,
    steps,
    ...(options.direct ? { mode: "direct" } : {}),
    // Kept with the run, so that a mended file can be told from a newer compiler.
    ...(authored === undefined ? {} : { authoredUndo: authored }),
  });
  const compile = async (from: number, before: readonly Step[]): Promise<Step[]> => {
    sight.expect(before);
    const online = await sight.look();
    return compileSteps(pieces, { ...options, ...(online === undefined ? {} : { online }), from });
  };
  if (begun === undefined) {
    return { plan: planOf(await compile(0, [])), undoes: past?.id, scripts };
  }
  const continuation = await continueRun(begun.run, begun.plan, {
    // A way back that has begun is left for nothing but a file.
    plan: written === undefined ? begun.plan : planOf(compileSteps(pieces, options)),
    scripts,
    file: file?.down?.file ?? file?.file ?? id,
    compileRest: compile,
  });
  return { plan: continuation.task.plan, undoes: past?.id, scripts, continuation };
}

const FLAG = "use `lockkeeper down --direct`";

/**
 * The author's way back expects the catalog that the migration as written leaves. While something of it still waits for
 * contract, what was derived brings everything back as it was, rows included; where that is not certain, the waiting
 * steps run first, and then the author's way back.
 *
 * @returns undefined where the derived one is taken
 */
function authoredBesideWaiting(
  subject: UndoSubject,
  past: PastRun,
  authored: readonly AuthoredStep[],
): readonly AuthoredStep[] | undefined {
  const waiting = waitingSteps(past);
  if (waiting.length === 0) {
    return authored;
  }
  const { begun } = subject;
  const isDerived = begun === undefined ? isDerivable(subject, past) : begun.plan.authoredUndo === undefined;
  return isDerived ? undefined : [...asAuthored(waiting), ...authored];
}

function isDerivable(subject: UndoSubject, past: PastRun): boolean {
  try {
    derivedUndo(subject, past);
    return true;
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === "undo_unavailable") {
      return false;
    }
    throw error;
  }
}

function undoInFile(
  file: Migration | undefined,
  module: MigrationModule | undefined,
): readonly AuthoredStep[] | undefined {
  if (file?.down !== undefined) {
    const { text, file: path, firstLine } = file.down;
    requireWritten(text, path, downTemplate(file.id));
    return [{ kind: "sql", text, file: path, firstLine }];
  }
  return file === undefined || module?.undo === undefined ? undefined : authoredUndo(module.undo, file.file);
}

function derivedUndo({ id, file }: UndoSubject, past: PastRun | undefined): AuthoredStep[] {
  if (past === undefined) {
    throw new LockkeeperError("undo_unavailable", {
      message: `${id} was not run by Lockkeeper, so nothing is known of its way back.`,
      action: writing(id, file, (place) => `Write ${place}.`),
      notDone: "Nothing was changed.",
    });
  }
  const refused: Irreversible[] = [];
  const pieces = [
    ...(past.contract === undefined ? [] : undoOfRun(past.contract, refused)),
    ...undoOfRun(past, refused),
  ];
  if (refused.length > 0) {
    throw irreversible(id, file, past, refused);
  }
  return joined(pieces);
}

function undoOfRun(past: PastRun, refused: Irreversible[]): AuthoredStep[] {
  const all: UndonePiece[] = [];
  for (const [ordinal, step] of [...past.plan.steps.entries()].reverse()) {
    const left = past.left.get(ordinal);
    for (const text of left?.mend ?? []) {
      all.push({ sql: [{ kind: "sql", text, file: `${step.at.file} (derived undo)`, firstLine: step.at.line }] });
    }
    if (past.done.includes(ordinal) || left?.isDone === true) {
      all.push(...undoOfStep(step, ordinal, past, refused));
    }
  }
  return alongLast(all).flatMap(({ sql }) => sql);
}

interface UndonePiece {
  readonly of?: PlannedStatement;
  readonly sql: readonly AuthoredStep[];
}

/** Of the pieces of one statement, those last that go along with others, and then need not be there any more. */
function alongLast(all: readonly UndonePiece[]): UndonePiece[] {
  const ordered: UndonePiece[] = [];
  for (let at = 0; at < all.length; ) {
    const place = placeOf(all[at]);
    let end = at + 1;
    while (place !== undefined && end < all.length && placeOf(all[end]) === place) end++;
    const group = all.slice(at, end);
    ordered.push(
      ...group.filter(({ of }) => of?.goesAlong !== true),
      ...group.filter(({ of }) => of?.goesAlong === true),
    );
    at = end;
  }
  return ordered;
}

const placeOf = (piece: UndonePiece | undefined): string | undefined =>
  piece?.of === undefined ? undefined : placeOfPiece(piece.of);

function undoOfStep(step: Step, ordinal: number, past: PastRun, refused: Irreversible[]): UndonePiece[] {
  if (step.kind === "script") {
    for (const item of step.undo) {
      if ("refused" in item) {
        refused.push({ at: step.at, sql: step.title, reason: item.refused });
      }
    }
    return [];
  }
  const statements = step.kind === "ddl" ? step.statements : [step.statement];
  return statements
    .map((of, index) => ({ of, sql: undoOfStatement(of, `${ordinal}/${index}`, past, refused) }))
    .reverse();
}

function undoOfStatement(
  statement: PlannedStatement,
  key: string,
  past: PastRun,
  refused: Irreversible[],
): AuthoredStep[] {
  const { file, line } = statement.at;
  const sql = statement.undo.flatMap((item, index): readonly string[] => {
    if ("refused" in item) {
      refused.push({ at: statement.at, sql: statement.sql, reason: item.refused });
      return [];
    }
    return "sql" in item ? [item.sql] : (past.captured.get(`${key}/${index}`) ?? []);
  });
  return sql.flatMap((text): AuthoredStep[] => {
    const reason = REFUSED.exec(text)?.[1];
    if (reason !== undefined) {
      refused.push({ at: statement.at, sql: statement.sql, reason });
      return [];
    }
    return [{ kind: "sql", text, file: `${file} (derived undo)`, firstLine: line }];
  });
}

/** One text, so that what may share a transaction does; the statement's own places cannot be kept across files. */
function joined(pieces: readonly AuthoredStep[]): AuthoredStep[] {
  const texts = pieces.flatMap((piece) => (piece.kind === "sql" ? [piece.text] : []));
  const [first] = pieces;
  return first === undefined ? [] : [{ kind: "sql", text: texts.join("\n;\n"), file: first.file, firstLine: 1 }];
}

/** What to do about a way back that is missing, by where it is read from. */
function writing(id: string, file: Migration | undefined, at: (place: string) => string): string {
  if (file === undefined) return at(`${id}.down.sql`);
  const place = placeOfWayBack(file);
  return place === undefined ? withoutPlace(file) : at(place);
}

function irreversible(
  id: string,
  file: Migration | undefined,
  past: PastRun,
  refused: readonly Irreversible[],
): LockkeeperError {
  const [first] = refused;
  const lines = refused.map(({ at, sql, reason }) => `${at.file}:${at.line}: ${shorten(sql)}: ${reason}`);
  return new LockkeeperError("undo_unavailable", {
    message: `${id} cannot be taken back:\n  ${lines.join("\n  ")}`,
    ...(first === undefined ? {} : { at: { ...first.at } }),
    action: past.isComplete
      ? writing(id, file, (place) => `Write ${place} with the way back.`)
      : `Mend ${id} and finish it with \`lockkeeper up\`. ${writing(id, file, (place) => `Once it is whole, ${place} can take it back.`)}`,
    notDone: "Nothing was changed.",
    data: { migration: id, statements: refused },
  });
}

function shorten(sql: string): string {
  const line = sql.replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
