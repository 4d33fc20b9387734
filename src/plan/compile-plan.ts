import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { compileSql } from "./compile-sql.ts";
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
 *   `migration_not_runnable`
 */
export function compilePlan(migration: Migration, authored?: AuthoredSteps): Plan {
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
    steps: compileSteps(steps, { phase, each: migration.directives.transaction === "each" }),
    ...(undo === undefined ? {} : { authoredUndo: undo }),
    ...(contract === undefined ? {} : { raisesFloorTo: contract }),
  };
  // A way back that does not even parse must be found now, not in the night in which it is needed.
  if (undo !== undefined) {
    compileSteps(undo, { phase: "contract", each: false });
  }
  return plan;
}

export interface CompileOptions {
  readonly phase: Phase;
  /** Every statement is a step of its own. */
  readonly each: boolean;
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
