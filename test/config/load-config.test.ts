import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../../src/config/duration.ts";
import { FIELD_KEYS, FIELDS, type FieldKey } from "../../src/config/fields.ts";
import { LAYOUTS } from "../../src/config/layouts.ts";
import { type LoadConfigOptions, loadConfig, type ResolvedConfig } from "../../src/config/load-config.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { LAYOUT_READERS } from "../../src/migrations/layouts/read-layout.ts";
import { policyOf } from "../../src/run/target.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";

const SECRET = "kingfisher-at-dawn";

function load(files: ProjectFiles, options: Partial<LoadConfigOptions> = {}): Promise<ResolvedConfig> {
  return loadConfig({ cwd: writeProject(files), env: {}, ...options });
}

async function failure(config: Promise<ResolvedConfig>): Promise<LockkeeperError> {
  const error = await config.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LockkeeperError)) {
    throw new Error(`not a LockkeeperError: ${error}`);
  }
  return error;
}

const json = (config: unknown): ProjectFiles => ({ "lockkeeper.config.json": JSON.stringify(config) });

describe("what is checked beside the form of each value", () => {
  const TWISTED = { lock: { backoffMin: "2s", backoffMax: "1s" } };

  test("a URL of another database in the file, also where the environment outweighs it", async () => {
    const env = { DATABASE_URL: "postgres://localhost/a" };
    const error = await failure(load(json({ database: `mysql://${SECRET}@localhost/a` }), { env }));
    expect(error).toMatchObject({ code: "database_url_invalid", at: { file: "lockkeeper.config.json" } });
    expect(error.message).toBe("lockkeeper.config.json: `database` does not begin with postgres:// or postgresql://.");
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test("DATABASE_URL where it counts, and not where it is another program's", async () => {
    const env = { DATABASE_URL: "mysql://localhost/a" };
    expect(await failure(load({}, { env }))).toMatchObject({ code: "database_url_invalid" });
    const overrides = { database: { option: "--database", value: "postgres://localhost/b" } };
    expect(await load({}, { env, overrides })).toMatchObject({ database: "postgres://localhost/b" });
  });

  test("pauses that stand against each other", async () => {
    expect(await failure(load(json(TWISTED)))).toMatchObject({
      code: "config_invalid",
      data: { key: "lock.backoffMin" },
    });
    const { policy } = await load(json({ lock: { backoffMin: "20s" } }));
    expect(policyOf({ policy })).toMatchObject({ backoffMinMs: 20_000, backoffMaxMs: 20_000 });
  });

  test.each([
    ["LOCKKEEPER_LOG", "yes", "expected json"],
    ["LOCKKEEPER_LOG_LEVEL", "loud", "expected one of debug, info, warn, error"],
  ])("%s", async (variable, value, expected) => {
    const error = await failure(load({}, { env: { [variable]: value } }));
    expect(error).toMatchObject({ code: "config_invalid", message: expect.stringContaining(expected) });
    expect(error.message).toContain(variable);
  });

  test("a misspelt variable is a warning, and those of a service that is called lockkeeper are none", async () => {
    const env = {
      LOCKKEEPER_LOCK_TIMEOT: "1s",
      LOCKKEEPER_DRIFT_IGNORE: "audit",
      LOCKKEEPER_ANYTHING: "1",
      LOCKKEEPER_PORT: "tcp://10.0.0.1:80",
      LOCKKEEPER_SERVICE_HOST: "10.0.0.1",
      LOCKKEEPER_LOCK_TIMEOUT: "1s",
    };
    expect((await load({}, { env })).warnings).toEqual([
      "There is no variable LOCKKEEPER_LOCK_TIMEOT; did you mean LOCKKEEPER_LOCK_TIMEOUT?",
      "There is no variable LOCKKEEPER_DRIFT_IGNORE; did you mean LOCKKEEPER_IGNORE?",
      "There is no variable LOCKKEEPER_ANYTHING.",
    ]);
  });
});

describe("where values come from", () => {
  test("without a file and without an environment there are only the defaults", async () => {
    expect(await load({})).toEqual({
      gates: [],
      migrations: "migrations",
      migrationsNamed: false,
      scratch: { except: [] },
      layout: "auto",
      policy: {},
      backup: {},
      rehearsal: {},
      types: {},
      postFlight: {},
      lint: {},
      warnings: [],
    });
  });

  test("every key can be given in a JSON file", async () => {
    const config = {
      database: "postgres://localhost/a",
      directDatabase: "postgres://localhost/b",
      scratch: "postgres://localhost/c",
      migrations: "db/changes",
      schema: ["db/schema.sql", "db/more/*.sql"],
      schemas: ["app", "app_*"],
      ignore: ["public.tmp_*"],
      layout: "flyway",
      gates: [{ gate: "drift" }],
      role: "owner",
      lock: { timeout: "200ms", deadline: "5m", backoffMin: 100, backoffMax: "1.5s" },
      lease: { ttl: "10s", wait: 0 },
      reconnect: "1h",
      clientCheck: 250,
      brief: "2s",
      buildWorkers: 2,
      drops: "direct",
      renames: "bridge",
      contract: { when: "auto", after: "7d", applications: "^shop-1", stillUsed: "SELECT 1" },
      backup: {
        folder: "kept",
        provider: "command",
        jobs: 2,
        programs: "/opt/postgresql/bin",
        command: "take",
        verifyCommand: "check",
        stanza: "main",
        keep: 5,
        keepFor: "30d",
      },
      postFlight: { run: "on", checks: ["orphans"], analyze: "on", warm: "on", failOn: "warning" },
      sweep: {
        workers: 2,
        batch: "100ms",
        lockTimeout: 30,
        setAside: 5,
        nice: 0.5,
        slowdown: 2,
        window: "22:00-06:00 Europe/Berlin",
        replicaLag: "off",
        replicaLagBytes: "64MB",
        ignoredReplicas: ["a", "b"],
        walPerSecond: 1024,
        archiveBacklog: "off",
        vacuumWait: "2m",
        activeSessions: 20,
        waitingSessions: "off",
        holdQuery: "SELECT false",
      },
      rehearsal: { mask: { "users.email": "hash", "users.name": { fixed: "somebody" } }, sample: { events: 10 } },
      types: {
        out: "src/database.ts",
        kysely: true,
        names: "camelCase",
        overrides: { bigint: "bigint" },
        columns: { "orders.details": { select: "Details", insert: "string" } },
      },
      lint: {
        rules: { "prefer-text": "off", "bulk-update": "warning" },
        smallRows: 500,
        smallBytes: 8192,
        identifiers: "^[a-z]+$",
        serverVersion: "16",
      },
    };
    expect(await load(json(config))).toEqual({
      file: "lockkeeper.config.json",
      database: "postgres://localhost/a",
      directDatabase: "postgres://localhost/b",
      scratch: { named: "postgres://localhost/c", except: ["postgres://localhost/b", "postgres://localhost/a"] },
      migrations: "db/changes",
      migrationsNamed: true,
      schema: ["db/schema.sql", "db/more/*.sql"],
      schemas: ["app", "app_*"],
      ignore: ["public.tmp_*"],
      layout: "flyway",
      gates: [{ gate: "drift" }],
      policy: {
        lockTimeoutMs: 200,
        lockDeadlineMs: 300_000,
        backoffMinMs: 100,
        backoffMaxMs: 1_500,
        leaseTtlMs: 10_000,
        leaseWaitMs: 0,
        reconnectDeadlineMs: 3_600_000,
        clientCheckMs: 250,
        briefMs: 2_000,
        buildWorkers: 2,
        drops: "direct",
        renames: "bridge",
        role: "owner",
        drift: { schemas: ["app", "app_*"], ignore: ["public.tmp_*"] },
        contract: { when: "auto", afterMs: 604_800_000, applications: "^shop-1", stillUsed: "SELECT 1" },
        sweep: {
          workers: 2,
          batchMs: 100,
          lockTimeoutMs: 30,
          setAside: 5,
          nice: 0.5,
          slowdown: 2,
          window: { from: "22:00", to: "06:00", timeZone: "Europe/Berlin" },
          replicaLagMs: null,
          replicaLagBytes: 67_108_864,
          ignoredReplicas: ["a", "b"],
          walBytesPerSecond: 1024,
          archiveBacklogBytes: null,
          vacuumMs: 120_000,
          activeSessions: 20,
          waitingSessions: null,
          holdQuery: "SELECT false",
        },
      },
      backup: {
        folder: "kept",
        provider: "command",
        jobs: 2,
        programs: "/opt/postgresql/bin",
        command: "take",
        verifyCommand: "check",
        stanza: "main",
        keep: 5,
        keepForMs: 2_592_000_000,
      },
      postFlight: config.postFlight,
      rehearsal: config.rehearsal,
      types: config.types,
      lint: {
        rules: { "prefer-text": "off", "bulk-update": "warning" },
        smallRows: 500,
        smallBytes: 8192,
        identifiers: "^[a-z]+$",
        serverVersion: "16",
      },
      warnings: [],
    });
  });

  test.each(["ts", "mts", "js", "mjs"])("a .%s file gives its default export", async (extension) => {
    const type = extension.endsWith("ts") ? ": { role: string }" : "";
    const files = {
      [`lockkeeper.config.${extension}`]: `const config${type} = { role: "owner" };\nexport default config;\n`,
    };
    expect((await load(files)).policy.role).toBe("owner");
  });

  test("every value can come from the environment, which outweighs the file", async () => {
    const texts: Record<FieldKey, string> = {
      database: "postgres://localhost/env",
      directDatabase: "postgres://localhost/direct",
      scratch: "postgres://localhost/scratch",
      scratchDatabase: "postgres://localhost/own_scratch",
      migrations: "elsewhere",
      checks: "rules",
      schema: "cmd:print a, b",
      schemas: "a, b_*",
      ignore: "audit",
      layout: "goose",
      role: "other",
      "lock.timeout": "1s",
      "lock.deadline": "2s",
      "lock.backoffMin": "3s",
      "lock.backoffMax": "4s",
      "lease.ttl": "5s",
      "lease.wait": "6s",
      reconnect: "7s",
      clientCheck: "8000",
      brief: "0",
      buildWorkers: "4",
      drops: "quarantine",
      renames: "direct",
      "sweep.workers": "3",
      "sweep.batch": "40ms",
      "sweep.lockTimeout": "9ms",
      "sweep.setAside": "0",
      "sweep.nice": "2",
      "sweep.slowdown": "off",
      "sweep.window": "01:00-02:30",
      "sweep.replicaLag": "1m",
      "sweep.replicaLagBytes": "1.5 GB",
      "sweep.ignoredReplicas": "a, b",
      "sweep.walPerSecond": "10MB",
      "sweep.archiveBacklog": "100",
      "sweep.vacuumWait": "0",
      "sweep.activeSessions": "9",
      "sweep.waitingSessions": "3",
      "sweep.holdQuery": "SELECT 0",
      "contract.when": "manual",
      "contract.after": "2w",
      "contract.applications": "old",
      "contract.stillUsed": "SELECT 2",
      "contract.unused": "2h",
      gates: '[{ "gate": "backup", "within": "1d" }]',
      "drift.record": "off",
      "postFlight.run": "off",
      "postFlight.checks": "orphans, index-invalid",
      "postFlight.analyze": "off",
      "postFlight.warm": "on",
      "postFlight.failOn": "never",
      "backup.folder": "elsewhere",
      "backup.provider": "pg_basebackup",
      "backup.jobs": "1",
      "backup.programs": "/usr/bin",
      "backup.command": "take it",
      "backup.verifyCommand": "check it",
      "backup.stanza": "db",
      "backup.keep": "2",
      "backup.keepFor": "12h",
      "rehearsal.mask": '{ "users.phone": "null" }',
      "rehearsal.sample": '{ "events": 0.5 }',
      "types.out": "types.ts",
      "types.kysely": "true",
      "types.names": "database",
      "types.overrides": '{ "bigint": "bigint" }',
      "types.columns": '{ "a.b": { "select": "B" } }',
      "lint.rules": "prefer-text=off, bulk-update=warning",
      "lint.smallRows": "500",
      "lint.smallBytes": "8192",
      "lint.identifiers": "^[a-z]+$",
      "lint.serverVersion": "14.2",
    };
    const env = Object.fromEntries(FIELD_KEYS.map((key) => [FIELDS[key].env, texts[key]]));
    const file = json({ database: "postgres://localhost/file", layout: "flyway", role: "owner", lock: { timeout: 1 } });
    expect(await load(file, { env })).toEqual({
      file: "lockkeeper.config.json",
      database: "postgres://localhost/env",
      directDatabase: "postgres://localhost/direct",
      scratch: {
        named: "postgres://localhost/scratch",
        database: "postgres://localhost/own_scratch",
        except: ["postgres://localhost/direct", "postgres://localhost/env"],
      },
      migrations: "elsewhere",
      migrationsNamed: true,
      checks: "rules",
      schema: ["cmd:print a, b"],
      schemas: ["a", "b_*"],
      ignore: ["audit"],
      layout: "goose",
      gates: [{ gate: "backup", within: "1d" }],
      policy: {
        role: "other",
        lockTimeoutMs: 1_000,
        lockDeadlineMs: 2_000,
        backoffMinMs: 3_000,
        backoffMaxMs: 4_000,
        leaseTtlMs: 5_000,
        leaseWaitMs: 6_000,
        reconnectDeadlineMs: 7_000,
        clientCheckMs: 8_000,
        briefMs: 0,
        buildWorkers: 4,
        drops: "quarantine",
        renames: "direct",
        contract: {
          when: "manual",
          afterMs: 1_209_600_000,
          applications: "old",
          stillUsed: "SELECT 2",
          unusedMs: 7_200_000,
        },
        drift: { record: "off", schemas: ["a", "b_*"], ignore: ["audit"] },
        sweep: {
          workers: 3,
          batchMs: 40,
          lockTimeoutMs: 9,
          setAside: 0,
          nice: 2,
          slowdown: null,
          window: { from: "01:00", to: "02:30" },
          replicaLagMs: 60_000,
          replicaLagBytes: 1_610_612_736,
          ignoredReplicas: ["a", "b"],
          walBytesPerSecond: 10_485_760,
          archiveBacklogBytes: 100,
          vacuumMs: 0,
          activeSessions: 9,
          waitingSessions: 3,
          holdQuery: "SELECT 0",
        },
      },
      backup: {
        folder: "elsewhere",
        provider: "pg_basebackup",
        jobs: 1,
        programs: "/usr/bin",
        command: "take it",
        verifyCommand: "check it",
        stanza: "db",
        keep: 2,
        keepForMs: 43_200_000,
      },
      rehearsal: { mask: { "users.phone": "null" }, sample: { events: 0.5 } },
      postFlight: { run: "off", checks: ["orphans", "index-invalid"], analyze: "off", warm: "on", failOn: "never" },
      types: {
        out: "types.ts",
        kysely: true,
        names: "database",
        overrides: { bigint: "bigint" },
        columns: { "a.b": { select: "B" } },
      },
      lint: {
        rules: { "prefer-text": "off", "bulk-update": "warning" },
        smallRows: 500,
        smallBytes: 8192,
        identifiers: "^[a-z]+$",
        serverVersion: "14.2",
      },
      warnings: [],
    });
  });

  test("an option of the command line outweighs the environment", async () => {
    const overrides = { migrations: { option: "--migrations", value: "here" } };
    const { migrations } = await load({}, { env: { LOCKKEEPER_MIGRATIONS: "there" }, overrides });
    expect(migrations).toBe("here");
  });

  test("an empty variable counts as none", async () => {
    const { database } = await load(json({ database: "postgres://localhost/file" }), { env: { DATABASE_URL: "" } });
    expect(database).toBe("postgres://localhost/file");
  });

  test("a named file is read instead, and its folder is where its paths begin", async () => {
    const files = {
      "ops/keeper.json": JSON.stringify({ migrations: "../db" }),
      ...json({ migrations: "not this one" }),
    };
    expect(await load(files, { file: "ops/keeper.json" })).toMatchObject({ file: "ops/keeper.json", migrations: "db" });
    const env = { LOCKKEEPER_CONFIG: "ops/keeper.json" };
    expect(await load(files, { env })).toMatchObject({ file: "ops/keeper.json", migrations: "db" });
  });

  test("the layouts that can be named are those that can be read", () => {
    expect([...LAYOUTS].sort()).toEqual(["auto", "lockkeeper", ...Object.keys(LAYOUT_READERS)].sort());
  });
});

describe("what is refused", () => {
  const wrong: readonly [string, unknown, string, string][] = [
    ["a number for a text", { role: 7 }, "role", "`role` is a number"],
    ["a list for a text", { database: [SECRET] }, "database", "`database` is a list"],
    ["null for a text", { migrations: null }, "migrations", "`migrations` is null"],
    ["an empty text", { role: " " }, "role", "`role` is an empty text"],
    ["an unknown layout", { layout: SECRET }, "layout", "expected one of auto, lockkeeper,"],
    ["a text for a group", { lock: SECRET }, "lock", "`lock` is a text of another form; expected an object"],
    [
      "true for a duration",
      { lock: { timeout: true } },
      "lock.timeout",
      "`lock.timeout` is a boolean; expected a duration",
    ],
    ["a text that is no duration", { lease: { wait: SECRET } }, "lease.wait", "`lease.wait` is a text of another form"],
    ["a lock timeout of 0, which means none", { lock: { timeout: 0 } }, "lock.timeout", "from 1 ms"],
    ["a negative duration", { reconnect: -1 }, "reconnect", "`reconnect` is a number of another range"],
    ["an unknown key", { databaze: SECRET }, "databaze", "there is no key `databaze`; the keys are database,"],
    ["an unknown key in a group", { lock: { timout: 1 } }, "lock.timout", "the keys are lock.timeout, lock.deadline,"],
    ["a number for a type", { types: { overrides: { bigint: 1 } } }, "types.overrides", "expected types of TypeScript"],
    [
      "half a type",
      { types: { columns: { "a.b": { insert: SECRET } } } },
      "types.columns",
      "expected types of TypeScript",
    ],
    ["yes for true", { types: { kysely: "yes" } }, "types.kysely", "expected true or false"],
    [
      "what holds for all in a group",
      { drift: { ignore: ["a"] } },
      "drift.ignore",
      "did you mean `ignore`, which holds for all?",
    ],
    ["a group that is flattened", { "lock.timeout": 1, "lock.x": 1 }, "lock.x", "there is no key `lock.x`"],
  ];
  test.each(wrong)("%s", async (_, config, key, words) => {
    const error = await failure(load(json(config)));
    expect(error).toMatchObject({ code: "config_invalid", at: { file: "lockkeeper.config.json" }, data: { key } });
    expect(error.message).toContain(words);
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test("a file that gives no object", async () => {
    const error = await failure(load(json("text")));
    expect(error).toMatchObject({ code: "config_invalid", at: { file: "lockkeeper.config.json" } });
  });

  test("a wrong value is found although a stronger one makes it meaningless", async () => {
    const error = await failure(load(json({ role: 7 }), { env: { LOCKKEEPER_ROLE: "owner" } }));
    expect(error).toMatchObject({ code: "config_invalid", data: { key: "role" } });
  });

  test("a wrong value in the environment, named by its variable", async () => {
    const error = await failure(load({}, { env: { LOCKKEEPER_LOCK_TIMEOUT: SECRET } }));
    expect(error).toMatchObject({ code: "config_invalid", data: { key: "LOCKKEEPER_LOCK_TIMEOUT" } });
    expect(error.message).toMatch(
      /^The environment variable LOCKKEEPER_LOCK_TIMEOUT is a text of another form; expected/,
    );
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test("a wrong value on the command line is wrong usage", async () => {
    const overrides = { "lock.timeout": { option: "--lock-timeout", value: "soon" } } as const;
    const error = await failure(load({}, { overrides }));
    expect(error.code).toBe("usage");
    expect(error.message).toMatch(/^--lock-timeout is a text of another form; expected a duration/);
  });

  test("two files of which either could count", async () => {
    const error = await failure(load({ ...json({}), "lockkeeper.config.ts": "export default {};" }));
    expect(error).toMatchObject({ code: "config_invalid", at: { file: "lockkeeper.config.json" } });
  });
});

describe("what cannot be read", () => {
  test("a file that was named and is not there", async () => {
    for (const file of ["none.json", "none.ts"]) {
      expect(await failure(load({}, { file }))).toMatchObject({ code: "config_unreadable", at: { file } });
    }
  });

  test("a folder and a dangling link in place of the file", async () => {
    const folder = writeProject({});
    mkdirSync(join(folder, "folder.json"));
    symlinkSync(join(folder, "nowhere"), join(folder, "link.json"));
    for (const file of ["folder.json", "link.json"]) {
      const error = await failure(loadConfig({ cwd: folder, env: {}, file }));
      expect(error).toMatchObject({ code: "config_unreadable", at: { file } });
    }
  });

  test("JSON that does not parse, with its place and without its text", async () => {
    const error = await failure(load({ "lockkeeper.config.json": `{\n  "database": "${SECRET}" oops\n}` }));
    expect(error).toMatchObject({ code: "config_unreadable", at: { line: 2 } });
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(error.cause).toBeUndefined();
  });

  test("a module that does not parse, throws or has no default export", async () => {
    const texts = [
      `const database: = "${SECRET}";`,
      `const database = "${SECRET}";\nthrow new Error("the vault is closed");`,
      `export const database = "${SECRET}";`,
    ];
    for (const text of texts) {
      const error = await failure(load({ "lockkeeper.config.ts": text }));
      expect(error).toMatchObject({ code: "config_unreadable", at: { file: "lockkeeper.config.ts" } });
      expect(JSON.stringify(error)).not.toContain(SECRET);
    }
  });
});

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["2s", 2_000],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    [" 20 s ", 20_000],
    ["750", 750],
    [750, 750],
    [0, 0],
  ])("%s is %d ms", (value, ms) => {
    expect(parseDuration(value)).toBe(ms);
  });

  test.each(["", "s", "2 parsecs", "2S", "-1s", "1e3", -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, true, null])(
    "%s is none",
    (value) => {
      expect(parseDuration(value)).toBeUndefined();
    },
  );
});
