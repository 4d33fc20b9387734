import { CATALOGUE, type ErrorCode, type ErrorEntry } from "../../errors/catalogue.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { table } from "../format.ts";

type Explained = { readonly code: ErrorCode } & ErrorEntry;

export async function run(_context: CommandContext, [code]: readonly string[]): Promise<CommandResult> {
  const all = (Object.keys(CATALOGUE) as ErrorCode[]).map((key): Explained => ({ code: key, ...CATALOGUE[key] }));
  if (code === undefined) {
    return commandResult({ errors: all }, ({ errors }) =>
      table(
        ["CODE", "EXIT", "MEANING"],
        errors.map((error) => [error.code, String(error.exit), error.summary]),
      ).join("\n"),
    );
  }
  const wanted = code.trim().toLowerCase().replaceAll("-", "_");
  const found = all.find((error) => error.code === wanted);
  if (found === undefined) {
    throw new LockkeeperError("usage", {
      message: `There is no error code ${code}.`,
      action: "`lockkeeper errors` lists them all.",
    });
  }
  return commandResult(found, (error, paint) =>
    [
      `${paint("bold", error.code)}: ${error.summary}`,
      "",
      `  Next:      ${error.action}`,
      `  Exit code: ${error.exit}`,
      `  Retry:     ${error.retryable ? "the same command may succeed later" : "something has to be mended first"}`,
    ].join("\n"),
  );
}
