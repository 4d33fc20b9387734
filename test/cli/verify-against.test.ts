import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ComparisonReport } from "../../src/checks/compare/compare-databases.ts";
import { runCli, runCliJson } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, total int, note text);
  INSERT INTO orders SELECT n, n, CASE WHEN n > 2 THEN 'x' END FROM generate_series(1, 20) n`;

test("databases that have the same rows pass; one that has others does not, and is not changed", async () => {
  await using db = await testDatabase();
  await using other = await testDatabase();
  await db.query(ORDERS);
  await other.query(`${ORDERS}; CREATE TABLE more (id int)`);
  const options = { cwd: writeProject({}), env: { DATABASE_URL: db.url } };
  const same = await runCli(["verify", "--against", other.url, "--only", "orders"], options);
  expect(same).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining(": 1 of 1 check passed.") });

  await other.query("ALTER TABLE orders ADD lockkeeper_new_total bigint");
  const notes = await runCli(["verify", "--against", other.url, "--only", "orders"], options);
  expect(notes).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^i public\.orders .*\n {2}info .*lockkeeper_new_total\./),
  });
  expect(notes.stdout).toContain(": 1 of 1 check passed; found: 1 info.");
  await other.query("ALTER TABLE orders DROP lockkeeper_new_total");

  await other.query("UPDATE orders SET total = 0 WHERE id = 7");
  const { code, result } = await runCliJson<ComparisonReport>(
    ["verify", "--against", other.url, "--output", "report.json"],
    options,
  );
  expect(code).toBe(1);
  expect(JSON.parse(readFileSync(join(options.cwd, "report.json"), "utf8"))).toEqual(result);
  expect(result?.results.map(({ check, findings }) => [check, findings.map(({ message }) => message)])).toEqual([
    ["public.more", ["The table public.more is only in the other database."]],
    ["public.orders", ["1 row is not the same in the other database: total (1)."]],
  ]);
  const alone = await runCliJson(["verify", "--map", "a=b"], options);
  expect(alone).toMatchObject({ code: 64, error: { code: "usage", message: "--map goes with --against." } });
  // A mistake in a URL must not pass for two databases that are the same.
  const itself = await runCliJson(["verify", "--against", `${db.url}?application_name=other`], options);
  expect(itself).toMatchObject({ code: 64, error: { message: expect.stringContaining("is the database itself") } });
  const mapped = await runCli(["verify", "--against", db.url, "--only", "orders", "--map", "orders=orders"], options);
  expect(mapped.code).toBe(0);
  const where = await runCliJson(["verify", "--against", other.url, "--where", "id > 1"], options);
  expect(where).toMatchObject({ code: 64, error: { message: "--where is about the columns of certain tables." } });
});

test("what a migration says that it changes is told, and what it does not say is an error", async () => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const cwd = writeProject({
    "migrations/0001_notes.sql": "UPDATE orders SET note = 'none' WHERE note IS NULL;\n",
  });
  const options = { cwd, env: { DATABASE_URL: db.url } };
  const taken = await runCli(["verify", "--snapshot", "before.json"], options);
  expect(taken).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^before\.json: 1 table of t_\w+ with 20 rows/),
  });
  expect(await runCli(["up"], options)).toMatchObject({ code: 0 });
  const named = await runCli(["verify", "--before", "before.json"], options);
  expect(named).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^i public\.orders [\s\S]*info Column note: .* changed; NULLs 2 → 0\.\n[\s\S]*: (\d+) of \1 checks? passed; found: 1 info\./,
    ),
  });

  await db.query("UPDATE orders SET total = total + 1 WHERE id = 20");
  const unnamed = await runCli(["verify", "--before", "before.json"], options);
  expect(unnamed.code).toBe(1);
  expect(unnamed.stdout).toMatch(
    /error Column total: .* changed; sum 210 → 211, greatest 20 → 21\. No plan names it\./,
  );

  writeFileSync(join(cwd, "before.json"), readFileSync(join(cwd, "before.json"), "utf8").slice(0, 200));
  const cut = await runCliJson(["verify", "--before", "before.json"], options);
  expect(cut).toMatchObject({ code: 64, error: { message: "before.json is no snapshot: it is cut off, or no JSON." } });
});
