import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take a minute or so: one that begins last keeps all others waiting. */
const LONG = [
  "effects/proofs-on-18",
  "effects/proofs-on-15",
  "run/online-losses-on-15",
  "run/online-losses",
  "run/faults/frozen-runner",
  "run/crash",
  "cli/commands",
  "plan/undo",
  "plan/undo-on-15",
  "online/plans-on-18",
  "online/plans-on-15",
  "run/rebuild-crash",
  "run/sweep-crash",
  "package/tarball",
  "run/faults/pause-abort",
  "run/faults/many-at-once",
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
