import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { COMMANDS, type CommandName, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "./command-table.ts";

export interface GlobalOptions {
  readonly database?: string;
  readonly migrations?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly events?: boolean;
  readonly plain?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly logJson?: boolean;
  readonly logLevel?: string;
}

export type CommandLine =
  | {
      readonly kind: "command";
      readonly name: CommandName;
      readonly args: readonly string[];
      readonly options: GlobalOptions & Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" };

/**
 * @param argv what follows the program's name
 * @throws LockkeeperError `usage`
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  let parsed: CommandLine | undefined;
  let help = "";
  const program = new Command("lockkeeper")
    .description("Brings PostgreSQL schema changes live without stopping traffic.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
      writeErr: () => {},
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      "\nDATABASE_URL and ./migrations are the defaults. `lockkeeper COMMAND --help` tells more, `lockkeeper errors` lists what can go wrong with its exit code.",
    );
  addOptions(program, GLOBAL_OPTIONS);
  for (const [name, spec] of Object.entries<CommandSpec>(COMMANDS)) {
    const command = program
      .command(name)
      .summary(spec.summary)
      .description(`${spec.summary.slice(0, 1).toUpperCase()}${spec.summary.slice(1)}.`);
    for (const argument of spec.arguments ?? []) {
      command.argument(argument.name, argument.description);
    }
    addOptions(command, spec.options ?? []);
    if (spec.options?.some(({ flags }) => flags.includes("<duration>")) === true) {
      command.addHelpText("after", "\nA duration is a number with its unit, such as 500ms, 30s, 5m or 1h.");
    }
    command.action(() => {
      const options = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      parsed = { kind: "command", name: name as CommandName, args: command.args, options };
    });
  }
  try {
    if (argv.length === 1 && argv[0] === "--version") {
      return { kind: "version" };
    }
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error.exitCode === 0) {
      return { kind: "help", text: help };
    }
    throw wrongUsage(error);
  }
  if (parsed === undefined) {
    throw new LockkeeperError("internal", { message: "The command line was parsed and named no command." });
  }
  return parsed;
}

function addOptions(command: Command, specs: readonly OptionSpec[]): void {
  for (const spec of specs) {
    const option = new Option(spec.flags, `${spec.description}${spec.required === true ? " (required)" : ""}`);
    if (spec.isCount === true) {
      option.argParser(parseCount);
    }
    if (spec.choices !== undefined) {
      option.choices([...spec.choices]);
    }
    if (spec.conflicts !== undefined) {
      option.conflicts([...spec.conflicts]);
    }
    command.addOption(option.makeOptionMandatory(spec.required === true));
  }
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}

function wrongUsage(error: CommanderError): LockkeeperError {
  // Without a command commander would print the help and fail.
  const message = error.code === "commander.help" ? "No command was given." : error.message.replace(/^error: /, "");
  const sentence = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`.replaceAll("\n", " ");
  return new LockkeeperError("usage", {
    message: /[.?)]$/.test(sentence) ? sentence : `${sentence}.`,
    action: "`lockkeeper --help` lists the commands, `lockkeeper COMMAND --help` what each understands.",
    notDone: "Nothing was run.",
  });
}
