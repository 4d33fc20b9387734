import type { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { EmitEvent } from "../../run/events.ts";
import type { CommandContext, CommandResult } from "../command.ts";

/** One face of a command: what it makes of the events, of the result and of a failure. */
export interface Renderer extends Pick<CommandContext, "note" | "stream"> {
  readonly event: EmitEvent;
  readonly result: (command: string, result: CommandResult) => void;
  /** @param command undefined when the command line could not be understood */
  readonly failure: (command: string | undefined, error: LockkeeperError) => void;
  /** Leaves the terminal as it was found. */
  readonly end: () => void;
}

/** Tells people of the events while they happen. */
export interface Narrator {
  readonly event: EmitEvent;
  readonly note: (text: string) => void;
  readonly end: () => void;
}

export const SILENT: Narrator = { event() {}, note() {}, end() {} };
