import { runDemo } from "../../demo/run-demo.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { noPaint } from "../paint.ts";

export interface DemoFlags {
  readonly rows?: number;
  readonly major?: number;
}

export async function run(context: CommandContext, _args: readonly string[], flags: DemoFlags): Promise<CommandResult> {
  const report = await runDemo({
    print: (text) => context.stream({ type: "demo.story", text: text(noPaint) }, (_record, paint) => text(paint)),
    signal: context.endOnSignals().soon,
    ...(flags.rows === undefined ? {} : { rows: flags.rows }),
    ...(flags.major === undefined ? {} : { major: flags.major }),
  });
  // The story has told it all.
  return commandResult(report, () => "", { exitCode: report.ok ? 0 : 1 });
}
