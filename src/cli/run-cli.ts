import { isatty } from "node:tty";
import type { ResolvedConfig } from "../config/load-config.ts";
import { loadConfig } from "../config/load-config.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { Redactor } from "../run/redact.ts";
import { Stop } from "../run/stop.ts";
import type { CommandContext, CommandResult, RunCommand } from "./command.ts";
import { type CommandLine, type GlobalOptions, parseCommandLine } from "./command-line.ts";
import { COMMANDS } from "./command-table.ts";
import { overridesOf } from "./config-overrides.ts";
import { chooseFaces, type Faces } from "./faces.ts";
import { Output } from "./output.ts";
import { noPaint } from "./paint.ts";
import { failureText } from "./renderers/failure-text.ts";
import { endOnSignals, heedSignals } from "./signals.ts";

/** What surrounds the program; `leave` ends the process. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Opened when somebody is to be asked. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly leave: (code: number) => void;
}

const STDIN = 0;

/** Runs one command from its arguments to its exit code; never throws. */
export class Cli {
  readonly #surroundings: Surroundings;
  readonly #redactor = new Redactor();
  readonly #output: Output;
  #faces: Faces | undefined;
  #command: string | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#output = new Output(this.#redactor, surroundings.stdout, surroundings.stderr);
  }

  async run(argv: readonly string[]): Promise<number> {
    this.#learnSecrets(argv);
    try {
      const exitCode = await this.#execute(argv);
      await this.#output.flushed();
      return exitCode === 0 ? this.#delivered() : exitCode;
    } catch (error) {
      return await this.fail(error, argv);
    }
  }

  /** The exit code of what went well: it did not when the result never reached its reader. */
  #delivered(): number {
    const { failure } = this.#output;
    if (failure === undefined) {
      return 0;
    }
    const error = new LockkeeperError("output_failed", {
      message: `The result could not be written to standard output: ${failure.message}.`,
      cause: failure,
    });
    // Standard output is of no use, whichever way the command was to answer.
    this.#output.err(failureText(error.toJSON(), noPaint));
    return error.exitCode;
  }

  /** Reports what nobody caught, and gives the exit code. */
  async fail(thrown: unknown, argv: readonly string[] = []): Promise<number> {
    const error = asLockkeeperError(thrown);
    const faces = this.#faces ?? (await this.#chooseFaces(guessOptions(argv)));
    faces.renderer.failure(this.#command, error);
    faces.logger?.failed(this.#command, error);
    await this.#output.flushed();
    return error.exitCode;
  }

  /** Reports at once that the process ends in the middle of the command, and gives the exit code. */
  cutShort(): number {
    const error = new LockkeeperError("script_failed", {
      message: `The process ended in the middle of ${this.#command ?? "the command"}: a script or the configuration waits for what never comes.`,
      notDone: "The step at work is rolled back by the server; steps before it stand, and the run is not finished.",
      action: "Find the promise that nothing settles, mend it, then run the command again.",
    });
    this.#faces?.renderer.failure(this.#command, error);
    this.#faces?.logger?.failed(this.#command, error);
    return error.exitCode;
  }

  async #execute(argv: readonly string[]): Promise<number> {
    const line = parseCommandLine(argv);
    switch (line.kind) {
      case "help":
        this.#output.out(line.text);
        return 0;
      case "version":
        this.#output.out(`${await (await import("./version.ts")).version()}\n`);
        return 0;
      case "command":
        return await this.#executeCommand(line);
    }
  }

  async #executeCommand({ name, args, options }: CommandLine & { kind: "command" }): Promise<number> {
    this.#command = name;
    const faces = await this.#chooseFaces(options);
    this.#faces = faces;
    const { leave } = this.#surroundings;
    let ignoreSignals = (): void => {};
    const stopWith = (heed: (stop: Stop) => () => void): Stop => {
      const stop = new Stop();
      ignoreSignals = heed(stop);
      return stop;
    };
    const context: CommandContext = {
      ...this.#context(faces, options),
      heedSignals: () => stopWith((stop) => heedSignals(stop, faces.note, leave)),
      endOnSignals: () => stopWith((stop) => endOnSignals(stop, leave)),
    };
    try {
      const { run } = (await COMMANDS[name].load()) as { readonly run: RunCommand };
      // Each command declares its options in the table and names their types where it is implemented.
      const result: CommandResult = await run(context, args, options as never);
      const exitCode = result.exitCode ?? 0;
      faces.renderer.result(name, result);
      faces.logger?.done(name, exitCode, result.log ?? {});
      return exitCode;
    } finally {
      ignoreSignals();
      faces.renderer.end();
    }
  }

  #context(
    faces: Faces,
    options: GlobalOptions & Readonly<Record<string, unknown>>,
  ): Omit<CommandContext, "heedSignals" | "endOnSignals"> {
    let config: Promise<ResolvedConfig> | undefined;
    return {
      cwd: this.#surroundings.cwd,
      isVerbose: options.verbose === true,
      config: () => {
        config ??= this.#loadConfig(options, faces);
        return config;
      },
      emit: (event) => {
        faces.renderer.event(event);
        faces.logger?.event(event);
      },
      note: faces.note,
      stream: faces.renderer.stream,
      ask: this.#asker(faces, options),
    };
  }

  async #loadConfig(options: GlobalOptions & Readonly<Record<string, unknown>>, faces: Faces): Promise<ResolvedConfig> {
    const { cwd, env } = this.#surroundings;
    const config = await loadConfig({ cwd, env, file: options.config, overrides: overridesOf(options) });
    const { database, directDatabase, scratch, schema = [] } = config;
    for (const url of [database, directDatabase, scratch.named, scratch.database, ...schema]) {
      if (url !== undefined) {
        this.#redactor.addUrl(url);
      }
    }
    for (const warning of config.warnings) {
      faces.note(warning);
    }
    return config;
  }

  /** People are asked on a terminal only, and never where a machine reads the answer. */
  #asker(faces: Faces, options: GlobalOptions): CommandContext["ask"] {
    const { stdin, stderr } = this.#surroundings;
    if (!isatty(STDIN) || !stderr.isTTY || options.json === true || options.events === true) {
      return undefined;
    }
    return async (question, details) => {
      faces.renderer.end();
      const { askOnTerminal } = await import("./ask-on-terminal.ts");
      this.#output.err(`${details}\n`);
      return await askOnTerminal(question, stdin(), stderr);
    };
  }

  #chooseFaces(options: GlobalOptions): Promise<Faces> {
    const { env, stdout, stderr } = this.#surroundings;
    return chooseFaces(this.#output, options, { env, stdout, stderr });
  }

  /** Before anything is printed: what the configuration adds comes later. */
  #learnSecrets(argv: readonly string[]): void {
    const { env } = this.#surroundings;
    for (const url of [
      env["DATABASE_URL"],
      env["DIRECT_DATABASE_URL"],
      env["LOCKKEEPER_SCRATCH"],
      env["LOCKKEEPER_SCHEMA"],
      ...argv.map((arg) => arg.replace(/^--\w+=/, "")),
    ]) {
      if (url !== undefined) {
        this.#redactor.addUrl(url);
      }
    }
    const password = env["PGPASSWORD"];
    if (password !== undefined && password !== "") {
      this.#redactor.addSecret(password);
    }
  }
}

function asLockkeeperError(error: unknown): LockkeeperError {
  if (error instanceof LockkeeperError) {
    return error;
  }
  const message = error instanceof Error && error.message !== "" ? error.message : String(error);
  return new LockkeeperError("internal", { message, cause: error });
}

/** How a command line that could not be understood wants its answer. */
function guessOptions(argv: readonly string[]): GlobalOptions {
  const has = (flag: string): boolean => argv.includes(flag);
  return { json: has("--json"), events: has("--events"), plain: has("--plain"), verbose: has("--verbose") };
}
