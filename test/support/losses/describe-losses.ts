import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../pgbouncer.ts";
import { type Kind, kindsOn } from "./kind.ts";
import { KINDS } from "./kinds/all.ts";
import { FAULTS, type Fault, trial } from "./trial.ts";

/** Large enough for clients to be in the way of every batch, small enough for a few seconds a run. */
const SIZE = { rows: 800, writers: 4 };

/**
 * Clients write during each kind of change, with a fault of each sort in turn; `npm run online:losses` has more runs
 * and more rows.
 */
export function describeLosses(major: number, seed: number, kinds: readonly Kind[] = KINDS): void {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbeddedServer({ major, settings: { max_connections: "100" } });
  });
  afterAll(() => server?.stop());

  describe(`on PostgreSQL ${major}, nothing that clients write is lost`, () => {
    const runs = kindsOn(major, kinds).map((kind, at) => {
      const fault: Fault = FAULTS[at % FAULTS.length] ?? "none";
      return { kind, fault, name: kind.name, seed: seed + at };
    });
    test.each(runs)("during $name, with the fault $fault, seed $seed", async ({ kind, fault, seed: own }) => {
      const restart = (mode: "fast" | "immediate") => server.restart(mode);
      const result = await trial({ serverUrl: server.url(), restart, kind, fault, seed: own, ...SIZE });
      expect(result.failures).toEqual([]);
      expect(result.writes).toBeGreaterThan(SIZE.rows);
    });

    test.skipIf(WITHOUT_PGBOUNCER).each(runs.filter((_, at) => at % 8 === 0))(
      "during $name through a pooler in transaction mode, seed $seed",
      async ({ kind, seed: own }) => {
        await using pooler = await startPgbouncer(server.url(), { poolSize: 20 });
        const result = await trial({
          serverUrl: server.url(),
          pooled: pooler.url,
          kind,
          fault: "none",
          seed: own,
          ...SIZE,
        });
        expect(result.failures).toEqual([]);
      },
    );
  });
}
