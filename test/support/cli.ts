import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { ErrorReport } from "../../src/errors/lockkeeper-error.ts";
import { program } from "./programs.ts";
import { until } from "./until.ts";

const SOURCE = new URL("../../src/cli/main.ts", import.meta.url);

export interface CliOptions {
  /** The working directory, where `migrations` and the configuration lie. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Start it from its sources rather than as it is bundled. Default false. */
  readonly fromSource?: boolean;
}

/** How a command ended and what it printed. */
export interface CliEnd {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The document that --json prints. */
export interface CliDocument<T = unknown> {
  readonly ok: boolean;
  readonly command?: string;
  readonly result?: T;
  readonly error?: ErrorReport;
}

/** A command at work, killed when the test ends, however it ends. */
export class CliProcess {
  readonly end: Promise<CliEnd>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], { cwd, env = {}, fromSource = false }: CliOptions) {
    const child = spawn(process.execPath, [fromSource ? fileURLToPath(SOURCE) : program("cli", SOURCE), ...args], {
      cwd,
      // Nothing of the tester's own environment but what finding programs takes.
      env: {
        PATH: process.env["PATH"],
        TMPDIR: tmpdir(),
        XDG_CACHE_HOME: join(tmpdir(), "cache"),
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.end = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }));
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
  }

  get printed(): string {
    return this.#stdout + this.#stderr;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops listening to what it prints, as `| head` does when it has seen enough. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  async hasPrinted(pattern: RegExp): Promise<void> {
    await until(
      () => `${pattern} is printed, and not only:\n${this.printed}`,
      () => pattern.test(this.printed),
    );
  }
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliEnd> {
  return await new CliProcess(args, options).end;
}

/** The same with --json; the document comes with the exit code. */
export async function runCliJson<T = unknown>(
  args: readonly string[],
  options: CliOptions,
): Promise<CliDocument<T> & { readonly code: number | null }> {
  const { code, stdout, stderr } = await runCli([...args, "--json"], options);
  if (stderr !== "") {
    throw new Error(`--json leaves standard error alone, but there is:\n${stderr}`);
  }
  return { code, ...JSON.parse(stdout) };
}
