import type { SmallMigration } from "./small-migrations.ts";

/** What is timed: bringing an empty database up, and the start that finds nothing to do. */
export type Phase = "apply" | "noop";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Beyond PATH, HOME and DATABASE_URL, which every contender gets. */
  readonly env?: Readonly<Record<string, string>>;
}

export type Installation =
  | { readonly state: "installed"; readonly version: string }
  | { readonly state: "missing"; readonly reason: string };

/** One migration runner in the comparison, used as its documentation says and with its defaults. */
export interface Contender {
  readonly name: string;
  /** What one transaction holds by the tool's default: it decides how many commits a run waits for. */
  readonly transaction: "each migration" | "up to 32 migrations" | "all pending";
  installation(): Installation;
  /** Writes the project that a user of the tool would have, from the shared list. */
  writeProject(folder: string, migrations: readonly SmallMigration[]): void;
  /** The whole process that is timed; its working directory is the project's folder. */
  command(phase: Phase, databaseUrl: string): Command;
  /** A query for the number of applied migrations in the tool's history table; undefined for a tool that keeps none. */
  readonly appliedCount: string | undefined;
}
