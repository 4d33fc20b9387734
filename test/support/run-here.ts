import { readProject } from "../../src/migrations/read-project.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { DEFAULT_POLICY, type RunPolicy } from "../../src/run/policy.ts";
import { resume } from "../../src/run/resume.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";

/** A runner in the test's own process, with what it reported so far. */
export interface HereRun<T> {
  readonly events: readonly LockkeeperEvent[];
  readonly stop: Stop;
  readonly done: Promise<T>;
}

const OPTIONS = (url: string, folder: string, policy: Partial<RunPolicy>, events: LockkeeperEvent[], stop: Stop) => ({
  url,
  migrations: readProject(folder),
  policy: {
    ...DEFAULT_POLICY,
    leaseTtlMs: 5_000,
    leaseWaitMs: 30_000,
    drift: { record: "off" as const, ignore: [] },
    ...policy,
  },
  emit: (event: LockkeeperEvent) => void events.push(event),
  stop,
});

export function upHere(
  url: string,
  folder: string,
  policy: Partial<RunPolicy> = {},
): HereRun<Awaited<ReturnType<typeof up>>> {
  const events: LockkeeperEvent[] = [];
  const stop = new Stop();
  return { events, stop, done: up(OPTIONS(url, folder, policy, events, stop)) };
}

export function resumeHere(
  url: string,
  folder: string,
  policy: Partial<RunPolicy> = {},
): HereRun<Awaited<ReturnType<typeof resume>>> {
  const events: LockkeeperEvent[] = [];
  const stop = new Stop();
  return { events, stop, done: resume(OPTIONS(url, folder, policy, events, stop)) };
}
