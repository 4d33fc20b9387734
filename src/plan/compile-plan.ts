import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { OnlineContext } from "../online/online-context.ts";
import { compileSql } from "./compile-sql.ts";
import type { ParsedFiles } from "./parsed-file.ts";
import type { AuthoredStep, Phase, Plan, Step } from "./plan.ts";

/** What a TypeScript migration says of itself, beside its steps. */
export interface AuthoredSteps {
  readonly steps: readonly AuthoredStep[];
  readonly undo?: readonly AuthoredStep[];
}

/**
 * Makes the plan of one migration. Pure; `loadParser()` must have resolved.
 *
 * @param authored the steps of a TypeScript migration; an SQL migration brings its own text
 * @throws LockkeeperError `sql_syntax`, `sql_meta_command`, `sql_transaction_control`, `directive_unknown`,
 *   `migration_not_runnable`, `plan_refused`
 */
export function compilePlan(
  migration: Migration,
  authored?: AuthoredSteps,
  { online, parsed, readOnly }: PlanOptions = {},
): Plan {
  if (migration.kind === "foreign") {
    throw new LockkeeperError("migration_not_runnable", {
      message: `${migration.id} is code of ${migration.layout}; Lockkeeper runs SQL and its own TypeScript migrations.`,
      at: { file: migration.file },
      notDone: "Nothing was run.",
    });
  }
  const steps = authored?.steps ?? [{ kind: "sql", ...pick(migration) }];
  const undo =
    authored?.undo ?? (migration.down === undefined ? undefined : [{ kind: "sql", ...pick(migration.down) }]);
  const { contract } = migration.directives;
  const phase: Phase = contract === undefined ? "expand" : "contract";
  const plan: Plan = {
    format: 1,
    migration: migration.id,
    direction: "up",
    checksum: migration.checksum,
    steps: compileSteps(steps, {
      phase,
      each: migration.directives.transaction === "each",
      ...(online === undefined ? {} : { online, direct: migration.directives.mode === "direct" }),
      ...(parsed === undefined ? {} : { parsed }),
      ...(readOnly === undefined ? {} : { readOnly }),
    }),
    ...(undo === undefined ? {} : { authoredUndo: undo }),
    ...(contract === undefined ? {} : { raisesFloorTo: contract }),
  };
  // A way back that does not even parse must be found now, not in the night in which it is needed.
  if (undo !== undefined) {
    compileSteps(undo, { phase: "contract", each: false, readOnly: true });
  }
  return plan;
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
}

/** Compiles what an author wrote into steps; each SQL piece of a TypeScript migration commits on its own. */
export function compileSteps(authored: readonly AuthoredStep[], options: CompileOptions): Step[] {
  return authored.flatMap((piece): Step[] =>
    piece.kind === "sql"
      ? compileSql(piece, options)
      : [
          {
            kind: "script",
            phase: options.phase,
            title: `script ${piece.script}`,
            at: { file: piece.file, line: 1, column: 1 },
            settings: [],
            script: piece.script,
            undo: [{ refused: `script ${piece.script} has no undo step` }],
          },
        ],
  );
}

function pick({ text, file, firstLine }: { text: string; file: string; firstLine: number }): {
  text: string;
  file: string;
  firstLine: number;
} {
  return { text, file, firstLine };
}
