import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { readDirectives } from "../migrations/directives.ts";
import type { ColumnExpression, Migration } from "../migrations/migration.ts";
import type { OnlineContext } from "../online/online-context.ts";
import { compileSql } from "./compile-sql.ts";
import { compileTyped } from "./compile-typed.ts";
import type { ParsedFiles } from "./parsed-file.ts";
import { parted } from "./parted-steps.ts";
import type { AuthoredStep, AuthoredTyped, Phase, Plan, Step } from "./plan.ts";
import { countUnits } from "./units-in-text.ts";

/** What a TypeScript migration says of itself, beside its steps. */
export interface AuthoredSteps {
  readonly steps: readonly (AuthoredStep | AuthoredTyped)[];
  readonly undo?: readonly AuthoredStep[];
}

/**
 * Makes the plan of one migration. Pure; `loadParser()` must have resolved.
 *
 * @param authored the steps of a TypeScript migration; an SQL migration brings its own text
 * @throws LockkeeperError `sql_syntax`, `sql_meta_command`, `sql_transaction_control`, `directive_unknown`,
 *   `migration_not_runnable`, `plan_refused`, `sweep_key_missing`, `using_invalid`, `reshape_invalid`,
 *   `partition_invalid`
 */
export function compilePlan(migration: Migration, authored?: AuthoredSteps, options: PlanOptions = {}): Plan {
  if (migration.kind === "foreign") {
    throw new LockkeeperError("migration_not_runnable", {
      message: `${migration.id} is code of ${migration.layout}; Lockkeeper runs SQL and its own TypeScript migrations.`,
      at: { file: migration.file },
      notDone: "Nothing was run.",
    });
  }
  const undo =
    authored?.undo ?? (migration.down === undefined ? undefined : [{ kind: "sql", ...pick(migration.down) }]);
  const { contract } = migration.directives;
  const isDirect = migration.directives.mode === "direct";
  const plan: Plan = {
    format: 1,
    migration: migration.id,
    direction: "up",
    checksum: migration.checksum,
    ...parted(compileMigration(migration, authored?.steps, options), contract !== undefined),
    ...(isDirect ? { mode: "direct" } : {}),
    ...(undo === undefined ? {} : { authoredUndo: undo }),
    ...(contract === undefined ? {} : { raisesFloorTo: contract }),
  };
  // A way back that does not even parse must be found now, not in the night in which it is needed.
  if (undo !== undefined) {
    const { each } = undoDirectives(undo);
    compileSteps(undo, { phase: "contract", each, readOnly: true });
  }
  return plan;
}

/**
 * The steps of a migration, or of what follows its first `from` units. Pure; `loadParser()` must have resolved.
 *
 * @param authored the steps of a TypeScript migration; an SQL migration brings its own text
 */
export function compileMigration(
  migration: Migration,
  authored: AuthoredSteps["steps"] = [{ kind: "sql", ...pick(migration) }],
  options: PlanOptions & Pick<CompileOptions, "from"> = {},
): Step[] {
  const { contract, mode, transaction, using, back } = migration.directives;
  return compileSteps(authored, {
    ...options,
    phase: contract === undefined ? "expand" : "contract",
    each: transaction === "each",
    direct: mode === "direct",
    using,
    back,
  });
}

/** How a plan comes about. */
export interface PlanOptions {
  /**
   * The catalog that the migration finds; afterwards it is the one that the migration leaves behind. Without it every
   * statement is planned as it is written.
   */
  readonly online?: OnlineContext;
  /** Texts in parsed form; what is parsed is added. */
  readonly parsed?: ParsedFiles;
  /** The steps are looked at and not run: they need no way back. */
  readonly readOnly?: boolean;
}

export interface CompileOptions extends PlanOptions {
  readonly phase: Phase;
  /** Every statement is a step of its own. */
  readonly each: boolean;
  /** The author wants every statement as it is written. */
  readonly direct?: boolean;
  /** What the author says that rows get in columns. */
  readonly using?: readonly ColumnExpression[];
  /** And get back when the type of a column is taken back. */
  readonly back?: readonly ColumnExpression[];
  /** What to do where only that is left, such as ``call `lockkeeper down` with --direct``; the directive when absent. */
  readonly directBy?: string;
  /** So many units (see `authoredUnits`) were run before: only what follows them is compiled. */
  readonly from?: number;
}

/**
 * What an authored way back says of itself: whether it runs as it is written, and whether each statement commits alone.
 *
 * @throws LockkeeperError `directive_unknown`, also for those that steer nothing but a way up
 */
export function undoDirectives(authored: readonly AuthoredStep[]): {
  readonly direct: boolean;
  readonly each: boolean;
} {
  const found = authored.flatMap((piece) =>
    piece.kind === "sql" ? [{ piece, directives: readDirectives(piece.text, piece.file, piece.firstLine) }] : [],
  );
  for (const { piece, directives } of found) {
    const [reference] = directives.references;
    if (reference !== undefined) {
      const { directive, line } = reference;
      throw new LockkeeperError("directive_unknown", {
        message: `${piece.file}:${line}: \`${directive}\` has no meaning in a way back.`,
        at: { file: piece.file, line },
        action: "Write it into the migration's own file, or take it out.",
        notDone: "Nothing was run.",
      });
    }
  }
  return {
    direct: found.some(({ directives }) => directives.mode === "direct"),
    each: found.some(({ directives }) => directives.transaction === "each"),
  };
}

/** Compiles what an author wrote into steps; each SQL piece of a TypeScript migration commits on its own. */
export function compileSteps(authored: AuthoredSteps["steps"], options: CompileOptions): Step[] {
  let done = options.from ?? 0;
  return authored.flatMap((piece): Step[] => {
    const from = done;
    done = Math.max(0, from - (from === 0 ? 0 : piece.kind === "sql" ? countUnits(piece, options.parsed) : 1));
    if (piece.kind === "sql") {
      return compileSql(piece, { ...options, from });
    }
    if (from > 0) return [];
    return piece.kind === "typed" ? compileTyped(piece, options) : [scriptStep(piece, options.phase)];
  });
}

const scriptStep = ({ script, file }: Extract<AuthoredStep, { kind: "script" }>, phase: Phase): Step => ({
  kind: "script",
  phase,
  title: `script ${script}`,
  at: { file, line: 1, column: 1 },
  settings: [],
  script,
  undo: [{ refused: `script ${script} has no undo step` }],
});

function pick({ text, file, firstLine }: { text: string; file: string; firstLine: number }): {
  text: string;
  file: string;
  firstLine: number;
} {
  return { text, file, firstLine };
}
