import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { PROOF_SERVER_SETTINGS } from "../effects/proofs/server-settings.ts";
import { CASES } from "./cases.ts";
import { casesOn } from "./online-case.ts";
import { told } from "./told.ts";
import { tryCase } from "./try-case.ts";

/** Tests every case that servers of this major can run. */
export function describePlans(major: number): void {
  describe(`on PostgreSQL ${major} a plan ends where the migration as written does, and nobody waits`, () => {
    let server: EmbeddedServer;
    const url = (): URL => new URL(server.url());
    beforeAll(async () => {
      await loadParser();
      server = await startEmbeddedServer({ major, settings: PROOF_SERVER_SETTINGS });
      await using admin = await connect(url().href);
      await admin.query("CREATE DATABASE online_proofs");
    });
    afterAll(() => server?.stop());

    test.for(casesOn(major, CASES).map((one) => [one.name, one] as const))("%s", async ([, one]) => {
      const database = url();
      database.pathname = "/online_proofs";
      expect(told(one, await tryCase(database.href, one))).toEqual([]);
    });
  });
}
