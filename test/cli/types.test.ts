import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliEnd, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

const SCHEMA = "CREATE TABLE orders (id int PRIMARY KEY, note text, line_1 int);";
const CONFIG = { types: { out: "generated/database.ts", kysely: true, overrides: { int8: "bigint" } } };

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.query(SCHEMA);
});
afterAll(() => db.drop());

const types = (cwd: string, ...args: string[]): Promise<CliEnd> =>
  runCli(["types", ...args], { cwd, env: { DATABASE_URL: db.url } });

const configured = (): string => writeProject({ "lockkeeper.config.json": JSON.stringify(CONFIG) });

describe("types", () => {
  test("prints the types of the database and nothing else", async () => {
    const { code, stdout, stderr } = await types(writeProject({}));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(
      "\n\nexport interface OrdersRow {\n  id: number;\n  note: string | null;\n  line_1: number | null;\n}\n",
    );
    expect(stdout).not.toContain("kysely");
  });

  test("writes the file of the configuration, through a link, and only when it changes", async () => {
    const cwd = configured();
    mkdirSync(join(cwd, "elsewhere"));
    symlinkSync("elsewhere", join(cwd, "generated"));
    const first = await types(cwd);
    expect(first).toMatchObject({ code: 0, stdout: "Wrote generated/database.ts.\n" });
    expect(first.stderr).toBe("types.overrides: nothing is of the type int8.\n");
    const file = join(cwd, "elsewhere/database.ts");
    expect(readFileSync(file, "utf8")).toContain("export interface Database {\n  orders: OrdersTable;\n}\n");
    const { ino } = statSync(file);
    expect((await types(cwd)).stdout).toBe("generated/database.ts is as it would be written.\n");
    expect(statSync(file).ino).toBe(ino);
    expect(readdirSync(join(cwd, "elsewhere"))).toEqual(["database.ts"]);
  });

  test("checks the file with the lines that differ, and leaves it alone", async () => {
    const cwd = configured();
    expect(await types(cwd, "--check")).toMatchObject({ code: 5, stdout: "There is no generated/database.ts.\n" });
    await types(cwd);
    const file = join(cwd, "generated/database.ts");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll("\n", "\r\n"));
    expect(await types(cwd, "--check")).toMatchObject({
      code: 0,
      stdout: "generated/database.ts is as it would be written.\n",
    });
    const old = text.replace("  note: string | null;\n  line_1", "  note: string;\n  gone: Date;\n  line_1");
    writeFileSync(file, old);
    const { code, stdout } = await types(cwd, "--check");
    expect(code).toBe(5);
    expect(stdout).toBe(
      [
        "generated/database.ts is not as it would be written:",
        "  5 -   note: string;",
        "  6 -   gone: Date;",
        "  5 +   note: string | null;",
        "",
      ].join("\n"),
    );
    expect(readFileSync(file, "utf8")).toBe(old);
    const json = await types(cwd, "--check", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      result: { isThere: true, differences: [{ side: "before", line: 5 }, { line: 6 }, { side: "after", line: 5 }] },
    });
  });

  test("tells of names that Kysely's CamelCasePlugin would not find", async () => {
    const cwd = writeProject({ "lockkeeper.config.json": JSON.stringify({ types: { names: "camelCase" } }) });
    const { stdout, stderr } = await types(cwd);
    expect(stdout).toContain("  line1: number | null;\n");
    expect(stderr).toBe("CamelCasePlugin, as it is by default, does not find these names again: line_1.\n");
  });

  test("takes the schema from a stored catalog and from SQL files", async () => {
    const { stdout: fromDatabase } = await types(writeProject({}));
    const catalog = await runCli(["catalog"], { cwd: writeProject({}), env: { DATABASE_URL: db.url } });
    const cwd = writeProject({
      "schema.json": catalog.stdout,
      "schema/orders.sql": SCHEMA,
    });
    for (const source of ["schema.json", "schema"]) {
      const { code, stdout, stderr } = await runCli(["types", "--from", source, "--scratch", db.url], { cwd });
      expect({ source, code, stderr }).toEqual({ source, code: 0, stderr: "" });
      expect(stdout).toBe(fromDatabase);
    }
  });

  test("refuses a check of no file, and a file that cannot be written", async () => {
    expect(await runCliJson(["types", "--check"], { cwd: writeProject({}) })).toMatchObject({
      code: 64,
      error: { code: "usage", message: "--check needs the file that is to be checked." },
    });
    const cwd = writeProject({});
    mkdirSync(join(cwd, "folder.ts"));
    const { code, stderr } = await types(cwd, "--out", "folder.ts");
    expect(code).toBe(64);
    expect(stderr).toContain("folder.ts cannot be read (EISDIR).");
  });
});
