import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cacheFolder, lintCached } from "../../src/cli/lint-cache.ts";
import type { LintUnit } from "../../src/hazards/judge-file.ts";
import { lintApart } from "../../src/hazards/lint-apart.ts";
import { DEFAULT_LINT_POLICY } from "../../src/hazards/policy.ts";

const OPTIONS = { policy: DEFAULT_LINT_POLICY, version: 180004 };

const unit = (file: string, text: string): LintUnit => ({ file, text, wrapping: "none" });

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "lockkeeper-cache-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test("what was judged before comes from the cache, under its present name", async () => {
  const path = folder();
  const first = await lintCached([unit("a.sql", "DROP TABLE t;")], OPTIONS, path);
  const cache = join(path, "lint.json");
  writeFileSync(cache, readFileSync(cache, "utf8").replaceAll("gone at once", "from the cache"));
  const [again, other] = await lintCached(
    [unit("b.sql", "DROP TABLE t;"), unit("c.sql", "DROP TABLE u;")],
    OPTIONS,
    path,
  );
  expect(first[0]?.findings.find(({ rule }) => rule === "drop-table")?.message).toMatch(/gone at once$/);
  expect(again?.findings.find(({ rule }) => rule === "drop-table")).toMatchObject({
    file: "b.sql",
    message: expect.stringMatching(/from the cache$/),
  });
  expect(other?.findings.find(({ rule }) => rule === "drop-table")?.message).toMatch(/gone at once$/);
});

test("another policy, version or way of running the file is judged anew", async () => {
  const path = folder();
  const sql = "CREATE INDEX CONCURRENTLY i ON t (a);";
  const rules = async (one: LintUnit, options = OPTIONS): Promise<string[]> =>
    (await lintCached([one], options, path)).flatMap(({ findings }) => findings.map(({ rule }) => rule));
  expect(await rules(unit("a.sql", sql))).not.toContain("concurrently-in-transaction");
  expect(await rules({ ...unit("a.sql", sql), wrapping: "tool" })).toContain("concurrently-in-transaction");
  expect(await rules(unit("a.sql", sql), { ...OPTIONS, version: 140002 })).toContain("index-corruption-14");
  const off = {
    ...OPTIONS,
    version: 140002,
    policy: { ...DEFAULT_LINT_POLICY, severities: { "index-corruption-14": "off" } },
  };
  expect(await rules(unit("a.sql", sql), off as typeof OPTIONS)).not.toContain("index-corruption-14");
});

test("a cache that is damaged is made anew", async () => {
  const path = folder();
  writeFileSync(join(path, "lint.json"), '{ "program": "');
  const [report] = await lintCached([unit("a.sql", "DROP TABLE t;")], OPTIONS, path);
  expect(report?.statements).toBe(1);
  expect(JSON.parse(readFileSync(join(path, "lint.json"), "utf8")).reports).toHaveLength(1);
});

test("many files on several threads give the reports that one thread gives, in their order", async () => {
  const filler = `-- ${"x".repeat(4_000)}\n`;
  const units = Array.from({ length: 120 }, (_, index) =>
    unit(`${index}.sql`, `${filler}CREATE INDEX i${index} ON t${index} (a);\n${index % 7 === 0 ? "SELEC;" : ""}`),
  );
  const together = await lintApart(units, OPTIONS);
  const alone = (await Promise.all(units.map((one) => lintApart([one], OPTIONS)))).flat();
  expect(together).toEqual(alone);
  expect(together.map(({ findings }) => findings[0]?.file)).toEqual(units.map(({ file }) => file));
});

test("caches are where the desktop keeps them", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/c" })).toBe(join("/c", "lockkeeper"));
  expect(cacheFolder({})).toMatch(/\.cache.lockkeeper$/);
});
