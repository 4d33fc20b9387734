import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runShell } from "./installed-package.ts";
import { readmeBlocks } from "./readme-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const commands = readmeBlocks("See it work").flatMap(({ language, text }) => (language === "sh" ? [text.trim()] : []));

/** The demo fills a database and lets clients at it; a slow machine takes its time. */
const DEMO_TIMEOUT_MS = 300_000;

test("the README names two commands, each of which installs first", () => {
  expect(commands).toEqual(["npm ci && npm run demo", "npm ci && npm test"]);
});

test("the README's first command shows migrations under load and holds its own checks", {
  timeout: DEMO_TIMEOUT_MS,
}, async () => {
  // What is installed is what these tests run with; installing it again would take it from under them.
  const { status, output } = await runShell((commands[0] ?? "").replace("npm ci && ", ""), ROOT);
  expect(output).toContain("What the clients met");
  expect(output).toMatch(/10 migrations applied, 1 taken back/);
  expect(output).toMatch(/(\d+) of \1 checks held/);
  expect(status).toBe(0);
});

test("CI runs the README's second command from a clean clone", () => {
  const script = readFileSync(join(ROOT, ".ci/run"), "utf8");
  expect(script).toMatch(/^check "npm ci" npm ci$/m);
  expect(script).toMatch(/\bnpm test\b/);
});
