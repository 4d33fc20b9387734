import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/errors/catalogue.ts";
import { CliProcess } from "../support/cli.ts";
import { until } from "../support/until.ts";

const CODE = "output_failed";
const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

test.skipIf(!existsSync("/dev/full")).for([["errors"], ["errors", "--json"], ["errors", "--events"], ["--help"]])(
  "%s fails when its result cannot be written",
  (args) => {
    const { status, stderr } = spawnSync("bash", ["-c", '"$@" >/dev/full', "bash", process.execPath, MAIN, ...args], {
      encoding: "utf8",
    });
    expect(status).toBe(CATALOGUE[CODE].exit);
    expect(stderr).toMatch(new RegExp(`^✗ ${CODE}: The result could not be written to standard output: .*ENOSPC`));
  },
);

test("whoever has seen enough and closes the pipe is told nothing of it", async () => {
  const command = new CliProcess(["errors"], { cwd: "/" });
  command.closeStdout();
  let ended = false;
  void command.end.then(() => {
    ended = true;
  });
  await until("the command ends", () => ended);
  expect(await command.end).toMatchObject({ code: 0, stderr: "" });
});
