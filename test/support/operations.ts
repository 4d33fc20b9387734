import { readProject } from "../../src/migrations/read-project.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { DEFAULT_POLICY, type RunPolicy } from "../../src/run/policy.ts";
import { Stop } from "../../src/run/stop.ts";
import type { OperationOptions } from "../../src/run/under-lease.ts";
import { type UpOptions, type UpResult, up } from "../../src/run/up.ts";
import type { TestDatabase } from "./database.ts";
import { type ProjectFiles, writeProject } from "./project.ts";

/** Short waits, so that what is to fail fails soon. The schema is not recorded after each run: most tests make hundreds. */
export const TEST_POLICY: RunPolicy = {
  ...DEFAULT_POLICY,
  lockTimeoutMs: 100,
  lockDeadlineMs: 1_000,
  backoffMinMs: 20,
  backoffMaxMs: 100,
  leaseWaitMs: 300,
  reconnectDeadlineMs: 2_000,
  drift: { record: "off", ignore: [] },
};

/** The same with the schema recorded after each run, as programs have it. */
export const RECORDING_POLICY: RunPolicy = { ...TEST_POLICY, drift: DEFAULT_POLICY.drift };

/** What every operation takes, with the events it emits. */
export function operationOn(db: Pick<TestDatabase, "url">): OperationOptions & { readonly events: LockkeeperEvent[] } {
  const events: LockkeeperEvent[] = [];
  return { url: db.url, policy: TEST_POLICY, emit: (event) => events.push(event), stop: new Stop(), events };
}

/** Applies the migrations of a folder, or of files that are written for it. */
export function applyAll(
  db: Pick<TestDatabase, "url">,
  project: string | ProjectFiles,
  options: Partial<UpOptions> = {},
): Promise<UpResult> {
  const folder = typeof project === "string" ? project : writeProject(project);
  return up({ ...operationOn(db), migrations: readProject(folder), ...options });
}
