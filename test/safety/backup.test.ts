import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { noPaint } from "../../src/cli/paint.ts";
import { backupText, summaryOf } from "../../src/cli/renderers/backup-text.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { type Backup, MANIFEST } from "../../src/safety/backup/backup.ts";
import { digestFiles, listFiles } from "../../src/safety/backup/backup-files.ts";
import { readManifest, sealedManifest, writeManifest } from "../../src/safety/backup/manifest.ts";
import { newestVerified } from "../../src/safety/backup/newest-verified.ts";
import { readBackups } from "../../src/safety/backup/read-backups.ts";
import { restoreBackup } from "../../src/safety/backup/restore-backup.ts";
import { type TakeBackupOptions, takeBackup } from "../../src/safety/backup/take-backup.ts";
import { type VerifyBackupOptions, verifyBackup } from "../../src/safety/backup/verify-backup.ts";
import { type CliDocument, type CliOptions, CliProcess, runCli } from "../support/cli.ts";
import { runCliHere } from "../support/cli-here.ts";
import { clientPrograms, programsWith, WITHOUT_CLIENT_PROGRAMS } from "../support/client-programs.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";
import { mountTinyDisk } from "../support/tiny-disk.ts";
import { until } from "../support/until.ts";

const SCHEMA = `
  CREATE SCHEMA app;
  CREATE TYPE app.mood AS ENUM ('sad', 'happy');
  CREATE TABLE app.customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood app.mood,
    raw json, place point, tags text[], moods app.mood[], kept jsonb, at timestamptz DEFAULT now(), of regclass);
  INSERT INTO app.customer (name, mood, raw, place, tags, moods, kept, of)
    SELECT 'n' || i, 'sad', '{"a":  1}', point(i, 2), ARRAY['x', i::text], '{happy}', '{"b": 1}', 'app.customer'
    FROM generate_series(1, 500) AS i;
  CREATE TABLE app.part (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE app.part_rest PARTITION OF app.part DEFAULT;
  INSERT INTO app.part SELECT i, '2026-01-01' FROM generate_series(1, 20) AS i;
  CREATE UNLOGGED TABLE app.cache (key text, value bytea);
  INSERT INTO app.cache VALUES ('a', '\\xdeadbeef');
  CREATE TABLE app.bare ();
  CREATE VIEW app.names AS SELECT name FROM app.customer;
  SELECT lo_from_bytea(0, '\\x1234');
`;

const NOBODY = new AbortController().signal;

