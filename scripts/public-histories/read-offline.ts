import type { Catalog } from "../../src/catalog/catalog.ts";
import { applyStatement } from "../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { effectsOf } from "../../src/effects/effects-of.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import type { FileReport } from "../../src/hazards/finding.ts";
import { lintUnits } from "../../src/hazards/lint-units.ts";
import { DEFAULT_LINT_POLICY } from "../../src/hazards/policy.ts";
import { type ParsedStatement, parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import type { HistoryFile } from "./fetch-history.ts";

export interface OfflineReading {
  readonly statements: number;
  /** One of each file, in their order. */
  readonly reports: readonly FileReport[];
  /** What PostgreSQL's grammar refuses. */
  readonly unread: readonly string[];
  /** What a statement may have done that the catalog state does not show. */
  readonly unfollowed: readonly string[];
  /** Errors that are no answer to the input. */
  readonly crashes: readonly string[];
  /** What statement after statement leave behind. */
  readonly state: CatalogState;
}

/**
 * Reads a history without a server: each file is linted as another tool would run it, at another time than those before
 * it; each statement is asked for its effects and applied.
 *
 * @param empty the catalog that the first file finds
 */
export function readOffline(files: readonly HistoryFile[], empty: Catalog): OfflineReading {
  const unread: string[] = [];
  const unfollowed: string[] = [];
  const crashes: string[] = [];
  let statements = 0;
  const state = CatalogState.of(empty, { user: "postgres" });
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      crashes.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  };
  for (const { path, text } of files) {
    for (const { place, sql, parsed } of parsedStatements(path, text, unread)) {
      statements += 1;
      attempt(`effects of ${place}`, () => effectsOf(parsed, state));
      attempt(`effects of ${place} alone`, () => effectsOf(parsed, CatalogState.unknown(state.version)));
      attempt(`applying ${place}`, () => {
        unfollowed.push(...applyStatement(state, parsed).unfollowed.map((what) => `${place}: ${what}: ${sql}`));
      });
    }
  }
  const reports = lintUnits(
    files.map(({ path, text }) => ({ file: path, text, wrapping: "tool" })),
    {
      policy: DEFAULT_LINT_POLICY,
      version: state.version,
      state: CatalogState.of(empty, { user: "postgres" }),
      apart: true,
    },
  );
  for (const { file, line, reason } of reports.flatMap(({ unchecked }) => unchecked).filter(isFailure)) {
    crashes.push(`lint of ${file}:${line}: ${reason}`);
  }
  return { statements, reports, unread, unfollowed, crashes, state };
}

const isFailure = ({ kind }: { readonly kind: string }): boolean => kind === "failure";

/** The statements of a file as far as they can be read; what cannot is told in `unread`. */
export function parsedStatements(
  path: string,
  text: string,
  unread: string[],
): readonly { readonly place: string; readonly sql: string; readonly parsed: ParsedStatement }[] {
  try {
    return splitSql(text, path).statements.map((one) => ({
      place: `${path}:${one.line}`,
      sql: one.text,
      parsed: parseStatement(one, path, text),
    }));
  } catch (error) {
    if (!(error instanceof LockkeeperError)) throw error;
    unread.push(error.message);
    return [];
  }
}
