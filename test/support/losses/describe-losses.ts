import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../pgbouncer.ts";
import { type Kind, kindsOn } from "./kind.ts";
import { KINDS } from "./kinds/all.ts";
import { type Course, FAULTS, type Fault, trial } from "./trial.ts";

/** Large enough for clients to be in the way of batches, small enough for a few seconds a run. */
const SIZE = { rows: 400, writers: 4 };
const RUNS = 10;
/** Two of these go through a pooler. */
const isPooled = (at: number): boolean => at % 5 === 3;
/** Of the runs that nothing befalls, without a pooler: of each part two. */
const COURSES: readonly (readonly [Course, Course])[] = [
  ["twice", "contract stopped"],
  ["long transactions", "usual"],
];

interface Chosen {
  readonly kind: Kind;
  readonly fault: Fault;
  readonly course: Course;
  readonly name: string;
  readonly seed: number;
}

/**
 * Some kinds of each sort, with each fault in turn.
 *
 * @param part which of two parts of the kinds; the two have none in common
 */
function chosen(major: number, seed: number, part: 0 | 1): readonly Chosen[] {
  const kinds = kindsOn(major, KINDS);
  return Array.from({ length: RUNS }, (_, at): Chosen[] => {
    const kind = kinds[Math.floor(((2 * at + part) * kinds.length) / (2 * RUNS))];
    if (kind === undefined) return [];
    const fault = isPooled(at) ? "none" : (FAULTS[(at + part) % FAULTS.length] ?? "none");
    const course = COURSES[part]?.[at < RUNS / 2 ? 0 : 1] ?? "usual";
    const isUsual = isPooled(at) || fault !== "none";
    return [{ kind, fault, course: isUsual ? "usual" : course, name: kind.name, seed: seed + at }];
  }).flat();
}

/** Clients write during kinds of change; `npm run online:losses` has all kinds, more runs and more rows. */
export function describeLosses(major: number, seed: number, part: 0 | 1): void {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbeddedServer({ major, settings: { max_connections: "100", fsync: "off" } });
  });
  afterAll(() => server?.stop());

  describe(`on PostgreSQL ${major}, nothing that clients write is lost`, () => {
    const runs = chosen(major, seed, part);
    const direct = runs.filter((_, at) => !isPooled(at));
    test.each(direct)("during $name, $course, with the fault $fault, seed $seed", async ({ seed: own, ...run }) => {
      const restart = (mode: "fast" | "immediate") => server.restart(mode);
      const result = await trial({ serverUrl: server.url(), restart, ...run, seed: own, ...SIZE });
      expect(result.failures).toEqual([]);
      expect(result.writes).toBeGreaterThan(0);
    });

    test.skipIf(WITHOUT_PGBOUNCER)("through a pooler in transaction mode", async () => {
      await using pooler = await startPgbouncer(server.url(), { poolSize: 20 });
      for (const { seed: own, ...run } of runs.filter((_, at) => isPooled(at))) {
        const options = { serverUrl: server.url(), pooled: pooler.url, ...run, seed: own, ...SIZE };
        expect((await trial(options)).failures, run.name).toEqual([]);
      }
    });
  });
}
