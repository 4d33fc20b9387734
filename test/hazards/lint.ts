import { applyStatement } from "../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { emptyCatalog } from "../../src/catalog/state/empty-catalog.ts";
import type { FileReport } from "../../src/hazards/finding.ts";
import { judgeFile } from "../../src/hazards/judge-file.ts";
import { DEFAULT_LINT_POLICY, type LintPolicy } from "../../src/hazards/policy.ts";
import type { Example } from "../../src/hazards/rule.ts";
import { readDirectives } from "../../src/migrations/directives.ts";
import { parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";

/** Judges SQL against what its setup made; nothing else is there. Without a setup, nothing at all is known. */
export function lint(example: Example, policy: Partial<LintPolicy> = {}): FileReport {
  const { sql, setup, wrapping = "none", major = 18, minor = 4, insertedBefore } = example;
  const version = major * 10_000 + minor;
  const unit = {
    file: "example.sql",
    text: sql,
    wrapping,
    ...(wrapping === "own" ? { own: readDirectives(sql, "example.sql") } : {}),
    ...(insertedBefore === undefined ? {} : { insertedBefore }),
  };
  return judgeFile(unit, stateAfter(setup, version), { ...DEFAULT_LINT_POLICY, ...policy });
}

/** What a database holds after a setup, with everything in it old. */
export function stateAfter(setup: string | undefined, version: number): CatalogState {
  if (setup === undefined) {
    return CatalogState.unknown(version);
  }
  const state = CatalogState.of(emptyCatalog(version));
  for (const source of splitSql(setup).statements) {
    applyStatement(state, parseStatement(source, "setup.sql"));
  }
  return CatalogState.of(state.catalog());
}
