import { resolve } from "node:path";
import { migrationsOf, policyOf, urlToRead } from "../../run/target.ts";
import { html } from "../../safety/runbook/html.ts";
import { markdown } from "../../safety/runbook/markdown.ts";
import { readRunbookFacts } from "../../safety/runbook/read-facts.ts";
import { runbook } from "../../safety/runbook/runbook.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { writeWhenChanged } from "../write-when-changed.ts";

export interface RunbookFlags {
  readonly format?: "markdown" | "html";
  readonly output?: string;
}

const RENDERERS = { markdown, html };

export async function run(
  context: CommandContext,
  _args: readonly string[],
  { format = "markdown", output }: RunbookFlags,
): Promise<CommandResult> {
  const config = await context.config();
  await loadParser();
  const facts = await readRunbookFacts({
    url: urlToRead(config),
    migrations: migrationsOf(config),
    policy: policyOf(config),
    stop: context.endOnSignals(),
    gates: [],
  });
  if (facts === undefined) {
    return commandResult(
      { format, file: null, document: null },
      () => "Nothing is pending: there is nothing to write a runbook for.",
    );
  }
  const document = RENDERERS[format](runbook(facts));
  if (output === undefined) {
    return commandResult({ format, file: null, document }, (data) => data.document.trimEnd());
  }
  const file = resolve(context.cwd, output);
  writeWhenChanged(file, document);
  return commandResult({ format, file: output, document: null }, (data) => `Wrote ${data.file}.`);
}
