import type { ResolvedConfig } from "../config/load-config.ts";
import type { EmitEvent } from "../run/events.ts";
import type { Stop } from "../run/stop.ts";
import type { Paint } from "./paint.ts";

/** What a command works with besides its own arguments. */
export interface CommandContext {
  readonly cwd: string;
  readonly isVerbose: boolean;
  /** Reads and checks the configuration when first called. */
  readonly config: () => Promise<ResolvedConfig>;
  /** The event stream, to whatever renders it. */
  readonly emit: EmitEvent;
  /** Says something to the people who watch, beside the result. */
  readonly note: (text: string) => void;
  /** A part of the result that is there before the rest: a line of text, or of NDJSON with --events. */
  readonly stream: <T extends object>(record: T, text: (record: T, paint: Paint) => string) => void;
  /** SIGINT and SIGTERM end the work in good order from here on: after the step, or at once. */
  readonly heedSignals: () => Stop;
  /** For commands that only look on: SIGINT and SIGTERM end them, without a word about steps. */
  readonly endOnSignals: () => Stop;
  /** Asks on the terminal; undefined where nobody can be asked. */
  readonly ask: ((question: string, details: string) => Promise<boolean>) | undefined;
}

/** What a command has to say; each renderer takes the face it shows. */
export interface CommandResult {
  /** Plain data, for --json. */
  readonly data: unknown;
  /**
   * For people; empty when there is nothing to say.
   *
   * @param clean takes what must not be printed out of the data
   */
  readonly text: (clean: <T>(data: T) => T, paint: Paint) => string;
  /** The data is what people asked for: it is printed as JSON, and there is no text. */
  readonly isDocument?: true;
  /**
   * Others go by what is printed as it stands, such as psql by a script: nothing is hidden in the text, or in the data
   * either, and on a terminal alone control characters are made visible. Whoever composes it sees to its secrets.
   */
  readonly exact?: "text" | "all";
  /** Default 0. */
  readonly exitCode?: number;
  /** Facts for the log's closing line. */
  readonly log?: Readonly<Record<string, unknown>>;
}

/** @param text composes the face for people from the same data */
export function commandResult<T>(
  data: T,
  text: (data: T, paint: Paint) => string,
  extra: Pick<CommandResult, "exact" | "exitCode" | "log"> = {},
): CommandResult {
  return { data, text: (clean, paint) => text(clean(data), paint), ...extra };
}

/** What each file in `commands/` exports as `run`; the options are those that the command declares. */
export type RunCommand = (context: CommandContext, args: readonly string[], options: never) => Promise<CommandResult>;
