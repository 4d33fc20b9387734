import { PassThrough } from "node:stream";
import { Cli } from "../../src/cli/run-cli.ts";

/** How a command ended that ran in the test's own process. */
export interface CliHereEnd {
  readonly code: number;
  /** What it printed, results and narration, in their order. */
  readonly printed: string;
}

export interface CliHereOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told with everything printed so far, each time when something was printed. */
  readonly onPrint?: (printed: string) => void;
}

/** Runs a command from its arguments to its exit code, without a process of its own. */
export async function runCliHere(args: readonly string[], { cwd, env, onPrint }: CliHereOptions): Promise<CliHereEnd> {
  let printed = "";
  const stream = (): NodeJS.WriteStream => {
    const through = new PassThrough();
    through.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      onPrint?.(printed);
    });
    return through as unknown as NodeJS.WriteStream;
  };
  const leave = (code: number): never => {
    throw new Error(`the command would end the process with ${code}`);
  };
  const cli = new Cli({ cwd, env, stdin: () => process.stdin, stdout: stream(), stderr: stream(), leave });
  const code = await cli.run(args);
  return { code, printed };
}

/** The words of a command line, as a POSIX shell takes them, of those that need no shell for anything else. */
export function shellWords(line: string): string[] {
  const words = [...line.matchAll(/(?:\\.|[^\s'"\\]|'[^']*'|"[^"$`\\]*")+/g)].map(([word]) => word);
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, one, two, three) => one ?? two ?? three));
}
