import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ATTRIBUTE_CASES } from "./cases/all.ts";
import { readAfter } from "./read-after.ts";
import { valueAt } from "./value-at.ts";

/** Tests the attributes that servers of this major have. */
export function testAttributes(
  major: number,
  serverUrl?: () => string,
  choose: (cases: typeof ATTRIBUTE_CASES) => typeof ATTRIBUTE_CASES = (all) => all,
): void {
  const cases = choose(ATTRIBUTE_CASES.filter(({ since = 0 }) => since <= major));

  describe(`on PostgreSQL ${major}`, () => {
    let db: TestDatabase;
    let session: Session;
    beforeAll(async () => {
      db = await testDatabase(serverUrl?.());
      session = await connect(db.url);
    });
    afterAll(async () => {
      await session.end();
      await db.drop();
    });

    test.each(cases)("the catalog and its fingerprint tell $attribute", async ({ given, one, other, at, values }) => {
      const prelude = given === undefined ? [] : [given];
      const [first, second] = [await readAfter(session, ...prelude, one), await readAfter(session, ...prelude, other)];
      expect([valueAt(first, at), valueAt(second, at)]).toEqual(values);
      expect(catalogFingerprint(first)).not.toBe(catalogFingerprint(second));
    });
  });
}
