import { expect, test } from "vitest";
import { runCli, runCliJson } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

test("gates tells what keeps a run from starting, and up says who let it pass", async () => {
  await using db = await testDatabase();
  const cwd = writeProject({ "migrations/0001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY);\n" });
  const gates = JSON.stringify([{ gate: "backup", within: "1d", override: true }, { gate: "drift" }]);
  const at = { cwd, env: { DATABASE_URL: db.url, LOCKKEEPER_GATES: gates } };
  const shown = await runCli(["gates"], at);
  expect(shown).toMatchObject({ code: 3 });
  expect(shown.stdout).toMatch(
    /^up 0001_orders\nplan [0-9a-f]{64}\n\n✗ backup does not hold: No backup was restored and compared yet\.\n {4}lockkeeper backup --verify\n- drift not needed: /,
  );
  expect(await runCliJson(["up"], at)).toMatchObject({ ok: false, error: { code: "gate_closed" } });
  expect(await runCliJson(["up", "--because", "why"], at)).toMatchObject({ ok: false, error: { code: "usage" } });
  expect(await runCli(["up", "--override", "backup", "--because", "nothing is in it yet"], at)).toMatchObject({
    code: 0,
  });
  expect((await runCli(["history"], at)).stdout).toContain("gate backup overridden by postgres: nothing is in it yet");
  expect(await runCli(["gates"], at)).toMatchObject({ code: 0, stdout: "Nothing would run.\n" });
});
