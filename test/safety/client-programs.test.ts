import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { programEnvironment } from "../../src/postgres/program-environment.ts";
import { findClientPrograms } from "../../src/safety/backup/client-programs.ts";
import { takeBackup } from "../../src/safety/backup/take-backup.ts";
import { testDatabase } from "../support/database.ts";

const root = mkdtempSync(join(tmpdir(), "lockkeeper-client-programs-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A folder with programs that say they are of this version. */
function folderWith(version: string, ...names: string[]): string {
  const folder = mkdtempSync(join(root, "bin-"));
  for (const name of names) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const find = (serverVersion: number, named?: string) =>
  findClientPrograms({ needed: ["pg_dump", "pg_restore"], serverVersion, named });

test("programs of the server's own major are taken, the newest of them, before newer ones", async () => {
  const folders = ["97.4", "96.1", "96.2", "95.9"].map((version) => folderWith(version, "pg_dump", "pg_restore"));
  vi.stubEnv("PATH", [...folders, process.env["PATH"]].join(delimiter));
  expect(await find(960_000)).toEqual({ folder: folders[2], version: 960_002, shown: "96.2" });
  expect(await find(970_000)).toMatchObject({ shown: "97.4" });
});

test("newer ones are taken where there are none of its own, and those before a release count as it", async () => {
  expect(await find(970_001, folderWith("98beta1", "pg_dump", "pg_restore"))).toMatchObject({
    version: 980_000,
    shown: "98beta1",
  });
});

test("older ones are refused, and so is a folder without them: client_program_missing", async () => {
  const old = folderWith("9.6.24", "pg_dump", "pg_restore");
  await expect(find(150_004, old)).rejects.toMatchObject({
    code: "client_program_missing",
    message: `pg_dump and pg_restore 9.6 in ${old} is older than the server, which is PostgreSQL 15.`,
    action: expect.stringContaining("apt-get install postgresql-client-15"),
  });
  const half = folderWith("15.4", "pg_dump");
  await expect(find(150_004, half)).rejects.toMatchObject({
    code: "client_program_missing",
    message: `There is no pg_dump and pg_restore in ${half}.`,
  });
});

test("programs get the password in their environment, and nothing of the tester's that leads elsewhere", () => {
  vi.stubEnv("PGSERVICE", "elsewhere");
  vi.stubEnv("PGSSLMODE", "require");
  vi.stubEnv("PGPASSFILE", "/home/me/.pgpass");
  const url =
    "postgres://me:p%40ss@db.example:6432/shop?sslmode=no-verify&sslrootcert=/no/such/file&options=-c%20a%3Db";
  expect(programEnvironment(url, false)).toMatchObject({
    PGHOST: "db.example",
    PGPORT: "6432",
    PGUSER: "me",
    PGPASSWORD: "p@ss",
    PGDATABASE: "shop",
    PGSSLMODE: "require",
    PGSSLROOTCERT: "/no/such/file",
    PGOPTIONS: "-c a=b",
    PGPASSFILE: "/home/me/.pgpass",
  });
  expect(programEnvironment(url, false)).not.toHaveProperty("PGSERVICE");
  const ours = programEnvironment("postgres://postgres@127.0.0.1:5/x", true);
  expect(Object.keys(ours).filter((name) => name.startsWith("PG"))).toEqual([
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGAPPNAME",
  ]);
});

test("a socket is a host too", () => {
  expect(programEnvironment("postgres:///shop?host=/var/run/postgresql", true)).toMatchObject({
    PGHOST: "/var/run/postgresql",
    PGDATABASE: "shop",
  });
});

/** A pgBackRest that does nothing, and lists these backups of a server. */
function pretendPgbackrest(cluster: string, labels: readonly string[]): void {
  const folder = mkdtempSync(join(root, "bin-"));
  const backup = labels.map((label) => ({ label, type: "full", annotation: { why: "x".repeat(200) } }));
  const told = JSON.stringify([{ name: "main", backup, db: [{ id: 1, "system-id": 0 }] }]);
  writeFileSync(join(folder, "told.json"), told.replace('"system-id":0', `"system-id":${cluster}`));
  const script = `case "$*" in *info*) cat ${folder}/told.json ;; version) echo pgBackRest 2.45 ;; esac`;
  writeFileSync(join(folder, "pgbackrest"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "pgbackrest"), 0o755);
  vi.stubEnv("PATH", [folder, process.env["PATH"]].join(delimiter));
}

test("the newest of many backups in pgBackRest's repository is ours, and a stanza of another server is refused", async () => {
  await using db = await testDatabase();
  const [row] = await db.query("SELECT system_identifier::text AS cluster FROM pg_control_system()");
  const take = () =>
    takeBackup({
      url: db.url,
      folder: join(root, "pgbackrest"),
      provider: "pgbackrest",
      stanza: "main",
      jobs: 1,
      retention: { keep: null, keepForMs: null },
      signal: new AbortController().signal,
    });
  const labels = Array.from({ length: 200 }, (_, nth) => `2026${String(nth).padStart(4, "0")}-091244F`);
  pretendPgbackrest(String(row?.["cluster"]), labels);
  expect(await take()).toMatchObject({ reference: "20260199-091244F", program: "pgBackRest 2.45" });
  pretendPgbackrest("6543210987654321098", labels);
  await expect(take()).rejects.toMatchObject({
    code: "backup_failed",
    message: `The stanza main is of another server (system identifier 6543210987654321098, and not ${row?.["cluster"]}).`,
  });
});

test("a provider that is not set up is refused before anything is begun", async () => {
  await using db = await testDatabase();
  const take = (changes: object) =>
    takeBackup({
      url: db.url,
      folder: join(root, "none"),
      provider: "pgbackrest",
      jobs: 1,
      retention: { keep: null, keepForMs: null },
      signal: new AbortController().signal,
      ...changes,
    });
  await expect(take({})).rejects.toMatchObject({ code: "config_invalid", data: { key: "backup.stanza" } });
  await expect(take({ provider: "command" })).rejects.toMatchObject({ data: { key: "backup.command" } });
  vi.stubEnv("PATH", "/nowhere");
  await expect(take({ stanza: "main" })).rejects.toMatchObject({
    code: "client_program_missing",
    action: expect.stringContaining("apt-get install pgbackrest"),
  });
});
