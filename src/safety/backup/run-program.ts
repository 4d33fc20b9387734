import { type ChildProcess, spawn } from "node:child_process";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";

/** How much of what a program says is kept where nothing else is asked for, in characters from its end. */
const KEPT = 20_000;

/** ms that a program has to end after it was asked to. */
const GRACE = 5_000;

/**
 * Runs the program, and ends it with all it started when descriptor 3 closes: nobody waits for it any more, be it that we
 * let go or were killed, and a dump without an owner would hold its snapshot and its locks until it is done. The shell
 * itself stays to the end, so that the program is gone when the shell is. What watches takes no other signal than KILL: one
 * that came before it had set its traps would be lost, and it would wait for ever.
 */
const SUPERVISOR = `trap : TERM
"$@" 3<&- & child=$!
(trap '' TERM; read -r _ <&3; exec 3<&-; kill -TERM 0; sleep 5; kill -KILL 0) >/dev/null 2>&1 & watcher=$!
exec 3<&-
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
kill -KILL "$watcher" 2>/dev/null
exit "$code"`;

export interface ProgramCall {
  /** Absolute path, or a name that PATH leads to. */
  readonly program: string;
  /** Never a secret: everybody on the machine can read them. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** How much of what it says is kept, in characters from its end. */
  readonly kept?: number;
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, with all it starts in a group of its own.
 *
 * @throws LockkeeperError `interrupted` when the signal fires, once the program has ended
 */
export async function runProgram({ program, args, env, cwd, kept = KEPT, signal }: ProgramCall): Promise<ProgramEnd> {
  refuseWhenAborted(signal);
  const child = spawn("/bin/sh", ["-c", SUPERVISOR, "sh", program, ...args], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      texts[name] = (texts[name] + text).slice(-kept);
    });
  }
  let hard: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.stdio[3]?.destroy();
    hard = setTimeout(() => killGroup(child), GRACE);
  };
  signal.addEventListener("abort", end);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    refuseWhenAborted(signal);
    return { code, ...texts };
  } finally {
    clearTimeout(hard);
    signal.removeEventListener("abort", end);
    child.stdio[3]?.destroy();
  }
}

function killGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** @throws LockkeeperError `interrupted` */
export function refuseWhenAborted(
  signal: AbortSignal,
  notDone = "It was not finished; what there was of it is removed.",
): void {
  if (!signal.aborted) return;
  throw new LockkeeperError("interrupted", {
    message: "The command was interrupted.",
    notDone,
    action: "Run the command again.",
  });
}

/** How a program ended, and its last words, as a clause. */
export function toldEnd({ code, stderr }: ProgramEnd): string {
  const said = stderr.trim().split("\n").slice(-8).join("\n");
  const ended = code === null ? "was ended by a signal" : `ended with exit code ${code}`;
  return said === "" ? ended : `${ended}:\n${said}`;
}
