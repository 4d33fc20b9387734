import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { PROOF_SERVER_SETTINGS } from "../effects/proofs/server-settings.ts";
import { CASES } from "./cases.ts";
import { casesOn, type OnlineCase } from "./online-case.ts";
import { told } from "./told.ts";
import { type CaseBench, openCaseBench, tryCase } from "./try-case.ts";

/** Tests the cases that servers of this major can run. */
export function describePlans(
  major: number,
  choose: (cases: readonly OnlineCase[]) => readonly OnlineCase[] = (all) => all,
): void {
  describe(`on PostgreSQL ${major} a plan ends where the migration as written does, and nobody waits`, () => {
    let server: EmbeddedServer;
    let bench: CaseBench;
    beforeAll(async () => {
      await loadParser();
      server = await startEmbeddedServer({ major, settings: PROOF_SERVER_SETTINGS });
      const url = new URL(server.url());
      await using admin = await connect(url.href);
      await admin.query("CREATE DATABASE online_proofs");
      url.pathname = "/online_proofs";
      bench = await openCaseBench(url.href);
    });
    afterAll(async () => {
      await bench?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    test.for(choose(casesOn(major, CASES)).map((one) => [one.name, one] as const))("%s", async ([, one]) => {
      expect(told(one, await tryCase(bench, one))).toEqual([]);
    });
  });
}
