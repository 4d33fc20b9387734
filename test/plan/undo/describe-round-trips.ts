import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { BASE, MADE_ROLES, ROLES } from "./base.ts";
import type { ExactCase } from "./exact-case.ts";
import { EXACT_CASES } from "./exact-cases.ts";
import { BY_OWNER, MIGRATIONS } from "./migration-cases.ts";
import { REFUSED_CASES } from "./refused-cases.ts";
import { type RoundTrip, roundTrip, statementsOf } from "./round-trip.ts";
import { TAKEN_ALONG } from "./taken-along-cases.ts";

/** Roles and tablespaces belong to the whole server. */
const ON_SERVER = `
${ROLES.map((role) => `CREATE ROLE ${role}`).join(";\n")};
SET allow_in_place_tablespaces = on`;
const MAKE_TABLESPACE = "CREATE TABLESPACE undo_space LOCATION ''";
const OFF_SERVER = [
  "DROP TABLESPACE undo_space",
  ...[...MADE_ROLES, ...ROLES].map((role) => `DROP ROLE IF EXISTS ${role}`),
];

/** Such statements cannot be rolled back, so their cases have a database of their own. */
const isIsolated = ({ sql }: ExactCase): boolean => /\bCONCURRENTLY\b/.test(sql);

/** Cases on a real server: up, back, and the catalog is the one it was. */
export function describeRoundTrips(
  server: () => { readonly url: string; readonly major: number },
  choose: <T>(cases: readonly T[]) => readonly T[] = (all) => all,
): void {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase(server().url);
    client = await database.connect();
    await client.query(ON_SERVER);
    await client.query(MAKE_TABLESPACE);
    await client.query(BASE);
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
    const last = await testDatabase(server().url);
    for (const sql of OFF_SERVER) await last.query(sql);
    await last.drop();
  });

  /** In a transaction that is rolled back, so that every case finds the same base. */
  const onBase = async ({ sql, setup = "", role }: ExactCase, statements?: number): Promise<RoundTrip> => {
    await client.query("BEGIN");
    try {
      await client.query(setup);
      const options = { ...(role && { role }), ...(statements && { statements }) };
      return await roundTrip(client, sql.replaceAll(":database", database.name), options);
    } finally {
      await client.query("ROLLBACK");
    }
  };

  const alone = async ({ sql, setup = "" }: ExactCase, statements?: number): Promise<RoundTrip> => {
    await using own = await testDatabase(server().url);
    const session = await own.connect();
    await session.query(BASE);
    await session.query(setup);
    return await roundTrip(session, sql, { ...(statements && { statements }) });
  };

  describe("takes back exactly", () => {
    test.for(choose(EXACT_CASES).map((one) => ({ ...one, title: titleOf(one) })))("$title", async (one, { skip }) => {
      skip((one.since ?? 0) > server().major, "this major does not know the statement");
      const trip = await (isIsolated(one) ? alone(one) : onBase(one));
      expect(trip.refused).toEqual([]);
      expect(trip.after).toEqual(trip.before);
      // Otherwise the snapshot does not see what the statement changes, and proves nothing.
      if (one.idle === true) expect(trip.between).toEqual(trip.before);
      else expect(trip.between).not.toEqual(trip.before);
    });
  });

  describe("takes back exactly what was run of a migration that failed half way", () => {
    const halves = [...MIGRATIONS, ...TAKEN_ALONG, ...BY_OWNER].flatMap((one) =>
      statementsOf(one.sql)
        .slice(1)
        .map((_, index) => ({ ...one, statements: index + 1 })),
    );

    test.for(choose(halves))("$statements of: $sql", async (one) => {
      const trip = await (isIsolated(one) ? alone(one, one.statements) : onBase(one, one.statements));
      expect(trip.refused).toEqual([]);
      expect(trip.after).toEqual(trip.before);
    });
  });

  describe("refuses with a reason", () => {
    test.for(choose(REFUSED_CASES))("$sql", async ({ sql, setup, reason, since = 0 }, { skip }) => {
      skip(since > server().major, "this major does not know the statement");
      const { refused } = await (isIsolated({ sql }) ? alone({ sql }) : onBase({ sql, ...(setup && { setup }) }));
      expect(refused.join("\n")).toMatch(reason);
    });
  });
}

const titleOf = ({ sql, setup, role }: ExactCase): string =>
  `${sql}${setup === undefined ? "" : ` (after ${setup.replaceAll(/\s+/g, " ").slice(0, 60)}…)`}${role === undefined ? "" : ` as ${role}`}`;
