import { COMMANDS, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "../../src/cli/command-table.ts";
import { CATALOGUE, type ErrorEntry } from "../../src/errors/catalogue.ts";

const MEANINGS: Readonly<Record<0 | 2 | ErrorEntry["exit"], string>> = {
  0: "done",
  1: "a run that failed and was left in a named, resumable state, or findings",
  2: "SQL that cannot be read at all (`lint`); something critical was found (`verify`, and what follows a run)",
  3: "a policy refused",
  4: "a lock or the lease could not be had before the deadline",
  5: "history and files disagree",
  64: "wrong usage, configuration or migration files; nothing was run",
  69: "the database cannot be reached",
  130: "interrupted; can be continued",
};

const HEAD = `# Commands

\`\`\`
lockkeeper COMMAND [options]
\`\`\`

Results go to standard output, narration to standard error. \`DATABASE_URL\` and \`./migrations\` are the defaults; see
[configuration](configuration.md). \`NO_COLOR\` is honoured, and off a terminal nothing moves. A command that removes data asks
first; without a terminal it needs \`--yes\`. \`lockkeeper errors CODE\` explains an [error](errors.md).
`;

/** docs/commands.md: the command table, and what the exit codes mean. */
export function commandsPage(): string {
  const commands = Object.entries<CommandSpec>(COMMANDS);
  const index = commands.map(([name, { summary }]) => `| [\`${name}\`](#${name}) | ${summary} |\n`);
  return [
    HEAD,
    `\n| command | what it does |\n|---|---|\n${index.join("")}`,
    exitCodes(),
    `\n## Options of every command\n\n${optionTable(GLOBAL_OPTIONS)}`,
    ...commands.map(([name, spec]) => commandSection(name, spec)),
  ].join("");
}

function exitCodes(): string {
  const rows = Object.entries(MEANINGS).map(([exit, meaning]) => {
    const codes = Object.entries<ErrorEntry>(CATALOGUE).filter(([, entry]) => entry.exit === Number(exit));
    return `| ${exit} | ${meaning} | ${codes.map(([code]) => `[\`${code}\`](errors.md#${code})`).join(", ")} |\n`;
  });
  return `\n## Exit codes\n\n| exit code | meaning | errors |\n|---|---|---|\n${rows.join("")}`;
}

function commandSection(name: string, spec: CommandSpec): string {
  const usage = ["lockkeeper", name, ...(spec.arguments ?? []).map((argument) => argument.name), "[options]"];
  const rows = (spec.arguments ?? []).map(({ name: argument, description }) => row(argument, description));
  return [
    `\n## ${name}\n\n${sentence(spec.summary)}\n\n\`\`\`\n${usage.join(" ")}\n\`\`\`\n`,
    rows.length === 0 ? "" : `\n| argument | meaning |\n|---|---|\n${rows.join("")}`,
    spec.options === undefined || spec.options.length === 0 ? "" : `\n${optionTable(spec.options)}`,
  ].join("");
}

function optionTable(options: readonly OptionSpec[]): string {
  const rows = options.map(({ flags, description, choices, required }) => {
    const allowed = choices === undefined ? "" : `: ${choices.join(", ")}`;
    return row(flags, `${description}${allowed}${required === true ? " (required)" : ""}`);
  });
  return `| option | meaning |\n|---|---|\n${rows.join("")}`;
}

const row = (name: string, meaning: string): string => `| \`${name}\` | ${meaning.replaceAll("|", "\\|")} |\n`;

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
