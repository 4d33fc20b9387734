import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LockkeeperError } from "../../../src/errors/lockkeeper-error.ts";
import { readProject } from "../../../src/migrations/read-project.ts";
import { contract } from "../../../src/run/contract.ts";
import { requestAbort } from "../../../src/run/control.ts";
import { down } from "../../../src/run/down.ts";
import type { LockkeeperEvent } from "../../../src/run/events.ts";
import { DEFAULT_POLICY, type RunPolicy } from "../../../src/run/policy.ts";
import { resume } from "../../../src/run/resume.ts";
import { Stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import { DEFAULT_SWEEP_POLICY } from "../../../src/sweep/sweep-policy.ts";
import type { ChildTask } from "../children/child-task.ts";
import { program } from "../programs.ts";

export interface Operated {
  readonly url: string;
  readonly folder: string;
  /** How many batches are at work at the same time. */
  readonly workers: number;
  /** How long a runner may be away before another one takes its place, in ms. */
  readonly leaseTtlMs: number;
}

export type Command = "up" | "down" | "contract" | "resume";

const CHILD = program("runner", new URL("../children/runner.ts", import.meta.url));
const COMPILE_CACHE = fileURLToPath(new URL("../../../node_modules/.cache/lockkeeper-tests", import.meta.url));

const LOCK_TIMEOUT_MS = 100;

/** An attempt ended at the lock timeout, or waits for longer than that, as statements outside of transactions do. */
export const isHeldUp = (event: LockkeeperEvent): boolean =>
  event.type === "lock.retry" || (event.type === "lock.waiting" && event.waitedMs > 2 * LOCK_TIMEOUT_MS);

/** Nothing counts as brief; short waits, so that much is tried again; small batches, between which much happens. */
const policyOf = ({ workers, leaseTtlMs }: Operated): RunPolicy => ({
  ...DEFAULT_POLICY,
  briefMs: 0,
  lockTimeoutMs: LOCK_TIMEOUT_MS,
  lockDeadlineMs: 120_000,
  backoffMinMs: 5,
  backoffMaxMs: 50,
  leaseTtlMs,
  leaseWaitMs: 60_000,
  sweep: { ...DEFAULT_SWEEP_POLICY, workers, batchMs: 15, progressMs: 5 },
});

/**
 * @param onEvent called at each event, with the number of those before it
 */
export async function operate(
  command: Command,
  operated: Operated,
  onEvent: (nth: number, event: LockkeeperEvent) => void,
): Promise<void> {
  let events = 0;
  const options = {
    url: operated.url,
    policy: policyOf(operated),
    emit: (event: LockkeeperEvent) => onEvent(events++, event),
    stop: new Stop(),
    migrations: readProject(operated.folder),
  };
  switch (command) {
    case "up":
      await up(options);
      return;
    case "down":
      await down(options);
      return;
    case "contract":
      await contract(options);
      return;
    case "resume":
      await resume(options);
      return;
  }
}

/** Asks the runner at work to stop at once, if there is one. */
export async function abort(operated: Operated): Promise<void> {
  const options = { url: operated.url, policy: policyOf(operated), emit: () => {}, stop: new Stop() };
  await requestAbort(options).catch((error: unknown) => {
    if (!(error instanceof LockkeeperError && error.code === "run_not_found")) throw error;
  });
}

/**
 * A runner in a process of its own, killed with its n-th event.
 *
 * @returns whether it was killed before it came to its end
 */
export async function operateAndKill(command: Command, operated: Operated, at: number): Promise<boolean> {
  const task: ChildTask = { command, url: operated.url, folder: operated.folder, policy: policyOf(operated) };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  let lines = 0;
  let last = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    last = (last + chunk).slice(-2_000);
    lines += chunk.split("\n").length - 1;
    if (lines >= at) child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    last = (last + chunk).slice(-2_000);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("close", (...end) => resolve(end));
  });
  if (signal === "SIGKILL") return true;
  if (code !== 0) throw new Error(`${command} in a process of its own failed: ${last}`);
  return false;
}
