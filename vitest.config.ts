import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take a minute or so: one that begins last keeps all others waiting. */
const LONG = [
  "effects/proofs-on-18",
  "cli/secrets",
  "run/faults/frozen-runner",
  "cli/commands",
  "run/faults/many-at-once",
  "run/crash",
  "plan/undo",
  "run/rebuild-crash",
  "cli/bad-input",
  "effects/proofs-on-15",
  "run/online-losses-on-15",
  "run/online-losses",
  "online/plans-on-18",
  "run/faults/stopped-runner",
  "sweep/throttles",
  "run/faults/pause-abort",
  "run/contract-crash",
  "package/tarball",
  "safety/runbook/runbook",
  "safety/backup",
  "safety/rehearsal/rehearse",
  "safety/rollback/scenarios",
  "run/rebuilds-on-15",
  "diff/random-pairs",
  "run/rebuilds",
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Many tests wait for servers and leases most of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      reportOnFailure: true,
    },
  },
});
