import { join } from "node:path";
import { expect, test } from "vitest";
import { type CliOptions, CliProcess, runCli } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { addFiles, writeProject } from "../support/project.ts";

/** Each is somewhere else, so that a leak tells where it came from. */
const SECRETS = {
  url: "kingfisher-4711",
  direct: "king%40heron-4712",
  file: "cormorant-4713",
  environment: "moorhen-4714",
  role: "bittern-4715",
  option: "grebe-4716",
} as const;

const withPassword = (url: string, password: string): string => url.replace("postgres@", `postgres:${password}@`);

/** Every way a command can show itself. */
const FACES: readonly (readonly string[])[] = [
  [],
  ["--verbose"],
  ["--json"],
  ["--events"],
  ["--log-json", "--log-level", "debug"],
];

test("no secret is ever printed, whatever is run and whatever goes wrong", async () => {
  await using db = await testDatabase();
  const role = `r_${db.name}`;
  const cwd = writeProject({
    "migrations/0001_role.sql": `CREATE ROLE ${role} LOGIN PASSWORD '${SECRETS.role}';\nDO $$BEGIN RAISE NOTICE 'it is ${SECRETS.url}'; END$$;\nCREATE TABLE a (id int);\n`,
    "bad/0001_syntax.sql": `ALTER ROLE ${role} PASSWORD '${SECRETS.role}' PASSWORT 'x';\n`,
    "failing/0001_role.sql": `CREATE ROLE postgres PASSWORD '${SECRETS.role}';\n`,
    "long/0001_role.sql": `CREATE ROLE ${role}_with_a_name_so_long_that_titles_are_cut LOGIN PASSWORD '${SECRETS.role}${"x".repeat(60)}';\n`,
    "throwing/0001_script.ts": `export default { steps: [{ script: "f" }], scripts: { async f({ log }) { log("${SECRETS.url}"); throw new Error("connecting with postgres://me:${SECRETS.option}@host/db failed"); } } };\n`,
    "file/lockkeeper.config.json": JSON.stringify({ database: withPassword(db.url, SECRETS.file) }),
    "broken/lockkeeper.config.json": `{ "database": "${withPassword(db.url, SECRETS.file)}", }`,
    "wrong/lockkeeper.config.json": JSON.stringify({ database: [withPassword(db.url, SECRETS.file)] }),
    "throws/lockkeeper.config.ts": `throw new Error("no " + "${withPassword(db.url, SECRETS.file)}");\n`,
  });
  const env = {
    DATABASE_URL: withPassword(db.url, SECRETS.url),
    DIRECT_DATABASE_URL: withPassword(db.url, SECRETS.direct),
    PGPASSWORD: SECRETS.environment,
  };
  const unreachable = { ...env, DIRECT_DATABASE_URL: "", DATABASE_URL: `postgres://me:${SECRETS.url}@localhost:1/db` };
  const noHost = { ...unreachable, DATABASE_URL: `postgres://me:${SECRETS.url}@lockkeeper.invalid/db` };
  const malformed = { ...unreachable, DATABASE_URL: `postgres://me:${SECRETS.url}@host:port/db` };
  const noUrl = { ...unreachable, DATABASE_URL: `mysql://me:${SECRETS.url}@host/db` };
  const inFile = { cwd: join(cwd, "file"), env: {} };

  const commands: readonly (readonly [readonly string[], CliOptions])[] = [
    [["plan"], { cwd, env }],
    [["plan", "--sql"], { cwd, env }],
    [["up", "--dry-run"], { cwd, env }],
    [["up", "--migrations", "bad"], { cwd, env }],
    [["up", "--migrations", "failing"], { cwd, env }],
    [["up", "--migrations", "throwing"], { cwd, env }],
    [["up"], { cwd, env }],
    [["status", "--verbose"], { cwd, env }],
    [["history", "--verbose"], { cwd, env }],
    [["status"], inFile],
    [["down"], { cwd, env }],
    [["up", "--migrations", "long", "--allow-out-of-order"], { cwd, env }],
    [["status", "--database", withPassword(`${db.url}_not`, SECRETS.option)], { cwd }],
    [["status", `--database=${withPassword(`${db.url}_not`, SECRETS.option)}`], { cwd }],
    [["status", withPassword(db.url, SECRETS.option)], { cwd, env }],
    [["up", "--no-such-option", withPassword(db.url, SECRETS.option)], { cwd, env }],
    [["up"], { cwd, env: unreachable }],
    [["up"], { cwd, env: noHost }],
    [["up"], { cwd, env: malformed }],
    [["up"], { cwd, env: noUrl }],
    [["status"], { cwd: join(cwd, "broken") }],
    [["status"], { cwd: join(cwd, "wrong") }],
    [["status"], { cwd: join(cwd, "throws") }],
  ];
  let hidden = 0;
  for (const [args, options] of commands) {
    for (const face of FACES) {
      const { stdout, stderr } = await runCli([...args, ...face], options);
      const printed = stdout + stderr;
      expect(printed, args.join(" ")).not.toBe("");
      for (const secret of Object.values(SECRETS)) {
        // A script that is to be run says what the file says, apart from passwords of roles.
        if (args.includes("--sql") && secret === SECRETS.url) continue;
        expect(printed, `${[...args, ...face].join(" ")} with ${secret}`).not.toContain(secret);
        expect(printed, `${[...args, ...face].join(" ")} with ${secret}`).not.toContain(decodeURIComponent(secret));
      }
      if (args.includes("--sql") && face.length === 0) {
        expect(stdout).toContain(`statement: it is not shown.\nCREATE ROLE ${role} LOGIN PASSWORD '***';`);
      }
      hidden += printed.includes("***") ? 1 : 0;
    }
  }
  expect(hidden).toBeGreaterThan(20);
  await db.query(`DROP ROLE IF EXISTS ${role}`);
});

test("nor what another session in the way is doing", async () => {
  await using db = await testDatabase();
  const cwd = writeProject({ "migrations/0001_a.sql": "CREATE TABLE a (id int);\n" });
  const options = { cwd, env: { DATABASE_URL: withPassword(db.url, SECRETS.url) } };
  await runCli(["up"], options);
  addFiles(cwd, { "migrations/0002_b.sql": "ALTER TABLE a ADD COLUMN b int;\n" });
  const other = await db.connect();
  await other.query(`BEGIN; LOCK TABLE a IN ACCESS SHARE MODE; /* password = ${SECRETS.option} ${SECRETS.url} */`);
  const up = new CliProcess(["up", "--lock-deadline", "500ms"], options);
  const { code, stderr } = await up.end;
  expect(code).toBe(4);
  expect(stderr).toContain("LOCK TABLE a IN ACCESS SHARE MODE; /* password = ***");
  expect(stderr).not.toContain(SECRETS.option);
  expect(stderr).not.toContain(SECRETS.url);
});
