import { requestPause } from "../../run/control.ts";
import type { CommandContext, CommandResult } from "../command.ts";
import { type ControlFlags, control } from "../control.ts";

export function run(context: CommandContext, _args: readonly string[], flags: ControlFlags): Promise<CommandResult> {
  return control(context, flags, requestPause, "pause after its step, or its batch; `lockkeeper resume` lets it go on");
}
