import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { PROOF_FAMILIES } from "./families.ts";
import type { Proof } from "./proof.ts";
import { told } from "./report.ts";
import { runFamily } from "./run-family.ts";
import { PROOF_SERVER_SETTINGS } from "./server-settings.ts";

/** The tests of one major; each has a file of its own, so that they run side by side. */
export function proveOn(major: number, choose: (proofs: readonly Proof[]) => readonly Proof[] = (all) => all): void {
  describe(`on PostgreSQL ${major}, what is predicted is what the server does`, () => {
    let server: EmbeddedServer;
    beforeAll(async () => {
      server = await startEmbeddedServer({ major, settings: PROOF_SERVER_SETTINGS });
    });
    afterAll(() => server?.stop());

    const named = PROOF_FAMILIES.map((family) => [family.name, family] as const);
    test.for(named)("%s", { timeout: 600_000 }, async ([, family]) => {
      const results = await runFamily(new URL(server.url()), family, choose);
      expect(results.length).toBeGreaterThan(0);
      expect(results.filter(({ differences }) => differences.length > 0).map(told)).toEqual([]);
    });
  });
}
