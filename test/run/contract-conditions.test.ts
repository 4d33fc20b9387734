import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { type ContractResult, contract } from "../../src/run/contract.ts";
import { type ContractPolicy, changedPolicy } from "../../src/run/policy.ts";
import { type UpAndContractResult, upAndContract } from "../../src/run/up-and-contract.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

const FILES = {
  "0001_drop.sql": "DROP TABLE orders;\n",
  "0002_rename.sql": "ALTER TABLE visit RENAME TO call;\n",
};
const DAY = 86_400_000;

/** Two migrations wait; the older one has been in force for ten days. */
async function waiting(): Promise<TestDatabase & { folder: string }> {
  const db = await testDatabase();
  await db.query("CREATE TABLE orders AS SELECT 1 AS id; CREATE TABLE visit AS SELECT 1 AS id");
  const folder = writeProject(FILES);
  await bringUp({ ...db, folder });
  await db.query("UPDATE lockkeeper.migration SET applied_at = applied_at - interval '10 days' WHERE id = '0001_drop'");
  return { ...db, folder };
}

type Waiting = Pick<TestDatabase, "url"> & { readonly folder: string };

const optionsFor = ({ url, folder }: Waiting, policy: Partial<ContractPolicy>) => ({
  ...operationOn({ url }),
  migrations: readProject(folder),
  policy: changedPolicy(TEST_POLICY, { contract: policy }),
});

const bringUp = (db: Waiting, policy: Partial<ContractPolicy> = {}): Promise<UpAndContractResult> =>
  upAndContract(optionsFor(db, policy));

const remove = (
  db: Waiting,
  policy: Partial<ContractPolicy>,
  more: { readonly ids?: readonly string[]; readonly override?: string } = {},
): Promise<ContractResult> => contract({ ...optionsFor(db, policy), ...more });

