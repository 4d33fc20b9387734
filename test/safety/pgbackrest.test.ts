import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../src/postgres/session.ts";
import { takeBackup } from "../../src/safety/backup/take-backup.ts";
import { verifyBackup } from "../../src/safety/backup/verify-backup.ts";
import { startBackedUpServer, WITHOUT_PGBACKREST } from "../support/pgbackrest.ts";

const root = mkdtempSync(join(tmpdir(), "lockkeeper-backups-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(WITHOUT_PGBACKREST)("backups in pgBackRest's repository", () => {
  test("are restored and compared, and one that is damaged there does not count", async () => {
    await using backedUp = await startBackedUpServer();
    const { server, stanza, config, repository } = backedUp;
    vi.stubEnv("PGBACKREST_CONFIG", config);
    await using session = await connect(server.url());
    await session.query(
      "CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item SELECT n, 'n' || n FROM generate_series(1, 1000) n; CREATE UNLOGGED TABLE cache (id int)",
    );
    const [row] = await session.query<{ path: string }>("SELECT pg_relation_filepath('item') AS path");
    const options = { url: server.url(), jobs: 1, signal: new AbortController().signal, stanza };
    const backup = await takeBackup({
      ...options,
      folder: root,
      provider: "pgbackrest",
      retention: { keep: null, keepForMs: null },
    });
    expect(backup).toMatchObject({ reference: expect.stringMatching(/^\d{8}-\d{6}F$/), tables: [{ name: "item" }] });
    const { verification } = await verifyBackup(backup, options);
    expect(verification).toMatchObject({ where: "embedded server", compared: 1, changedMeanwhile: 0 });
    expect(verification?.checkedRelations).toBeGreaterThan(100);

    const file = join(repository, "backup", stanza, backup.reference ?? "", "pg_data", row?.path ?? "");
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(verifyBackup(backup, options)).rejects.toMatchObject({
      code: "backup_restore_failed",
      message: expect.stringContaining("pgbackrest ended with exit code"),
    });
    expect(globSync(join(root, "*.partial"))).toEqual([]);
    expect(existsSync(backup.folder)).toBe(true);
  }, 300_000);
});
