import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileReport } from "../hazards/finding.ts";
import type { LintUnit } from "../hazards/judge-file.ts";
import { lintApart } from "../hazards/lint-apart.ts";
import type { LintPolicy } from "../hazards/policy.ts";

interface Options {
  readonly policy: LintPolicy;
  readonly version: number;
}

/** Where caches of people's own are, by the rules of the desktop. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "lockkeeper");
}

/**
 * Judges units apart, and keeps what was found by their content: what has not changed is not even parsed again.
 *
 * @param folder where the cache is; undefined for none
 */
export async function lintCached(
  units: readonly LintUnit[],
  options: Options,
  folder: string | undefined,
): Promise<readonly FileReport[]> {
  if (folder === undefined) {
    return await lintApart(units, options);
  }
  const path = join(folder, "lint.json");
  const program = programIdentity();
  const known = read(path, program);
  const keys = units.map((unit) => keyOf(unit, options));
  const missing = units.filter((_, index) => !known.has(keys[index] ?? ""));
  const made = (await lintApart(missing, options)).values();
  const reports = units.map((unit, index): FileReport => {
    const before = known.get(keys[index] ?? "");
    return before === undefined ? (made.next().value ?? NOTHING) : named(before, unit.file);
  });
  if (missing.length > 0) {
    // What this call did not ask for stays until there is too much of it.
    const asked = new Set(keys);
    const kept = [...known].filter(([key]) => !asked.has(key)).slice(-MOST_OTHERS);
    write(path, {
      program,
      reports: [...kept, ...reports.map((report, index) => [keys[index] ?? "", report] as const)],
    });
  }
  return reports;
}

const MOST_OTHERS = 5_000;

/** The program as it is now: another build may find other things. */
function programIdentity(): string {
  const { mtimeMs, size } = statSync(fileURLToPath(import.meta.url));
  return `${import.meta.url} ${mtimeMs} ${size}`;
}

function keyOf({ text, wrapping, own, firstLine, insertedBefore }: LintUnit, { policy, version }: Options): string {
  const settings = { ...policy, identifiers: policy.identifiers.source };
  return hash(
    "sha256",
    JSON.stringify([text, wrapping, own, firstLine, insertedBefore, settings, version]),
    "base64url",
  );
}

/** The same text under another name has the same findings. */
const named = ({ findings, unchecked, statements }: FileReport, file: string): FileReport => ({
  findings: findings.map((one) => (one.file === file ? one : { ...one, file })),
  unchecked: unchecked.map((one) => (one.file === file ? one : { ...one, file })),
  statements,
});

const NOTHING: FileReport = { findings: [], unchecked: [], statements: 0 };

interface CacheFile {
  readonly program: string;
  readonly reports: readonly (readonly [string, FileReport])[];
}

function read(path: string, program: string): ReadonlyMap<string, FileReport> {
  try {
    const cache: CacheFile = JSON.parse(readFileSync(path, "utf8"));
    return cache.program === program ? new Map(cache.reports) : new Map();
  } catch {
    // Not there, or half of it: it is made anew.
    return new Map();
  }
}

/** A cache that cannot be written is none. */
function write(path: string, cache: CacheFile): void {
  try {
    mkdirSync(join(path, ".."), { recursive: true });
    const next = `${path}.${process.pid}`;
    writeFileSync(next, JSON.stringify(cache));
    renameSync(next, path);
  } catch {
    return;
  }
}
