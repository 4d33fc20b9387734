import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyStatement } from "../../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../../src/catalog/state/catalog-state.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { testDatabase } from "../../support/database.ts";
import { CASES } from "./cases/all.ts";
import { type Followed, follow, parsedStatements } from "./follow.ts";

const STATEMENTS_AT_LEAST = 350;

async function expectSame(session: Session, followed: Followed): Promise<number> {
  const steps = await follow(session, followed);
  for (const { statement, applied, read } of steps) {
    expect(applied, statement).toEqual(read);
  }
  return steps.length;
}

/** In the order of the file: what a later statement finds is what the earlier ones were said to leave. */
function testFollowing(major: number, url: () => Promise<string>): void {
  describe(`on PostgreSQL ${major} the state after statements is the catalog that the server has`, () => {
    let session: Session;
    let followed = 0;
    beforeAll(async () => {
      session = await connect(await url());
    });
    afterAll(async () => {
      await session.end();
    });

    test.each(CASES.filter(({ since = 0 }) => since <= major))("$what", async (one) => {
      followed += await expectSame(session, one);
    });

    test("statements of all families were followed", () => {
      expect(followed).toBeGreaterThan(STATEMENTS_AT_LEAST);
    });
  });
}

describe("statements that are followed", () => {
  const databases: AsyncDisposable[] = [];
  let oldServer: EmbeddedServer | undefined;
  afterAll(async () => {
    for (const one of databases) {
      await one[Symbol.asyncDispose]();
    }
    await oldServer?.stop();
  });

  testFollowing(18, async () => {
    const db = await testDatabase();
    databases.push(db);
    return db.url;
  });

  testFollowing(15, async () => {
    oldServer = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
    return oldServer.url();
  });
});

describe("a state of which nothing is known", () => {
  test.each(CASES)("follows without a complaint: $what", async ({ given = "", statements }) => {
    for (const version of [140_000, 180_000]) {
      const alone = CatalogState.unknown(version);
      const whole = CatalogState.unknown(version);
      for (const { parsed } of await parsedStatements(statements)) {
        applyStatement(alone, parsed);
      }
      for (const { parsed } of await parsedStatements(`${given};${statements}`)) {
        applyStatement(whole, parsed);
      }
      expect(alone.complete).toBe(false);
      expect(whole.catalog().dependencies.every(({ from, to }) => from !== "" && to !== "")).toBe(true);
    }
  });
});
