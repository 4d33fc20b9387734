import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addFiles, writeProject } from "../support/project.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.query("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL)");
});
afterAll(() => db.drop());

const FILES = {
  "same.sql": "CREATE TABLE users (id bigint, name text NOT NULL); ALTER TABLE users ADD PRIMARY KEY (id);",
  "none.sql": "-- no models\nCREATE SCHEMA IF NOT EXISTS public;",
  "more.sql": "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, born date);",
};

const diff = (args: readonly string[], config: object = {}): Promise<CliEnd> =>
  runCli(["diff", ...args], {
    cwd: writeProject({ ...FILES, "lockkeeper.config.json": JSON.stringify(config) }),
    env: { DATABASE_URL: db.url },
  });

describe("diff", () => {
  test("prints the SQL that leads from the database to the schema, and nothing else", async () => {
    const end = await diff(["--exit-code"], { schema: "more.sql" });
    expect(end).toEqual({
      code: 5,
      signal: null,
      stderr: "",
      stdout: "ALTER TABLE public.users ADD COLUMN born date;\n",
    });
  });

  test("prints the SQL as it is, whatever looks like a secret or steers a terminal", async () => {
    const body = "BEGIN\r\n  UPDATE users SET password = crypt(p, gen_salt('bf')); RAISE NOTICE '\u001b[1m\u202e'; END";
    const schema = `ALTER TABLE users ADD password text;
CREATE FUNCTION login(p text) RETURNS void LANGUAGE plpgsql AS $$${body}$$;
CREATE VIEW app_users AS SELECT id FROM users WHERE (password = name);`;
    const cwd = writeProject({ "schema/1.sql": FILES["same.sql"], "schema/2.sql": schema });
    const end = await runCli(["diff", "--to", "schema"], {
      cwd,
      env: { DATABASE_URL: db.url.replace("postgres@", "postgres:app_users@") },
    });
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(end.stdout).toContain(body);
    expect(end.stdout).toContain("CREATE VIEW public.app_users AS");
    expect(end.stdout).toMatch(/WHERE \(?password = name/);
    await using other = await testDatabase();
    await other.query(FILES["same.sql"]);
    await other.query(end.stdout);
    expect(await runCli(["diff", "--to", "schema"], { cwd, env: { DATABASE_URL: other.url } })).toMatchObject({
      stdout: "",
    });
    const json = await runCli(["diff", "--to", "schema", "--json"], { cwd, env: { DATABASE_URL: db.url } });
    expect(
      JSON.parse(json.stdout)
        .result.statements.map(({ sql }: { sql: string }) => sql)
        .join(),
    ).toContain(body);
  });

  test("prints nothing at all when there is no difference", async () => {
    expect(await diff(["--to", "same.sql", "--exit-code"])).toEqual({ code: 0, signal: null, stderr: "", stdout: "" });
  });

  test("tells the changes as JSON, and on standard error that rows are lost", async () => {
    const env = { DATABASE_URL: db.url, LOCKKEEPER_SCRATCH: inject("serverUrl") };
    const { code, result } = await runCliJson(["diff", "--from", "same.sql", "--to", "more.sql"], {
      cwd: writeProject(FILES),
      env,
    });
    expect(code).toBe(0);
    expect(result).toMatchObject({ changes: [{ type: "added", id: "column:public.users.born" }], leftOut: [] });
    const back = await diff(["--from", "more.sql", "--to", db.url]);
    expect(back.stdout).toBe("ALTER TABLE public.users DROP COLUMN born;\n");
    expect(back.stderr).toContain("Rows are lost: the values of public.users.born.");
  });

  test("does not guess what got another name", async () => {
    const other = {
      cwd: writeProject({ "s.sql": "CREATE TABLE users (id bigint PRIMARY KEY, title text NOT NULL);" }),
    };
    const env = { DATABASE_URL: db.url };
    const refused = await runCliJson(["diff", "--to", "s.sql"], { ...other, env });
    expect(refused).toMatchObject({ code: 3, error: { code: "rename_undecided" } });
    expect(refused.error?.action).toContain("--rename public.users.name=public.users.title");
    const dropped = await runCli(["diff", "--to", "s.sql", "--no-renames"], { ...other, env });
    expect(dropped.stdout).toBe(
      "ALTER TABLE public.users ADD COLUMN title text NOT NULL;\nALTER TABLE public.users DROP COLUMN name;\n",
    );
    addFiles(other.cwd, {
      "s.sql": "CREATE TABLE users (id bigint PRIMARY KEY, title text NOT NULL -- lockkeeper: renamed from name\n);",
    });
    const renamed = await runCli(["diff", "--to", "s.sql"], { ...other, env });
    expect(renamed.stdout).toMatch(/^ALTER TABLE public\.users RENAME COLUMN name TO title;\n/);
    expect(renamed).toMatchObject({ stdout: expect.not.stringContaining("DROP"), stderr: "" });
  });

  test("proposes to drop everything only when told that nothing is to be left", async () => {
    const config = { schema: "none.sql" };
    expect(await diff([], config)).toMatchObject({
      code: 64,
      stdout: "",
      stderr: expect.stringContaining("confirmation_required"),
    });
    expect(await diff(["--allow-empty"], config)).toMatchObject({ code: 0, stdout: "DROP TABLE public.users;\n" });
  });

  test("without a schema to lead to is wrong usage", async () => {
    expect(await diff([])).toMatchObject({ code: 64, stdout: "" });
  });
});
