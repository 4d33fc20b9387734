import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { applyStatement } from "../../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../../src/catalog/state/catalog-state.ts";
import type { Session } from "../../../src/postgres/session.ts";
import { loadParser, type ParsedStatement, parseStatement } from "../../../src/sql/parse-statement.ts";
import { splitSql } from "../../../src/sql/split-sql.ts";
import { structureOf } from "./structure.ts";

/** Statements that follow each other, and what holds before them. */
export interface Followed {
  readonly what: string;
  readonly given?: string;
  readonly statements: string;
  readonly since?: number;
}

export async function parsedStatements(sql: string): Promise<readonly { text: string; parsed: ParsedStatement }[]> {
  await loadParser();
  return splitSql(sql, "case").statements.map((one) => ({ text: one.text, parsed: parseStatement(one, "case") }));
}

/**
 * Runs the statements one by one in a transaction that is taken back, and applies them to the state that stood before
 * the first. After each of them what the state says and what the server says are given, as far as they are structure.
 */
export async function follow(
  session: Session,
  { given, statements }: Followed,
): Promise<readonly { readonly statement: string; readonly applied: unknown; readonly read: unknown }[]> {
  await session.query("BEGIN");
  try {
    if (given !== undefined) {
      await session.query(given);
    }
    const read = () => readCatalog(session.query, { snapshot: "open transaction" });
    const state = CatalogState.of(await read(), { user: "postgres" });
    state.begin();
    const steps = [];
    for (const { text, parsed } of await parsedStatements(statements)) {
      await session.query(text);
      applyStatement(state, parsed);
      steps.push({ statement: text, applied: structureOf(state.catalog()), read: structureOf(await read()) });
    }
    return steps;
  } finally {
    await session.query("ROLLBACK");
  }
}