describe.skipIf(WITHOUT_CLIENT_PROGRAMS)("backups", () => {
  let server: EmbeddedServer;
  let db: TestDatabase;
  let root: string;
  /** One that is taken once, and never touched. */
  let whole: Backup;

  const takeOptions = (changes: Partial<TakeBackupOptions> = {}): TakeBackupOptions => ({
    url: db.url,
    folder: join(root, "backups"),
    provider: "pg_dump",
    programs: clientPrograms().folder,
    jobs: 2,
    retention: { keep: 3, keepForMs: null },
    signal: NOBODY,
    ...changes,
  });
  const verifyOptions = (changes: Partial<VerifyBackupOptions> = {}): VerifyBackupOptions => ({
    url: db.url,
    server: server.url(),
    programs: clientPrograms().folder,
    jobs: 2,
    signal: NOBODY,
    ...changes,
  });
  let folders = 0;
  const newFolder = (): string => {
    folders += 1;
    return join(root, `folder-${folders}`);
  };
  /** A copy that may be broken. */
  const copyOf = (backup: Backup): Backup => {
    const folder = join(newFolder(), backup.id);
    cpSync(backup.folder, folder, { recursive: true });
    return { ...backup, folder };
  };
  const dump = (folder: string, ...args: string[]): void => {
    rmSync(join(folder, "data"), { recursive: true });
    const { status, stderr } = spawnSync(
      join(clientPrograms().folder, "pg_dump"),
      ["--format=directory", `--file=${join(folder, "data")}`, ...args, `--dbname=${db.url}`],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
  };
  /** Makes the manifest say that the files are right as they are: only what is restored tells. */
  const reseal = async ({ folder }: Backup, changes: Partial<Backup> = {}): Promise<void> => {
    const { folder: _, digest: __, seal: ___, verification, failure: ____, ...content } = readManifest(folder);
    const files = await digestFiles(folder, await listFiles(folder), NOBODY);
    writeManifest(folder, sealedManifest({ ...content, ...changes, files }, verification));
  };
  const evidence = async (): Promise<unknown> =>
    (await db.query("SELECT held, report FROM lockkeeper.evidence ORDER BY id DESC LIMIT 1"))[0];

  beforeAll(async () => {
    const { major } = clientPrograms();
    server = await startEmbeddedServer({ major, settings: { fsync: "off", log_min_messages: "fatal" } });
    db = await testDatabase(server.url());
    root = mkdtempSync(join(tmpdir(), "lockkeeper-backups-"));
    await db.query(SCHEMA);
    // Where it is restored the clock has another time zone.
    await db.query(`ALTER DATABASE ${db.name} SET TimeZone = 'Asia/Kolkata'`);
    whole = await takeBackup(takeOptions());
  });
  afterAll(async () => {
    await db.drop();
    await server.stop();
    rmSync(root, { recursive: true });
  });

  test("a backup is described by what it holds, and counts once it was restored", async () => {
    expect(whole).toMatchObject({
      provider: "pg_dump",
      source: { database: db.name, superuser: "postgres" },
      verification: null,
      migrations: [],
    });
    expect(whole.tables.map(({ name, rows }) => `${name} ${rows}`)).toEqual([
      "bare 0",
      "cache 1",
      "customer 500",
      "part_rest 20",
      "pg_largeobject 1",
    ]);
    await using session = await connect(db.url);
    const [clock] = await session.query<{ ms: number }>("SELECT extract(epoch FROM now())::float8 * 1000 AS ms");
    expect(whole.takenAt).toMatch(/\+05:30$/);
    expect(Math.abs(Date.parse(whole.takenAt) - (clock?.ms ?? 0))).toBeLessThan(3_600_000);
    expect(await newestVerified(session, join(root, "backups"))).toBeUndefined();
    const verified = await verifyBackup(copyOf(whole), verifyOptions());
    expect(verified.verification).toMatchObject({ where: "named server", compared: 5, changedMeanwhile: 0 });
    expect(readManifest(verified.folder)).toEqual(verified);
    expect(await newestVerified(session, join(verified.folder, ".."))).toEqual(verified);
    expect(await evidence()).toMatchObject({
      held: true,
      report: { id: whole.id, digest: whole.digest, location: verified.folder, tables: 5, rows: 522, failure: null },
    });
  });

  const sizeable = ({ folder }: Backup): string =>
    join(folder, "data", readdirSync(join(folder, "data")).find((name) => name.endsWith(".gz")) ?? "");
  const bad: readonly (readonly [
    what: string,
    spoil: (backup: Backup) => void | Promise<void>,
    code: string,
    told: RegExp,
  ])[] = [
    ["a truncated file", (backup) => truncateSync(sizeable(backup), 5), "backup_invalid", /had \d+ when the backup/],
    [
      "a flipped byte",
      (backup) => {
        const bytes = readFileSync(sizeable(backup));
        bytes[8] = (bytes[8] ?? 0) ^ 1;
        writeFileSync(sizeable(backup), bytes);
      },
      "backup_invalid",
      /is not what it was/,
    ],
    ["a missing file", (backup) => rmSync(sizeable(backup)), "backup_invalid", /is missing/],
    ["an extra file", ({ folder }) => writeFileSync(join(folder, "data/x"), ""), "backup_invalid", /was not there/],
    [
      "another catalog beside it",
      ({ folder }) => appendFileSync(join(folder, "catalog.json"), "\n"),
      "backup_invalid",
      /catalog\.json is not what it was/,
    ],
    [
      "a table that is missing, rows that are missing, and a sequence behind its rows",
      async (backup) => {
        dump(backup.folder, "--exclude-table=app.part*", "--exclude-table-data=app.customer");
        await reseal(backup, { sequences: [{ schema: "app", name: "customer_id_seq", lastValue: "501" }] });
      },
      "backup_differs",
      /app\.part.* is missing[\s\S]*table app\.customer has 0 rows, and had 500[\s\S]*table app\.part_rest is missing[\s\S]*sequence app\.customer_id_seq is at 500, and was at 501/,
    ],
    [
      "another value in one row",
      async (backup) => {
        await db.query("UPDATE app.customer SET name = 'N7' WHERE id = 7");
        dump(backup.folder);
        await db.query("UPDATE app.customer SET name = 'n7' WHERE id = 7");
        await reseal(backup);
      },
      "backup_differs",
      /table app\.customer has other values in its 500 rows/,
    ],
    [
      "a dump that is none",
      async (backup) => {
        writeFileSync(join(backup.folder, "data/toc.dat"), "PGDMP");
        await reseal(backup);
      },
      "backup_restore_failed",
      /pg_restore ended with exit code 1/,
    ],
    [
      "another database",
      (backup) => reseal(backup, { source: { ...backup.source, database: "elsewhere" } }),
      "backup_foreign",
      /is of the database elsewhere/,
    ],
    [
      "a database of this name on another server",
      (backup) => reseal(backup, { source: { ...backup.source, systemIdentifier: "1" } }),
      "backup_foreign",
      /of another server/,
    ],
    [
      "a server that was of another version",
      (backup) => reseal(backup, { source: { ...backup.source, serverVersion: 130_004 } }),
      "backup_foreign",
      /was taken from PostgreSQL 13/,
    ],
  ];
  test.each(bad)("%s is caught, and is evidence against it", async (_, spoil, code, told) => {
    const copy = copyOf(whole);
    await spoil(copy);
    const spoilt = readManifest(copy.folder);
    await expect(verifyBackup(spoilt, verifyOptions())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(told),
    });
    if (code === "backup_foreign") return;
    expect(readManifest(copy.folder)).toMatchObject({ digest: spoilt.digest, verification: null, failure: { code } });
    expect(await evidence()).toMatchObject({ held: false, report: { id: whole.id, failure: { code } } });
    await using session = await connect(db.url);
    expect(await newestVerified(session, join(copy.folder, ".."))).toBeUndefined();
  });

  test.each<readonly [string, (path: string) => void, RegExp]>([
    [
      "changed",
      (path) => writeFileSync(path, readFileSync(path, "utf8").replace('"rows": 500', '"rows": 501')),
      /changed/,
    ],
    ["cut short", (path) => truncateSync(path, 100), /not the JSON/],
    ["missing", (path) => rmSync(path), /no manifest/],
    ["of another format", (path) => writeFileSync(path, '{ "format": 1 }'), /format 1/],
  ])("a manifest that is %s makes no backup", async (_, spoil, told) => {
    const copy = copyOf(whole);
    spoil(join(copy.folder, MANIFEST));
    const { backups, bad: found } = readBackups(join(copy.folder, ".."));
    expect(backups).toEqual([]);
    expect(found).toMatchObject([{ id: whole.id, error: { code: "backup_invalid" } }]);
    expect(found[0]?.error.message).toMatch(told);
    const folder = join(copy.folder, "..");
    const { error } = await runJson(["backup", "verify", "--folder", folder], {
      cwd: writeProject({}),
      env: { DATABASE_URL: db.url },
    });
    expect(error).toMatchObject({ code: "backup_invalid" });
  });

  test("a backup of a folder of another name is none", () => {
    const copy = copyOf(whole);
    const other = join(copy.folder, "../20260101T000000Z-00000000");
    cpSync(copy.folder, other, { recursive: true });
    expect(readBackups(join(copy.folder, "..")).bad).toMatchObject([{ id: basename(other) }]);
  });

  test("a backup that is older than the schema is stale", async () => {
    await db.query("ALTER TABLE app.bare ADD COLUMN more int");
    await expect(verifyBackup(copyOf(whole), verifyOptions())).rejects.toMatchObject({ code: "backup_stale" });
    await db.query("ALTER TABLE app.bare DROP COLUMN more");
  });

  test("a server of another major version says little about it", async () => {
    const options = verifyOptions({ server: inject("serverUrl") });
    await expect(verifyBackup(copyOf(whole), options)).rejects.toMatchObject({ code: "backup_foreign" });
  });

  test("what is restored for good goes into a database of its own, and never into one that is there", async () => {
    const database = `${db.name}_back`;
    const restore = () => restoreBackup(whole, { server: server.url(), database }, { ...verifyOptions(), jobs: 1 });
    await using restored = await restore();
    expect(new URL(restored.url).pathname).toBe(`/${database}`);
    await expect(restore()).rejects.toMatchObject({
      code: "backup_restore_failed",
      message: expect.stringMatching(/there is a database \S+_back already\.$/),
      notDone: "Nothing was restored or changed.",
    });
    await using role = await testRole(db);
    const powerless = restoreBackup(whole, { server: role.url, database: `${database}_2` }, verifyOptions());
    await expect(powerless).rejects.toMatchObject({
      code: "backup_restore_failed",
      message: expect.stringContaining(`the role ${role.name} may not make the database`),
      action: expect.stringContaining(`ALTER ROLE ${role.name} CREATEDB`),
    });
    await using session = await connect(restored.url);
    expect(await session.query("SELECT count(*)::int AS rows FROM app.customer")).toEqual([{ rows: 500 }]);
    await session.end();
    await db.query(`DROP DATABASE ${database}`);
  });

  test("a database keeps its encoding and its locale where it is restored, and what cannot be had is told", async () => {
    const name = `${db.name}_latin`;
    await db.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`);
    await using session = await connect(server.url(name));
    await session.query("CREATE TABLE word AS SELECT E'\\u00e9' AS text");
    const options = { url: server.url(name), folder: newFolder() };
    const taken = await verifyBackup(await takeBackup(takeOptions(options)), verifyOptions(options));
    expect(taken.verification).not.toBeNull();
    const restored = (source: Partial<Backup["source"]>, database: string) =>
      restoreBackup(
        { ...taken, source: { ...taken.source, ...source } },
        { server: server.url(), database },
        verifyOptions(),
      );
    const encodings = `SELECT datname AS name, pg_encoding_to_char(encoding) AS encoding FROM pg_database
      WHERE datname LIKE '${name}\\_%' ORDER BY 1`;
    const here = await restored({}, `${name}_1`);
    const locale = { ...taken.source.locale, collate: "xx_XX.latin1", ctype: "xx_XX.latin1" } as const;
    const there = await restored({ locale: locale as never }, `${name}_2`);
    expect(await db.query(encodings)).toEqual([
      { name: `${name}_1`, encoding: "LATIN1" },
      { name: `${name}_2`, encoding: "LATIN1" },
    ]);
    expect(here.notes).toEqual([]);
    expect(there.notes).toEqual([expect.stringContaining("xx_XX.latin1")]);
    await session.end();
    for (const one of [name, `${name}_1`, `${name}_2`]) await db.query(`DROP DATABASE ${one} WITH (FORCE)`);
  });

  test("what is not restored to its end has not the name of the database that was asked for", async () => {
    const name = `${db.name}_half`;
    const pid = join(root, "restore-pid");
    const programs = programsWith("pg_restore", `echo $$ >${pid}; exec sleep 1000`);
    const stop = new AbortController();
    const into = { server: server.url(), database: name };
    const restoring = restoreBackup(whole, into, { ...verifyOptions({ programs }), signal: stop.signal });
    await until("the restore is at work", () => pidIn(pid));
    const databases = () =>
      db.query<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname = '${name}'`);
    expect(await databases()).toEqual([]);
    stop.abort();
    await expect(restoring).rejects.toMatchObject({ code: "interrupted" });
    expect(await db.query("SELECT FROM pg_database WHERE datname LIKE 'lockkeeper\\_scratch%'")).toEqual([]);
    await restoreBackup(whole, into, verifyOptions());
    expect(await databases()).toEqual([{ name }]);
    await db.query(`DROP DATABASE ${name}`);
  });

  test("a password is in nobody's arguments, and in no file of the backup", async () => {
    await using role = await testRole(db, "SUPERUSER");
    const folder = newFolder();
    const seen = join(root, "arguments");
    const programs = programsWith("pg_dump", `echo "$@ [$PGPASSWORD]" >${seen}; exec "$REAL" "$@"`);
    const backup = await takeBackup(takeOptions({ url: role.url, folder, programs }));
    expect(readFileSync(seen, "utf8")).toMatch(/^--format=directory [^[]*--no-password \[secret\]\n$/);
    for (const { path } of [...backup.files, { path: MANIFEST }]) {
      expect(readFileSync(join(backup.folder, path), "utf8")).not.toContain("secret");
    }
  });

  test("two at the same time do not meet", async () => {
    const folder = newFolder();
    await Promise.all([takeBackup(takeOptions({ folder })), takeBackup(takeOptions({ folder }))]);
    expect(readBackups(folder)).toMatchObject({ backups: [{}, {}], bad: [], unfinished: [] });
  });

  test("a full disk is named, and leaves nothing that looks whole", async ({ skip }) => {
    await using disk = mountTinyDisk(tmpdir());
    if (disk === undefined) return skip("this process may not mount a file system");
    writeFileSync(join(disk.path, "filler"), Buffer.alloc(8 * 1024 ** 2 - 12_288));
    const folder = join(disk.path, "backups");
    await expect(takeBackup(takeOptions({ folder }))).rejects.toMatchObject({ code: "backup_no_space" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a disk that is full when a backup was verified leaves it as it was; it counts by the evidence", async ({
    skip,
  }) => {
    await using disk = mountTinyDisk(tmpdir());
    if (disk === undefined) return skip("this process may not mount a file system");
    const folder = join(disk.path, whole.id);
    cpSync(whole.folder, folder, { recursive: true });
    const left = spawnSync("df", ["--output=avail", "--block-size=1", disk.path], { encoding: "utf8" }).stdout;
    writeFileSync(join(disk.path, "filler"), Buffer.alloc(Number(left.split("\n")[1])));
    const before = readManifest(folder);
    await expect(verifyBackup(before, verifyOptions())).rejects.toMatchObject({
      code: "backup_no_space",
      message: expect.stringContaining(`Backup ${whole.id} was restored and holds`),
    });
    expect(await evidence()).toMatchObject({ held: true, report: { id: whole.id } });
    expect(readManifest(folder)).toEqual(before);
    expect(readdirSync(folder)).toEqual(readdirSync(whole.folder));
  });

  test("what a verification left behind that was killed while it wrote is no file of the backup", async () => {
    const copy = copyOf(whole);
    writeFileSync(join(copy.folder, `${MANIFEST}.0123abcd.new`), "{");
    expect((await verifyBackup(copy, verifyOptions())).verification).not.toBeNull();
  });

  test("a rehearsal restores the newest backup that was verified, and not a newer one", async () => {
    const folder = newFolder();
    const cwd = writeProject({
      // By a setting of the database, which no dump has.
      "migrations/0001_more.sql": "ALTER TABLE app.bare ADD COLUMN more text DEFAULT current_setting('shop.place');\n",
      "lockkeeper.config.json": JSON.stringify({
        scratch: server.url(),
        backup: { folder, programs: clientPrograms().folder },
      }),
    });
    const rehearse = (...args: string[]) =>
      runCliHere(["rehearse", "--output", "report.json", ...args], {
        cwd,
        env: { DATABASE_URL: db.url, LOCKKEEPER_MIGRATIONS: join(cwd, "migrations") },
      });
    await db.query(`ALTER DATABASE ${db.name} SET shop.place = 'Ulm'`);
    const taken = await takeBackup(takeOptions({ folder }));
    expect(await rehearse()).toMatchObject({
      code: 3,
      printed: expect.stringMatching(/There is no verified backup of \S+ in /),
    });
    await verifyBackup(taken, verifyOptions());
    await takeBackup(takeOptions({ folder }));
    const held = await rehearse();
    expect(held.printed).toContain("The rehearsal held");
    expect(held.code).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, "report.json"), "utf8"))).toMatchObject({
      held: true,
      source: { kind: "backup", of: expect.stringContaining(taken.id) },
      migrations: ["0001_more"],
    });
    expect((await rehearse("--status")).code).toBe(0);
    expect(await db.query("SELECT datname FROM pg_database WHERE datname LIKE 'lockkeeper\\_scratch\\_%'")).toEqual([]);
    expect(
      await db.query("SELECT FROM pg_attribute WHERE attrelid = 'app.bare'::regclass AND attname = 'more'"),
    ).toEqual([]);
    await db.query(`ALTER DATABASE ${db.name} RESET shop.place`);
  }, 300_000);

  test("what a program complains of is told, and a role without rights takes none", async () => {
    const folder = newFolder();
    const programs = programsWith("pg_dump", "echo oh no >&2; exit 3");
    await expect(takeBackup(takeOptions({ folder, programs }))).rejects.toMatchObject({
      code: "backup_failed",
      message: "pg_dump: ended with exit code 3:\noh no",
    });
    await using role = await testRole(db);
    const options = { cwd: writeProject({}), env: { DATABASE_URL: role.url } };
    const { error } = await runJson(["backup", "--folder", folder], options);
    expect(error?.message).toMatch(/permission denied/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("one that is interrupted is removed, with the program that made it", async () => {
    const folder = newFolder();
    const pid = join(root, "interrupted-pid");
    const programs = programsWith("pg_dump", `echo $$ >${pid}; exec sleep 1000`);
    const stop = new AbortController();
    const taking = takeBackup(takeOptions({ folder, programs, signal: stop.signal }));
    const dumping = await until("the dump is at work", () => pidIn(pid));
    stop.abort();
    await expect(taking).rejects.toMatchObject({ code: "interrupted" });
    expect(isAlive(dumping)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    // Of a verification nobody is told that there is no backup.
    await expect(verifyBackup(whole, verifyOptions({ signal: stop.signal }))).rejects.toMatchObject({
      code: "interrupted",
      notDone: `Backup ${whole.id} was not verified; it stays as it was.`,
    });
  });

  test("one whose taker was killed ends its program, counts for nothing, and is removed by the next", async () => {
    const folder = newFolder();
    const pid = join(root, "killed-pid");
    const programs = programsWith("pg_dump", `mkdir -p "$(dirname "$0")/x"; echo $$ >${pid}; exec sleep 1000`);
    const cwd = writeProject({ "lockkeeper.config.json": JSON.stringify({ backup: { programs } }) });
    const taking = new CliProcess(["backup", "--folder", folder], { cwd, env: { DATABASE_URL: db.url } });
    const dumping = await until("the dump is at work", () => pidIn(pid));
    taking.signal("SIGKILL");
    await taking.end;
    await until("the dump has ended", () => !isAlive(dumping));
    const [left] = readBackups(folder).unfinished;
    expect(left).toMatchObject({ atWork: true });
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(join(left?.folder ?? "", ".owner"), longAgo, longAgo);
    expect(readBackups(folder).unfinished).toMatchObject([{ atWork: false }]);
    const options = { cwd: writeProject({}), env: { DATABASE_URL: db.url } };
    const { error } = await runJson(["backup", "verify", left?.id ?? "", "--folder", folder], options);
    expect(error).toMatchObject({ code: "backup_not_found", message: expect.stringContaining("was never finished") });
    const next = await takeBackup(takeOptions({ folder }));
    expect(readdirSync(folder)).toEqual([next.id]);
  });

  test("a physical copy is verified by its own manifest, started, compared and looked through", async () => {
    const folder = newFolder();
    // Set for the server that is copied; where the copy is started there is no such thing.
    await db.query("ALTER SYSTEM SET shared_preload_libraries = 'nowhere'");
    const backup = await takeBackup(takeOptions({ folder, provider: "pg_basebackup" }));
    await db.query("ALTER SYSTEM RESET shared_preload_libraries");
    const spoilt = join(backup.folder, "data/global/pg_filenode.map");
    const bytes = readFileSync(spoilt);
    appendFileSync(spoilt, "x");
    await reseal(backup);
    const options = verifyOptions({ server: undefined });
    await expect(verifyBackup(readManifest(backup.folder), options)).rejects.toMatchObject({
      code: "backup_restore_failed",
      message: expect.stringContaining("pg_verifybackup ended with exit code 1"),
    });
    writeFileSync(spoilt, bytes);
    await reseal(backup);
    const { verification } = await verifyBackup(readManifest(backup.folder), options);
    expect(verification).toMatchObject({ where: "embedded server", changedMeanwhile: 0 });
    expect(verification?.compared).toBe(backup.tables.length);
    expect(backup.tables.map(({ name }) => name)).not.toContain("cache");
  });

  test("a command of one's own makes backups, and one more verifies them", async () => {
    const folder = newFolder();
    const copy = `${db.name}_copy`;
    const copied = server.url(copy);
    await db.query(`CREATE DATABASE ${copy}`);
    const commands = {
      provider: "command",
      command: `${clientPrograms().folder}/pg_dump --file="$BACKUP_FOLDER/dump.sql" && echo snapshot-1`,
      verifyCommand: `[ "$BACKUP_REFERENCE" = snapshot-1 ] && psql --quiet --file=dump.sql "${copied}" >psql.log && rm psql.log && echo "${copied}"`,
    } as const;
    const backup = await takeBackup(takeOptions({ folder, ...commands }));
    expect(backup).toMatchObject({ reference: "snapshot-1", program: "command" });
    const failing = verifyOptions({ verifyCommand: "echo not there >&2; false" });
    await expect(verifyBackup(backup, failing)).rejects.toMatchObject({ code: "backup_restore_failed" });
    await expect(verifyBackup(backup, verifyOptions())).rejects.toMatchObject({ code: "config_invalid" });
    // The database itself is the same as itself.
    await expect(verifyBackup(backup, verifyOptions({ verifyCommand: `echo "${db.url}"` }))).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("the very database"),
    });
    const told = await verifyBackup(backup, verifyOptions({ verifyCommand: "true" }));
    expect(backupText(summaryOf(told), noPaint)).toMatch(/by the word of .*nothing was compared\./);
    const psql = {
      ...verifyOptions(),
      verifyCommand: commands.verifyCommand.replace("psql ", `${clientPrograms().folder}/psql `),
    };
    expect((await verifyBackup(backup, psql)).verification).toMatchObject({ where: "command", checkedRelations: null });
    await db.query(`DROP DATABASE ${copy} WITH (FORCE)`);
  });

  test("the command takes, verifies, lists and prunes", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "mine"), { recursive: true });
    const options = { cwd: writeProject({}), env: { DATABASE_URL: db.url } };
    const backup = (...args: string[]) => runCli(["backup", ...args, "--folder", folder], options);
    // Roles that no schema of the project names are made where it is restored too.
    await using approver = await testRole(db);
    await db.query(`GRANT USAGE ON SCHEMA lockkeeper TO ${approver.name};
      GRANT INSERT (kind, held, bound_to, report) ON lockkeeper.evidence TO ${approver.name};
      ALTER DEFAULT PRIVILEGES IN SCHEMA lockkeeper GRANT SELECT ON TABLES TO ${approver.name}`);
    const taken = await backup("--verify");
    expect(taken.stderr).not.toContain("error");
    expect(taken.code).toBe(0);
    expect(taken.stdout).toMatch(/, 5 tables, 522 rows, and Lockkeeper's state\n/);
    expect(taken.stdout).toMatch(/Verified: restored by the embedded server/);
    const second = await runJson<{ id: string }>(["backup", "--folder", folder], options);
    expect((await backup("list")).stdout).toMatch(/not verified\n.* verified \d/);
    const dry = await backup("prune", "--keep", "1", "--dry-run");
    expect(dry.stdout).toMatch(/among the newest 1\n.*the last that was verified\nNothing goes\./);
    await takeBackup(takeOptions({ folder }));
    const refused = await runJson(["backup", "prune", "--keep", "1", "--folder", folder], options);
    expect(refused.error).toMatchObject({ code: "confirmation_required", data: { backups: [second.result?.id] } });
    expect(readBackups(folder).backups).toHaveLength(3);
    expect((await backup("prune", "--keep", "1", "--yes")).stdout).toMatch(/1 backup removed\./);
    expect(readBackups(folder).backups).toHaveLength(2);
    expect(readdirSync(folder)).toContain("mine");
  });

  test("a backup that failed is listed with the reason, and restored only when it is named", async () => {
    const failed = copyOf(whole);
    const folder = join(failed.folder, "..");
    const options = { cwd: writeProject({}), env: { DATABASE_URL: db.url } };
    const restore = (database: string, ...args: string[]) =>
      runCli(["backup", "restore", ...args, "--into", server.url(database), "--folder", folder], options);
    const never = await restore(`${db.name}_r`);
    expect(never.code).toBe(64);
    expect(never.stderr).toMatch(/No backup of .* was verified\. The newest, .*, was never restored/);
    writeFileSync(join(failed.folder, "data/x"), "");
    await expect(verifyBackup(failed, verifyOptions())).rejects.toMatchObject({ code: "backup_invalid" });
    expect((await restore(`${db.name}_r`)).stderr).toMatch(/failed: .*data\/x was not there/);
    const { stdout } = await runCli(["backup", "list", "--folder", folder], options);
    expect(stdout).toMatch(/ failed \d.*\n.*data\/x was not there/);
    // An older one that holds is taken, and the newer one is named.
    rmSync(join(failed.folder, "data/x"));
    const older = join(folder, "20260101T000000Z-00000000");
    cpSync(failed.folder, older, { recursive: true });
    const { folder: _, digest: __, seal: ___, verification: ____, ...content } = whole;
    writeManifest(older, sealedManifest({ ...content, id: basename(older), takenAt: "2026-01-01T00:00:00Z" }));
    await verifyBackup(readManifest(older), verifyOptions());
    const restored = await restore(`${db.name}_r`);
    expect(restored.stderr).toContain(`newer, and passed over, for it was not verified: ${failed.id}`);
    expect(restored.stdout).toContain(`${basename(older)} is restored`);
    await db.query(`DROP DATABASE ${db.name}_r`);
  });
});

/** What is being done is told on standard error. */
async function runJson<T>(args: readonly string[], options: CliOptions): Promise<CliDocument<T>> {
  return JSON.parse((await runCli([...args, "--json"], options)).stdout);
}

function pidIn(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
