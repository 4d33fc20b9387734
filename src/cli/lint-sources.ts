import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { shownPath } from "../desired/sql-files.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { FileReport } from "../hazards/finding.ts";
import type { LintUnit } from "../hazards/judge-file.ts";
import type { Wrapping } from "../hazards/rule.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule } from "../migrations/migration-module.ts";
import { decodeUtf8 } from "../sql/normalize-text.ts";
import { splitSql } from "../sql/split-sql.ts";

/** A unit, or why there is none. */
export type LintSource = { readonly file: string } & ({ readonly unit: LintUnit } | { readonly report: FileReport });

/**
 * The files that differ from a revision, those that git does not know yet among them.
 *
 * @throws LockkeeperError `usage` when git cannot tell
 */
export function changedSince(revision: string, cwd: string): ReadonlySet<string> {
  const git = (...args: readonly string[]): string[] => {
    try {
      return execFileSync("git", [...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
        .split("\0")
        .filter((name) => name !== "");
    } catch (error) {
      const [reason = ""] = String((error as { readonly stderr?: unknown }).stderr ?? error).split("\n");
      throw new LockkeeperError("usage", {
        message: `git cannot tell what changed since ${revision}: ${reason}`,
        notDone: "Nothing was judged.",
      });
    }
  };
  if (revision.startsWith("-")) {
    throw new LockkeeperError("usage", { message: `${revision} is no revision.`, notDone: "Nothing was judged." });
  }
  const changed = git("diff", "--name-only", "-z", "--relative", "--diff-filter=d", revision, "--");
  const unknown = git("ls-files", "--others", "--exclude-standard", "-z");
  return new Set([...changed, ...unknown].map((name) => shownPath(resolve(cwd, name), cwd)));
}

/** A file as it is, run by nobody known. */
export function sourceOfFile(file: string, cwd: string, wrapping: Wrapping): LintSource {
  try {
    const text = decodeUtf8(readFileSync(resolve(cwd, file)), file);
    return { file, unit: { file, text, wrapping } };
  } catch (error) {
    const reason =
      error instanceof LockkeeperError ? error.message : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    return { file, report: unreadable(file, reason, "syntax") };
  }
}

/** A migration with what is known of how it is run. */
export async function sourcesOfMigration(
  migration: Migration,
  insertedBefore?: string,
): Promise<readonly LintSource[]> {
  const { file, kind, text, firstLine, layout, directives } = migration;
  const own = layout === "lockkeeper" ? { own: directives } : {};
  const inserted = insertedBefore === undefined ? {} : { insertedBefore };
  if (kind === "foreign") {
    return [{ file, report: unreadable(file, `only ${migration.layout} can run it: it is not plain SQL`, "file") }];
  }
  if (kind === "typescript") {
    const { steps } = await loadMigrationModule(migration);
    return steps.flatMap((step) =>
      "sql" in step ? [{ file, unit: { file, text: step.sql, wrapping: "own", own: directives, ...inserted } }] : [],
    );
  }
  return [{ file, unit: { file, text, firstLine, wrapping: wrappingOf(migration), ...own, ...inserted } }];
}

const unreadable = (file: string, reason: string, kind: "syntax" | "file"): FileReport => ({
  findings: [],
  unchecked: [{ kind, file, line: 1, column: 1, reason }],
  statements: 0,
});

/** These send a file as one message: several statements share a transaction, a single one has none. */
const ONE_MESSAGE: ReadonlySet<string> = new Set(["prisma", "golang-migrate"]);

/** Who opens transactions around a migration: our runner, or the tool whose layout it is in. */
function wrappingOf({ layout, directives, text }: Migration): Wrapping {
  if (layout === "lockkeeper") {
    return directives.transaction === "each" ? "none" : "own";
  }
  if (directives.transaction === "each") {
    return "none";
  }
  return ONE_MESSAGE.has(layout) && isSingle(text) ? "none" : "tool";
}

function isSingle(text: string): boolean {
  try {
    return splitSql(text).statements.length <= 1;
  } catch {
    return false;
  }
}
