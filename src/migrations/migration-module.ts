import { pathToFileURL } from "node:url";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { Migration } from "./migration.ts";
import { placeInStack } from "./place-in-stack.ts";
import { TYPED_STEPS, type TypedStep, typedStepDefect } from "./typed-step.ts";

/** What a script may do: everything happens in the step's own transaction, which commits with its journal row. */
export interface ScriptContext {
  /** Runs one statement and returns its rows. */
  query<R extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Tells people how far it is. */
  log(message: string): void;
  /** Aborted when the run is to stop at once. */
  readonly signal: AbortSignal;
}

export type MigrationScript = (context: ScriptContext) => Promise<void>;

/** One step of a way back: SQL that commits on its own, or a script by name. */
export type UndoStep = { readonly sql: string } | { readonly script: string };

/** One step of a TypeScript migration: SQL that commits on its own, a script by name, or what a function of ours made. */
export type MigrationStep = UndoStep | TypedStep;

export interface MigrationModule {
  readonly steps: readonly MigrationStep[];
  /** The way back, in the order in which it runs. */
  readonly undo?: readonly UndoStep[];
  readonly scripts?: Readonly<Record<string, MigrationScript>>;
}

/**
 * Types the default export of a TypeScript migration.
 *
 * @example
 * export default defineMigration({
 *   steps: [{ sql: "ALTER TABLE posts ADD COLUMN slug text" }, { script: "fillSlugs" }],
 *   scripts: { async fillSlugs({ query }) { await query("UPDATE posts SET slug = …"); } },
 * });
 */
export function defineMigration(module: MigrationModule): MigrationModule {
  return module;
}

/**
 * Imports a TypeScript migration (Node strips the types).
 *
 * @throws LockkeeperError `migration_module_invalid`
 */
export async function loadMigrationModule(migration: Migration): Promise<MigrationModule> {
  let exported: unknown;
  try {
    // The checksum makes an edited file a new module for long-lived processes.
    exported = (await import(`${pathToFileURL(migration.file).href}?${migration.checksum.slice(0, 16)}`)).default;
  } catch (error) {
    throw invalid(migration, error instanceof Error ? error.message : String(error), error);
  }
  const reason = defect(exported);
  if (reason !== undefined) {
    throw invalid(migration, reason);
  }
  return exported as MigrationModule;
}

const KEYS: ReadonlySet<string> = new Set<keyof MigrationModule>(["steps", "undo", "scripts"]);

function defect(exported: unknown): string | undefined {
  if (typeof exported !== "object" || exported === null || !("steps" in exported) || !Array.isArray(exported.steps)) {
    return "its default export has no `steps`";
  }
  const unknown = Object.keys(exported).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    const meant = nearestName(unknown, [...KEYS]);
    return `its default export has no place for \`${unknown}\`${meant === undefined ? "" : `; did you mean \`${meant}\`?`}`;
  }
  const scripts = "scripts" in exported ? exported.scripts : {};
  if (typeof scripts !== "object" || scripts === null) {
    return "`scripts` is not an object";
  }
  const undo = "undo" in exported ? exported.undo : [];
  if (!Array.isArray(undo)) {
    return "`undo` is not a list";
  }
  for (const [index, step] of [...exported.steps, ...undo].entries()) {
    if (typeof step === "object" && step !== null && typeof step.sql === "string") {
      continue;
    }
    const typed = index < exported.steps.length ? typedStepDefect(step) : undefined;
    if (typed?.defect !== undefined) return `step ${index + 1}: ${typed.defect}`;
    if (typed !== undefined) continue;
    if (typeof step !== "object" || step === null || typeof step.script !== "string") {
      return `step ${index + 1} is neither { sql } nor { script }${index < exported.steps.length ? TYPED_STEPS.map((key) => ` nor { ${key} }`).join("") : ""}`;
    }
    if (typeof (scripts as Record<string, unknown>)[step.script] !== "function") {
      return `step ${index + 1} names the script ${step.script}, which \`scripts\` does not have`;
    }
  }
  return undefined;
}

function invalid(migration: Migration, reason: string, cause?: unknown): LockkeeperError {
  const at = placeInStack(cause instanceof Error ? cause.stack : undefined, migration.file);
  const action = cause === undefined ? undefined : adviseImport(cause);
  return new LockkeeperError("migration_module_invalid", {
    message: `${at.line === undefined ? at.file : `${at.file}:${at.line}`}: ${reason}.`,
    at,
    ...(action === undefined ? {} : { action }),
    notDone: "Nothing was run.",
    cause,
  });
}

/** What to do about a file that Node could not import. */
function adviseImport(cause: unknown): string {
  const { code, message } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : { code: "", message: "" };
  switch (code) {
    case "ERR_MODULE_NOT_FOUND": {
      const name = /^Cannot find package '([^']+)'/.exec(message)?.[1];
      return name === undefined
        ? "Mend the import; where it is that of a package, install or build the package."
        : `Install it where the migration finds it (\`npm install ${name}\`), or mend the import.`;
    }
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return "Node takes types away and translates nothing: write that part so that it is JavaScript without its types.";
    default:
      return "Mend the file: it fails when it is imported.";
  }
}
