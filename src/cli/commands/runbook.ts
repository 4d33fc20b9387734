import { resolve } from "node:path";
import type { ResolvedConfig } from "../../config/load-config.ts";
import { migrationsOf, policyOf, urlToRead } from "../../run/target.ts";
import { gateFlight } from "../../safety/gates/gate-flight.ts";
import { gatePolicy } from "../../safety/gates/gate-policy.ts";
import { plannedFlight } from "../../safety/gates/planned-flight.ts";
import type { GateLine } from "../../safety/runbook/facts.ts";
import { html } from "../../safety/runbook/html.ts";
import { markdown } from "../../safety/runbook/markdown.ts";
import { type ReadFactsOptions, readRunbookFacts } from "../../safety/runbook/read-facts.ts";
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
  const options = {
    url: urlToRead(config),
    migrations: migrationsOf(config),
    policy: policyOf(config),
    stop: context.endOnSignals(),
  };
  // First of all: whether there is a plan that gates could be asked about.
  const facts = await readRunbookFacts(options, () => gateLines(config, context.cwd, options));
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

/** The gates of the configuration, as they stand for what is pending. */
async function gateLines(config: ResolvedConfig, cwd: string, options: ReadFactsOptions): Promise<readonly GateLine[]> {
  const gates = gatePolicy(config.gates, config.file);
  if (gates.length === 0) return [];
  const { answer } = await plannedFlight({ ...options, direction: "up" }, (flight) =>
    gateFlight(flight, gates, { ...options, config, cwd }),
  );
  return (answer?.gates ?? []).map(({ name, state, reason, action }) => ({
    name,
    phases: gates.find((gate) => gate.name === name)?.phases ?? [],
    state,
    reason,
    action: action ?? null,
  }));
}
