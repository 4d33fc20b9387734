import { expect, inject, test } from "vitest";
import { Connection } from "../../src/run/connection.ts";
import { Stop } from "../../src/run/stop.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";

const allow = (db: TestDatabase, isAllowed: boolean) =>
  onServer(inject("serverUrl"), (client) => client.query(`ALTER DATABASE ${db.name} ALLOW_CONNECTIONS ${isAllowed}`));

test("a further connection of a run waits for a server that is away", async () => {
  await using db = await testDatabase();
  await allow(db, false);
  const patience = { deadlineMs: 30_000, stop: new Stop(), fromTheStart: true };
  await using connection = new Connection(db.url, {}, patience);
  const session = connection.session();
  // The first of a command does not: who runs it may have mistyped the address.
  await expect(new Connection(db.url, {}, { ...patience, fromTheStart: false }).session()).rejects.toMatchObject({
    code: "database_unavailable",
  });
  await allow(db, true);
  expect(await (await session).query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});
