import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launcherText } from "../../scripts/launcher.ts";
import { addFiles, writeProject } from "../support/project.ts";

const LAUNCHER = launcherText("22.18");

/** The launcher beside a command that says that it was reached. */
function installed(): string {
  return writeProject({
    "package.json": '{ "type": "module" }\n',
    "lockkeeper.js": LAUNCHER,
    "cli.js": 'console.log("reached");\n',
  });
}

/** Starts the launcher under a Node that says it is of another version. */
function startUnder(version: string, folder = installed()): { status: number | null; stdout: string; stderr: string } {
  addFiles(folder, {
    "pretend.cjs": `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });\n`,
  });
  const args = ["--require", join(folder, "pretend.cjs"), join(folder, "lockkeeper.js")];
  return spawnSync(process.execPath, args, { encoding: "utf8" });
}

test.for(["22.18.0", "22.19.1", "23.0.0", "24.21.0"])("Node %s starts the command", (version) => {
  expect(startUnder(version)).toMatchObject({ status: 0, stdout: "reached\n", stderr: "" });
});

test.for(["22.17.9", "21.18.0", "20.20.2", "8.17.0"])("Node %s is told what is wanted", (version) => {
  const { status, stdout, stderr } = startUnder(version);
  expect({ status, stdout }).toEqual({ status: 64, stdout: "" });
  expect(stderr).toContain(`lockkeeper needs Node.js 22.18 or newer, and this is ${version} (`);
  expect(stderr).toContain("Nothing was run.");
});

test("it is read as a CommonJS module too, as by a Node that knows no other", () => {
  const folder = installed();
  addFiles(folder, { "package.json": "{}\n", "cli.js": 'console.log("reached");\n' });
  expect(startUnder("8.17.0", folder)).toMatchObject({ status: 64 });
  expect(startUnder("24.0.0", folder)).toMatchObject({ status: 0, stdout: "reached\n" });
});

test("nothing in it is newer than the oldest Node that people have", () => {
  expect(LAUNCHER).not.toMatch(/^\s*(import|export)\s+[\w{*"']/m);
  expect(LAUNCHER).not.toMatch(/=>|`|\?\.|\?\?|\b(const|let|class|async|await)\b/);
});

const OLD = ["/usr/bin/node", "/usr/local/bin/node"].filter(
  (path) => existsSync(path) && /^v(1\d|2[01])\./.test(spawnSync(path, ["--version"], { encoding: "utf8" }).stdout),
);

test.skipIf(OLD.length === 0)("an old Node of this machine is told what is wanted", () => {
  for (const path of OLD) {
    const { status, stderr } = spawnSync(path, [join(installed(), "lockkeeper.js")], { encoding: "utf8" });
    expect(status).toBe(64);
    expect(stderr).toMatch(/^lockkeeper needs Node\.js 22\.18 or newer/);
  }
});

test("the build asks for the Node that the package says it wants", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  expect(manifest.engines.node).toMatch(/^>=\d+\.\d+$/);
});
