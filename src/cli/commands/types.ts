import { relative, resolve } from "node:path";
import type { Catalog } from "../../catalog/catalog.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import { loadState } from "../../desired/load-state.ts";
import type { State } from "../../desired/state.ts";
import { stateSource } from "../../desired/state-source.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { migrationsOf, urlToRead } from "../../run/target.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { type WrittenTypes, writeTypes } from "../../types/write-types.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { differingLines } from "../differing-lines.ts";
import { majorOf } from "../lint-policy.ts";
import { textAt, writeWhenChanged } from "../write-when-changed.ts";

export interface TypesFlags {
  readonly from?: readonly string[];
  readonly out?: string;
  readonly check?: boolean;
  readonly kysely?: boolean;
  readonly serverVersion?: string;
}

const DIFFERS = 5;
/** ms; a statement of a schema that lasts longer does not make one. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** ms; tools that print a schema load a program's models first. */
const COMMAND_TIMEOUT_MS = 120_000;
/** More lines than this tell people nothing. */
const SHOWN_LINES = 60;

export async function run(context: CommandContext, _: readonly string[], flags: TypesFlags): Promise<CommandResult> {
  const config = await context.config();
  const file = flags.out ?? config.types.out;
  if (flags.check === true && file === undefined) {
    throw new LockkeeperError("usage", {
      message: "--check needs the file that is to be checked.",
      action: "Name it: `lockkeeper types --check --out FILE`, or `types.out` in the configuration.",
      notDone: "Nothing was checked.",
    });
  }
  const { catalog, leftOut } = await namingFailures(() => stateOf(context, config, flags));
  for (const { file: source, line, reason } of leftOut) context.note(`Left out: ${source}:${line}: ${reason}.`);
  const written = await typesOf(catalog, config, flags);
  noteDoubts(context, written);
  if (file === undefined) return commandResult({ text: written.text }, ({ text }) => text, { exact: "all" });
  return flags.check === true ? checked(file, written.text, context.cwd) : put(file, written.text, context.cwd);
}

async function stateOf(context: CommandContext, config: ResolvedConfig, flags: TypesFlags): Promise<State> {
  const source = flags.from === undefined ? undefined : stateSource(flags.from);
  return await loadState(source ?? { kind: "database", url: urlToRead(config) }, {
    cwd: context.cwd,
    places: {
      ...config.scratch,
      major: flags.serverVersion === undefined ? undefined : majorOf(flags.serverVersion),
    },
    timeoutMs: STATEMENT_TIMEOUT_MS,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    signal: context.endOnSignals().soon,
    migrations: () => migrationsOf(config),
    withoutMissingRoles: true,
    ...(config.schemas === undefined ? {} : { schemas: config.schemas }),
    ...(config.ignore === undefined ? {} : { ignore: config.ignore }),
  });
}

async function typesOf(catalog: Catalog, { types }: ResolvedConfig, flags: TypesFlags): Promise<WrittenTypes> {
  await loadParser();
  const { kysely = false, names = "database", overrides = {}, columns = {} } = types;
  return writeTypes(catalog, { kysely: flags.kysely ?? kysely, names, overrides, columns });
}

/** What is configured and means nothing here is probably misspelt. */
function noteDoubts(context: CommandContext, { unused, unreachable }: WrittenTypes): void {
  for (const key of unused.overrides) context.note(`types.overrides: nothing is of the type ${key}.`);
  for (const key of unused.columns) context.note(`types.columns: there is no column ${key}.`);
  if (unreachable.length > 0) {
    context.note(`CamelCasePlugin, as it is by default, does not find these names again: ${unreachable.join(", ")}.`);
  }
}

function put(file: string, text: string, cwd: string): CommandResult {
  const data = { file: relative(cwd, resolve(cwd, file)), written: writeWhenChanged(resolve(cwd, file), text) };
  return commandResult(data, ({ file: shown, written }) =>
    written ? `Wrote ${shown}.` : `${shown} is as it would be written.`,
  );
}

function checked(file: string, text: string, cwd: string): CommandResult {
  const before = textAt(resolve(cwd, file));
  const data = {
    file: relative(cwd, resolve(cwd, file)),
    isThere: before !== undefined,
    differences: before === undefined ? [] : differingLines(before, text),
  };
  const isSame = data.isThere && data.differences.length === 0;
  return commandResult(
    data,
    ({ file: shown, isThere, differences }, paint) => {
      if (!isThere) return `There is no ${shown}.`;
      if (differences.length === 0) return `${shown} is as it would be written.`;
      const lines = differences
        .slice(0, SHOWN_LINES)
        .map(({ side, line, text: content }) =>
          side === "before" ? paint("red", `${line} - ${content}`) : paint("green", `${line} + ${content}`),
        );
      const rest = differences.length - lines.length;
      return [
        `${shown} is not as it would be written:`,
        ...lines.map((line) => `  ${line}`),
        ...(rest === 0 ? [] : [`  and ${count(rest, "more line")}`]),
      ].join("\n");
    },
    isSame ? {} : { exitCode: DIFFERS },
  );
}
