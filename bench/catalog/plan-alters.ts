import type { Catalog } from "../../src/catalog/catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";

export interface Planning {
  readonly sql: string;
  readonly steps: number;
  /** One number a round. */
  readonly seconds: readonly number[];
  /** User and system time of the same rounds, which other work on the machine changes less. */
  readonly cpuSeconds: readonly number[];
}

const ROUNDS = 7;

const ALTERS = [
  "ALTER TABLE t5 ALTER COLUMN c0 SET NOT NULL",
  "ALTER TABLE t5 ADD COLUMN added integer DEFAULT 0",
  "ALTER TABLE t5 ADD CONSTRAINT added FOREIGN KEY (c0) REFERENCES t7",
  "ALTER TABLE t5 ADD CHECK (c0 > 0), ALTER c0 SET NOT NULL, ALTER c6 TYPE varchar(100)",
] as const;

/** Plans each as a migration of its own, from the catalog as it was read; `loadParser` must have been awaited. */
export const planAlters = (catalog: Catalog): readonly Planning[] =>
  ALTERS.map((sql) => {
    const seconds: number[] = [];
    const cpuSeconds: number[] = [];
    let steps = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const cpuBefore = process.cpuUsage();
      const started = performance.now();
      const state = CatalogState.of(catalog);
      // No work is brief enough: every form that is known is gone through.
      const online = { state, policy: { briefSeconds: 0 } };
      steps = compileSteps([{ kind: "sql", text: sql, file: "alter.sql", firstLine: 1 }], {
        phase: "expand",
        each: false,
        online,
      }).length;
      seconds.push((performance.now() - started) / 1000);
      const { user, system } = process.cpuUsage(cpuBefore);
      cpuSeconds.push((user + system) / 1e6);
    }
    return { sql, steps, seconds, cpuSeconds };
  });