describe("what migrations left standing", () => {
  test("stays until they have been in force for long enough", async () => {
    await using db = await waiting();
    await expect(remove(db, { afterMs: 7 * DAY }, { ids: ["0002_rename"] })).rejects.toMatchObject({
      code: "contract_refused",
      exitCode: 3,
      data: { obstacles: [{ migration: "0002_rename", kind: "young" }] },
    });
    expect(await remove(db, { afterMs: 7 * DAY })).toEqual({ contracted: ["0001_drop"], waiting: ["0002_rename"] });
    expect(await remove(db, { afterMs: 7 * DAY })).toEqual({ contracted: [], waiting: ["0002_rename"] });
    expect(await remove(db, {})).toEqual({ contracted: ["0002_rename"], waiting: [] });
  });

  test("stays while a client of an older release is connected", async () => {
    await using db = await waiting();
    const client = await db.connect();
    await client.query("SET application_name = 'shop-1.4'");
    const policy = { applications: "^shop-1\\." };
    await expect(remove(db, policy)).rejects.toMatchObject({
      code: "contract_refused",
      message: expect.stringContaining("shop-1.4 is still connected (1 session)."),
    });
    await client.query("SET application_name = 'shop-2.0'");
    expect((await remove(db, policy)).contracted).toEqual(["0001_drop", "0002_rename"]);
  });

  test("goes for a role without any privilege, from which no client of an older release is hidden", async () => {
    await using db = await testDatabase();
    await using role = await testRole(db);
    await db.query(`CREATE EXTENSION pg_stat_statements; CREATE TABLE orders AS SELECT 1 AS id; CREATE TABLE visit AS SELECT 1 AS id;
      ALTER TABLE orders OWNER TO ${role.name}; ALTER TABLE visit OWNER TO ${role.name};
      GRANT CREATE ON SCHEMA public TO ${role.name}; GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
    const here = { url: role.url, folder: writeProject(FILES) };
    await bringUp(here);
    const client = await db.connect();
    await client.query("SET application_name = 'shop-1.4'");
    const policy = { applications: "^shop-1\\." };
    await expect(remove(here, policy)).rejects.toMatchObject({
      message: expect.stringContaining("shop-1.4 is still connected (1 session)."),
    });
    await client.query("RESET application_name");
    expect((await remove(here, policy)).contracted).toEqual(["0001_drop", "0002_rename"]);
  });

  test("stays while a query of the user's finds something, and where it cannot be asked", async () => {
    await using db = await waiting();
    await db.query(
      "CREATE TABLE users_of (migration text, who text); INSERT INTO users_of VALUES ('0002_rename', 'report')",
    );
    const policy = { stillUsed: "SELECT who FROM users_of WHERE migration = $1" };
    await expect(remove(db, policy)).rejects.toMatchObject({
      code: "contract_refused",
      data: { obstacles: [{ migration: "0002_rename", kind: "used", reason: "contract.stillUsed gives report." }] },
    });
    expect((await remove(db, policy, { ids: ["0001_drop"] })).contracted).toEqual(["0001_drop"]);
    await expect(remove(db, { stillUsed: "SELECT who FROM nowhere" })).rejects.toMatchObject({
      code: "contract_refused",
      message: expect.stringContaining("cannot be asked"),
    });
    await expect(remove(db, { stillUsed: "DELETE FROM users_of RETURNING who" })).rejects.toMatchObject({
      code: "contract_refused",
      message: expect.stringContaining("read-only"),
    });
  });

  test("goes all the same when somebody says why, which is kept", async () => {
    await using db = await waiting();
    const result = await remove(
      db,
      { stillUsed: "SELECT 1" },
      { override: "the report is dead", ids: ["0002_rename"] },
    );
    expect(result.contracted).toEqual(["0002_rename"]);
    expect(await db.query("SELECT action, subject, reason FROM lockkeeper.audit")).toEqual([
      { action: "contract", subject: "0002_rename", reason: "the report is dead" },
    ]);
  });
});

describe("where the server counts statements", () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbeddedServer({
      settings: { fsync: "off", shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track": "all" },
    });
  });
  afterAll(() => server?.stop());

  test("what migrations left standing stays where the role does not see what others call", async () => {
    await using db = await testDatabase(server.url());
    await using role = await testRole(db);
    await db.query(`CREATE EXTENSION pg_stat_statements; CREATE TABLE visit AS SELECT 1 AS id; ALTER TABLE visit OWNER TO ${role.name};
      GRANT CREATE ON SCHEMA public TO ${role.name}; GRANT CREATE ON DATABASE ${db.name} TO ${role.name}`);
    const here = { url: role.url, folder: writeProject({ "0002_rename.sql": FILES["0002_rename.sql"] }) };
    await bringUp(here);
    await expect(remove(here, {})).rejects.toMatchObject({
      code: "contract_refused",
      message: expect.stringContaining("GRANT pg_read_all_stats"),
    });
    await db.query(`GRANT pg_read_all_stats TO ${role.name}`);
    expect((await remove(here, {})).contracted).toEqual(["0002_rename"]);
  });

  test("what migrations left standing stays while statements call it by its old name", async () => {
    await using db = await testDatabase(server.url());
    await db.query(`CREATE EXTENSION pg_stat_statements SCHEMA public; CREATE TABLE orders AS SELECT 1 AS id;
      CREATE TABLE visit AS SELECT 1 AS id, 'x' AS note; CREATE TABLE goods AS SELECT 1 AS id, 2 AS "Preis"`);
    const folder = writeProject({
      ...FILES,
      "0003_column.sql": 'ALTER TABLE goods RENAME COLUMN "Preis" TO price;\n',
    });
    const here = { url: db.url, folder };
    for (let at = 0; at < 3; at++) await db.query("SELECT count(*) FROM visit");
    await bringUp(here);
    await db.query("SELECT count(*) FROM call; SELECT 1 AS visit; SELECT price FROM goods; SELECT note FROM call");
    expect((await remove(here, {}, { ids: ["0001_drop"] })).contracted).toEqual(["0001_drop"]);
    await db.query("SELECT count(*) FROM visit");
    await db.query('INSERT INTO goods (id, "Preis") VALUES (2, 3)');
    await expect(remove(here, {}, { ids: ["0002_rename"] })).rejects.toMatchObject({
      code: "contract_refused",
      message: expect.stringMatching(/name visit were called since 20\S+: SELECT count\(\*\) FROM visit \(1 call\)\.$/),
    });
    await expect(remove(here, {}, { ids: ["0003_column"] })).rejects.toMatchObject({
      message: expect.stringMatching(/name goods\.Preis were called .*INSERT INTO goods .* \(1 call\)\.$/),
    });
    // The look of the refusal is two hours old by now: only what was called since counts.
    await db.query("UPDATE lockkeeper.workload SET seen_at = seen_at - interval '2 hours'");
    expect((await remove(here, {}, { ids: ["0002_rename"] })).contracted).toEqual(["0002_rename"]);
    await db.query('UPDATE goods SET "Preis" = 5');
    await expect(remove(here, {})).rejects.toMatchObject({ message: expect.stringContaining("UPDATE goods SET") });
    const all = optionsFor(here, {});
    expect((await contract({ ...all, override: "a report" })).contracted).toEqual(["0003_column"]);
    expect(all.events).toContainEqual({
      type: "notice",
      message: expect.stringMatching(
        /^0003_column: what it left standing goes all the same: statements that name goods/,
      ),
    });
  });
});

describe("with the policy auto", () => {
  test("up removes what is a week old and not used any more, and says what stays", async () => {
    await using db = await waiting();
    const client = await db.connect();
    await client.query("SET application_name = 'shop-1.4'");
    const used = optionsFor(db, { when: "auto", applications: "shop-1" });
    expect(await upAndContract(used)).not.toHaveProperty("contracted");
    expect(used.events).toContainEqual({
      type: "notice",
      message: "0001_drop: what it left standing stays for now: shop-1.4 is still connected (1 session).",
    });
    await client.end();
    expect((await bringUp(db, { when: "auto" })).contracted).toEqual(["0001_drop"]);
    expect(await bringUp(db, { when: "auto" })).not.toHaveProperty("contracted");
    expect((await bringUp(db, { when: "auto", afterMs: 0 })).contracted).toEqual(["0002_rename"]);
  });

  test("a start of the application does not fail for what cannot be removed", async () => {
    await using db = await waiting();
    const options = optionsFor(db, { when: "auto", stillUsed: "SELECT nonsense" });
    expect((await upAndContract(options)).inForce).toBe(2);
    expect(options.events).toContainEqual({ type: "notice", message: expect.stringContaining("cannot be asked") });
  });
});
