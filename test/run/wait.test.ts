import { expect, inject, test } from "vitest";
import { Stop } from "../../src/run/stop.ts";
import { type WaitOptions, type WaitResult, waitFor } from "../../src/run/wait.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { testRole } from "../support/role.ts";

const wait = (url: string, options: Partial<WaitOptions> = {}): Promise<WaitResult> =>
  waitFor({ ...operationOn({ url }), id: "0002_b", timeoutMs: 20_000, pollMs: 20, ...options });

const ONE = { "0001_a.sql": "SELECT 1;" };
const TWO = { ...ONE, "0002_b.sql": "SELECT 2;" };

test("a migration that is in force is not waited for", async () => {
  await using db = await testDatabase();
  await applyAll(db, TWO);
  expect(await wait(db.url, { timeoutMs: 0 })).toMatchObject({
    id: "0002_b",
    appliedAt: expect.stringMatching(/^\d{4}-/),
  });
});

test("waiting ends when another program has applied the migration", async () => {
  await using db = await testDatabase();
  const waiting = wait(db.url);
  await applyAll(db, ONE);
  await applyAll(db, TWO);
  expect(await waiting).toMatchObject({ id: "0002_b" });
});

test("a database that does not exist yet is waited for", async () => {
  const url = new URL(inject("serverUrl"));
  const name = `late_${process.pid}`;
  url.pathname = `/${name}`;
  const { events, ...rest } = operationOn({ url: url.href });
  const waiting = waitFor({ ...rest, id: "0002_b", timeoutMs: 20_000, pollMs: 20 });
  await expect
    .poll(() => events)
    .toContainEqual({ type: "notice", message: expect.stringContaining("does not exist") });
  await onServer(inject("serverUrl"), (client) => client.query(`CREATE DATABASE ${name}`));
  try {
    await applyAll({ url: url.href }, TWO);
    expect(await waiting).toMatchObject({ id: "0002_b" });
  } finally {
    await onServer(inject("serverUrl"), (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
});

test("a connection that is lost while waiting is opened again", async () => {
  await using db = await testDatabase();
  await applyAll(db, ONE);
  const { events, ...rest } = operationOn(db);
  const waiting = waitFor({ ...rest, id: "0002_b", timeoutMs: 20_000, pollMs: 20 });
  await expect.poll(() => events).toContainEqual({ type: "notice", message: expect.stringContaining("0001_a") });
  await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'lockkeeper%'`);
  await applyAll(db, TWO);
  expect(await waiting).toMatchObject({ id: "0002_b" });
});

test("a state schema of a newer program is good enough to wait on", async () => {
  await using db = await testDatabase();
  await applyAll(db, TWO);
  await db.query("UPDATE lockkeeper.meta SET version = 999");
  expect(await wait(db.url)).toMatchObject({ id: "0002_b" });
});

test("when the time is over, what is there is named, and nothing was changed", async () => {
  await using db = await testDatabase();
  await expect(wait(db.url, { timeoutMs: 50 })).rejects.toMatchObject({
    code: "wait_timeout",
    message: expect.stringContaining("no migration is in force"),
  });
  await applyAll(db, ONE);
  await expect(applyAll(db, { ...ONE, "0002_b.sql": "SELECT 1 / 0;" })).rejects.toThrow();
  const before = await picture(db);
  await expect(wait(db.url, { timeoutMs: 50 })).rejects.toMatchObject({
    code: "wait_timeout",
    message: expect.stringMatching(/1 are in force, the newest is 0001_a; run \d+ of 0002_b is failed/),
    data: { id: "0002_b", inForce: 1, newest: "0001_a", run: { state: "failed" } },
  });
  expect(await picture(db)).toEqual(before);
});

test("a server that does not answer is named when the time is over", async () => {
  await expect(wait("postgres://127.0.0.1:1/nowhere", { timeoutMs: 50 })).rejects.toMatchObject({
    code: "wait_timeout",
    data: { error: { code: "database_unavailable" } },
  });
});

test("what waiting does not mend is said at once", async () => {
  await expect(wait("mysql://127.0.0.1/x")).rejects.toMatchObject({ code: "database_url_invalid" });
  const url = new URL(inject("serverUrl"));
  url.username = "nobody_of_that_name";
  await expect(wait(url.href)).rejects.toMatchObject({ code: "database_auth_failed" });
});

test("a role that may not read the history is told so", async () => {
  await using db = await testDatabase();
  await applyAll(db, ONE);
  await db.query("REVOKE USAGE ON SCHEMA lockkeeper FROM PUBLIC");
  await using role = await testRole(db);
  await expect(wait(role.url)).rejects.toMatchObject({ code: "permission_denied" });
});

test("a role that was granted nothing may wait", async () => {
  await using db = await testDatabase();
  await applyAll(db, TWO);
  await using role = await testRole(db);
  expect(await wait(role.url)).toMatchObject({ id: "0002_b" });
});

test("an interrupted wait ends", async () => {
  await using db = await testDatabase();
  const stop = new Stop();
  const waiting = wait(db.url, { stop, pollMs: 10_000 });
  stop.afterStep("interrupted");
  await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
});
