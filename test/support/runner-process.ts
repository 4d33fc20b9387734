import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import type { ChildEnd, ChildFreezing, ChildTask } from "./children/child-task.ts";
import { program } from "./programs.ts";
import { until } from "./until.ts";

type Line = LockkeeperEvent | ChildEnd | ChildFreezing;
type LineOf<T extends Line["type"]> = Extract<Line, { type: T }>;

export interface RunnerEnd {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Code of the error it ended with. */
  readonly error: string | undefined;
  readonly message: string | undefined;
  readonly result: unknown;
  readonly messages: number | undefined;
  readonly lines: readonly Line[];
  readonly stderr: string;
}

const CHILD = program("runner", new URL("./children/runner.ts", import.meta.url));

/** Makes a start three times as fast, which counts where dozens start at once. */
const COMPILE_CACHE = fileURLToPath(new URL("../../node_modules/.cache/lockkeeper-tests", import.meta.url));

/** A runner in a process of its own, killed when the test ends, however it ends. */
export class RunnerProcess {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #end: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #isOver = false;
  #rest = "";
  #stderr = "";

  constructor(task: ChildTask, options: { readonly inBackground?: boolean } = {}) {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#child = child;
    if (options.inBackground === true) {
      // A crowd must not take the processor away from tests that run beside it.
      setPriority(this.pid, 10);
    }
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => this.#read(chunk));
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stderr += chunk;
    });
    this.#end = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#isOver = true;
        resolve({ code, signal });
      });
    });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await this.#end;
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) {
      throw new Error("the child did not start");
    }
    return pid;
  }

  /** Every event of a type so far. */
  all<T extends Line["type"]>(type: T): LineOf<T>[] {
    return this.lines.filter((line): line is LineOf<T> => line.type === type);
  }

  /** The first event of a type (that matches), as soon as it is there. */
  async event<T extends Line["type"]>(
    type: T,
    matches: (event: LineOf<T>) => boolean = () => true,
  ): Promise<LineOf<T>> {
    return await until(`${type}\n${this.#story()}`, () => {
      const found = this.all(type).find(matches);
      if (found === undefined && this.#isOver) {
        throw new Error(`the runner ended before ${type}\n${this.#story()}`);
      }
      return found;
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Stops the process in its tracks; returns when it stands. */
  async freeze(): Promise<void> {
    this.signal("SIGSTOP");
    await this.frozen();
  }

  async frozen(): Promise<void> {
    await until("the process is stopped", () => /\) T /.test(readFileSync(`/proc/${this.pid}/stat`, "utf8")));
  }

  thaw(): void {
    this.signal("SIGCONT");
  }

  /** @param withinMs after this time it counts as hanging */
  async ended(withinMs = 60_000): Promise<RunnerEnd> {
    await until(`the runner ends\n${this.#story()}`, () => this.#isOver, withinMs);
    const { code, signal } = await this.#end;
    const error = this.all("child.error")[0]?.error;
    const finished = this.all("child.result")[0];
    return {
      code,
      signal,
      error: error?.code,
      message: error?.message,
      result: finished?.result,
      messages: finished?.messages,
      lines: this.lines,
      stderr: this.#stderr,
    };
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    this.lines.push(...lines.map((line) => JSON.parse(line) as Line));
  }

  #story(): string {
    return `${this.lines.map((line) => JSON.stringify(line)).join("\n")}\n${this.#stderr}`.slice(-4_000);
  }
}
