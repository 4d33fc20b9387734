import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { PROOF_FAMILIES } from "./proofs/families.ts";
import { told } from "./proofs/report.ts";
import { runFamily } from "./proofs/run-family.ts";
import { PROOF_SERVER_SETTINGS } from "./proofs/server-settings.ts";

describe.each([15, 18])("on PostgreSQL %i, what is predicted is what the server does", (major) => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbeddedServer({ major, settings: PROOF_SERVER_SETTINGS });
  });
  afterAll(() => server?.stop());

  test.for(PROOF_FAMILIES.map((family) => [family.name, family] as const))(
    "%s",
    { timeout: 300_000 },
    async ([, family]) => {
      const results = await runFamily(new URL(server.url()), family);
      expect(results.length).toBeGreaterThan(0);
      expect(results.filter(({ differences }) => differences.length > 0).map(told)).toEqual([]);
    },
  );
});
