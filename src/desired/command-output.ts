import { spawn } from "node:child_process";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/** How much of what a command says on standard error is told, in characters from its end. */
const TOLD = 2_000;

export interface CommandOptions {
  readonly cwd: string;
  /** ms until the command, with all it started, is ended. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * What a command prints on standard output; the shell reads it.
 *
 * @throws LockkeeperError `schema_command_failed` when it ends with another exit code than 0, does not end in time or
 *   prints nothing: an empty schema is hardly meant; `interrupted`
 */
export async function commandOutput(command: string, { cwd, timeoutMs, signal }: CommandOptions): Promise<string> {
  if (signal.aborted) throw interrupted();
  // A group of its own: what the shell starts must end with it.
  const child = spawn(command, { cwd, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  };
  const late = { isLate: false };
  const timer = setTimeout(() => {
    late.isLate = true;
    end();
  }, timeoutMs);
  signal.addEventListener("abort", end);
  try {
    const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve({ code, signal: by }));
    }).catch((cause: unknown) => {
      throw failed(command, `could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, texts);
    });
    if (signal.aborted) throw interrupted();
    if (late.isLate) throw failed(command, `did not end within ${timeoutMs / 1000} s`, texts);
    if (ended.signal !== null) throw failed(command, `was ended by ${ended.signal}`, texts);
    if (ended.code !== 0) throw failed(command, `ended with exit code ${ended.code}`, texts, ended.code);
    if (texts.stdout.trim() === "") throw failed(command, "printed nothing on standard output", texts, 0);
    return texts.stdout;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

function failed(
  command: string,
  what: string,
  { stderr }: { readonly stderr: string },
  exitCode: number | null = null,
): LockkeeperError {
  const said = stderr.trim().slice(-TOLD);
  return new LockkeeperError("schema_command_failed", {
    message: `The command \`${command}\` ${what}${said === "" ? "." : `:\n${said}`}`,
    notDone: "The schema was not loaded.",
    data: { command, exitCode, stderr: said },
  });
}

const interrupted = (): LockkeeperError =>
  new LockkeeperError("interrupted", {
    message: "The command was interrupted.",
    notDone: "Nothing was changed.",
    action: "Run the command again.",
  });
