import { appendFileSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { Stop } from "../../src/run/stop.ts";
import { migrationsOf, policyOf } from "../../src/run/target.ts";
import { type Backup, CATALOG_FILE } from "../../src/safety/backup/backup.ts";
import { type ManifestContent, sealedManifest, writeManifest } from "../../src/safety/backup/manifest.ts";
import { readBackups } from "../../src/safety/backup/read-backups.ts";
import { takeBackup } from "../../src/safety/backup/take-backup.ts";
import { readEvidence, recordEvidence } from "../../src/safety/evidence.ts";
import { type ReleaseOptions, type ReleaseReport, release } from "../../src/safety/release/release.ts";
import { CliProcess, runCli } from "../support/cli.ts";
import { clientPrograms, programsWith, WITHOUT_CLIENT_PROGRAMS } from "../support/client-programs.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addFiles, type ProjectFiles, writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

const FILES: ProjectFiles = {
  "migrations/0001_total.sql":
    "ALTER TABLE item ADD COLUMN total int NOT NULL DEFAULT 0;\nCREATE INDEX item_total ON item (total);\n",
};
const SHOP = `CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item SELECT g, 'n' || g FROM generate_series(1, 300) g; ANALYZE`;

async function released(
  db: TestDatabase,
  cwd: string,
  more: Partial<ReleaseOptions> = {},
): Promise<ReleaseReport & { readonly events: readonly LockkeeperEvent[] }> {
  const config = await loadConfig({ cwd, env: { DATABASE_URL: db.url, LOCKKEEPER_MIGRATIONS: `${cwd}/migrations` } });
  const events: LockkeeperEvent[] = [];
  const report = await release({
    config,
    cwd,
    url: db.url,
    migrations: migrationsOf(config),
    policy: { ...policyOf(config), leaseTtlMs: 5_000 },
    without: [],
    clone: false,
    overrides: {},
    dryRun: false,
    confirm: async () => {},
    emit: (event) => void events.push(event),
    stop: new Stop(),
    ...more,
  });
  return { ...report, events };
}

const statesOf = ({ stages }: ReleaseReport): string =>
  stages.map(({ stage, state }) => `${stage} ${state}`).join(", ");

describe.skipIf(WITHOUT_CLIENT_PROGRAMS)("a release", () => {
  let server: EmbeddedServer;
  let db: TestDatabase;

  beforeAll(async () => {
    const { major } = clientPrograms();
    server = await startEmbeddedServer({ major, settings: { fsync: "off" } });
    db = await testDatabase(server.url());
    await db.query(SHOP);
  });
  afterAll(async () => {
    await db?.drop();
    await server?.stop();
  });

  test("stops at the first gate that does not hold, goes on from there, and has nothing to do in the end", async () => {
    const cwd = writeProject(FILES);
    const config = {
      backup: { folder: `${cwd}/backups`, programs: clientPrograms().folder, jobs: 1 },
      gates: [{ gate: "backup", within: "1h" }, { gate: "rehearsal" }, { gate: "approval", by: ["postgres"] }],
    };
    addFiles(cwd, { "lockkeeper.config.json": JSON.stringify(config) });

    const dry = await released(db, cwd, { dryRun: true });
    expect(statesOf(dry)).toMatch(
      /^plan would run, backup would run, rehearsal would run, gates would run, run would run/,
    );
    expect(dry.stages[3]?.message).toMatch(/^3 of 3 gates would not hold now: backup: /);
    expect(await db.query("SELECT FROM pg_namespace WHERE nspname = 'lockkeeper'")).toEqual([]);

    const stopped = await released(db, cwd);
    expect(statesOf(stopped)).toBe(
      "plan done, backup done, rehearsal done, gates stopped, run waiting, verify waiting",
    );
    expect(stopped).toMatchObject({ held: false, exitCode: 3, migrations: ["0001_total"] });
    expect(stopped.stages[3]).toMatchObject({ action: expect.stringContaining("lockkeeper approve") });
    expect(await db.query("SELECT FROM pg_attribute WHERE attname = 'total'")).toEqual([]);
    await using session = await connect(db.url);
    const [rehearsal] = await readEvidence(session, "rehearsal");

    await recordEvidence(session, {
      kind: "approval",
      held: true,
      report: {},
      ...(typeof rehearsal?.boundTo === "string" ? { boundTo: rehearsal.boundTo } : {}),
    });
    const done = await released(db, cwd);
    expect(statesOf(done)).toBe("plan done, backup stands, rehearsal stands, gates done, run done, verify done");
    expect(done).toMatchObject({ held: true, exitCode: 0, left: [] });
    expect(await db.query("SELECT FROM pg_attribute WHERE attname = 'total'")).toHaveLength(2);

    const again = await released(db, cwd);
    expect(statesOf(again)).toBe("plan stands, backup stands, rehearsal stands, gates stands, run stands, verify done");
  });

  describe("whose backup was taken before and never verified", () => {
    const NEW = "A backup is taken, restored elsewhere and compared.";
    let shop: TestDatabase;
    let cwd: string;
    let folder: string;

    const configure = (programs: string): void => {
      const config = {
        backup: { folder, programs, jobs: 1 },
        scratch: server.url(),
        gates: [
          { gate: "backup", within: "2h" },
          { gate: "approval", by: ["postgres"] },
        ],
      };
      addFiles(cwd, { "lockkeeper.config.json": JSON.stringify(config) });
    };
    /** Up to the gate that nobody opens. */
    const backedUp = async (more: Partial<ReleaseOptions> = {}) => {
      const { stages, events } = await released(shop, cwd, { without: ["rehearsal"], ...more });
      const [stage] = stages.filter((one) => one.stage === "backup");
      return { stage, said: events.flatMap((event) => (event.type === "notice" ? event.message : [])) };
    };
    const taken = () =>
      takeBackup({
        url: shop.url,
        folder,
        provider: "pg_dump",
        programs: clientPrograms().folder,
        jobs: 1,
        retention: { keep: null, keepForMs: null },
        signal: new Stop().soon,
      });
    const reseal = (
      { folder: at, digest: _, seal: __, verification: ___, ...content }: Backup,
      to: Partial<ManifestContent>,
    ) => writeManifest(at, sealedManifest({ ...content, ...to }));
    const verdicts = () =>
      readBackups(folder).backups.map(({ id, verification, failure }) => [id, failure?.code ?? verification?.where]);

    beforeEach(async () => {
      shop = await testDatabase(server.url());
      await shop.query(SHOP);
      cwd = writeProject(FILES);
      folder = join(cwd, "backups");
      configure(clientPrograms().folder);
    });
    afterEach(() => shop.drop());

    test("by one that was killed: it is verified, and no other is taken", async () => {
      const begun = join(mkdtempSync(join(tmpdir(), "lockkeeper-begun-")), "restoring");
      configure(programsWith("pg_restore", `touch ${begun}; exec sleep 1000`));
      const killed = new CliProcess(["release", "--without", "rehearsal"], { cwd, env: { DATABASE_URL: shop.url } });
      await until(
        () => `it restores, and says not only:\n${killed.printed}`,
        () => existsSync(begun),
      );
      killed.signal("SIGKILL");
      expect(await killed.end).toMatchObject({ signal: "SIGKILL" });
      const [[id] = []] = verdicts();
      expect(verdicts()).toEqual([[id, undefined]]);

      configure(clientPrograms().folder);
      const before = `${id} was taken before`;
      const dry = await backedUp({ dryRun: true });
      expect(dry.stage?.message).toBe(`${before}: it is, restored elsewhere and compared.`);
      const { stage } = await backedUp();
      expect(stage).toMatchObject({
        state: "done",
        message: `${before}, is restored (named server) and compared: 1 table.`,
      });
      expect(verdicts()).toEqual([[id, "named server"]]);
      expect(await backedUp()).toMatchObject({ stage: { state: "stands" } });
    });

    test("and is broken: it is named, and another one is taken", async () => {
      const unreadable = await taken();
      appendFileSync(join(unreadable.folder, "lockkeeper-backup.json"), "{");
      const broken = await taken();
      appendFileSync(join(broken.folder, CATALOG_FILE), " ");
      const { stage, said } = await backedUp();
      expect(said).toContain(`Backup ${unreadable.id}: its manifest is not the JSON that was written.`);
      expect(said).toContain(
        `Backup ${broken.id}: catalog.json is not what it was when the backup was taken. Another one is taken.`,
      );
      const [[id] = []] = verdicts();
      expect(verdicts()).toEqual([
        [id, "named server"],
        [broken.id, "backup_invalid"],
      ]);
      expect(stage?.message).toMatch(`${id} is taken, restored (named server) and compared: `);

      // Where its folder may only be read, the evidence alone says so.
      reseal(broken, {});
      await shop.query("DELETE FROM lockkeeper.evidence WHERE held");
      expect((await backedUp({ dryRun: true })).stage?.message).toBe(NEW);
    });

    test("and does not match any more: another one is taken", async () => {
      const old = await taken();
      reseal(old, { takenAt: new Date(Date.now() - 3 * 3_600_000).toISOString() });
      const elsewhere = await taken();
      reseal(elsewhere, { source: { ...elsewhere.source, database: "elsewhere" } });
      expect((await backedUp({ dryRun: true })).stage?.message).toBe(NEW);
      const older = await taken();
      await shop.query("ALTER TABLE item ADD COLUMN note text");
      const { stage, said } = await backedUp();
      expect(said.join()).not.toMatch(/taken before/);
      const [[id] = []] = verdicts();
      expect(stage?.message).toMatch(`${id} is taken, `);
      expect(verdicts()).toEqual([
        [id, "named server"],
        [older.id, undefined],
        [elsewhere.id, undefined],
        [old.id, undefined],
      ]);
    });
  });
});

test("the command ends with 3 where a gate is closed, says what opens it, and changes nothing", async () => {
  await using db = await testDatabase();
  await db.query(SHOP);
  const gates = [{ gate: "approval", by: ["postgres"], override: true }];
  const cwd = writeProject({ ...FILES, "lockkeeper.config.json": JSON.stringify({ gates }) });
  const at = { cwd, env: { DATABASE_URL: db.url } };
  const without = ["release", "--without", "backup", "rehearsal"];
  const { code, stdout } = await runCli(without, at);
  expect(code).toBe(3);
  expect(stdout).toMatch(/= backup +Left to others\./);
  expect(stdout).toMatch(/✗ gates .*\n +lockkeeper approve --plan [0-9a-f]+\n· run /);
  expect(stdout).toContain("Stopped at gates; `lockkeeper release` goes on from there.");
  const { code: passed, stdout: told } = await runCli(
    [...without, "--override", "approval", "--because", "an outage"],
    at,
  );
  expect(passed).toBe(0);
  expect(told).toMatch(/✓ run +1 migration applied: 0001_total\./);
  addFiles(cwd, { "migrations/0002_note.sql": "ALTER TABLE item ADD COLUMN note text;\n" });
  const { stdout: again } = await runCli([...without, "--to", "0001_total"], at);
  expect(again).toMatch(/= plan +0001_total is in force already, and nothing before it is pending\./);
  expect(await runCli([...without, "--to", "0009"], at)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("migration_unknown"),
  });
});
