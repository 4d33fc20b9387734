import type { ConcurrentStep } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { quoteQualified } from "../sql/quote.ts";
import { withIndexName } from "../sql/with-index-name.ts";

// The leftover of a failed build is no obstacle: it is mended like that of an index with a name.
const FIRST_FREE = `SELECT o.name FROM unnest($1::text[]) WITH ORDINALITY AS o(name, place)
WHERE NOT EXISTS (SELECT FROM pg_class AS t JOIN pg_class AS c ON c.relnamespace = t.relnamespace AND c.relname = o.name
  LEFT JOIN pg_index AS i ON i.indexrelid = c.oid AND i.indrelid = t.oid
  WHERE t.oid = to_regclass($2) AND i.indisvalid IS DISTINCT FROM false)
ORDER BY o.place LIMIT 1`;

/**
 * Gives an index without a name the first one that is free, as PostgreSQL would; the plan holds the one that is
 * preferred.
 *
 * @returns the step itself where that one is free, or where the author named the index
 */
export async function chooseIndexName(session: Session, step: ConcurrentStep): Promise<ConcurrentStep> {
  const { probe } = step;
  if (probe.kind !== "create-index" || probe.unnamed === undefined) {
    return step;
  }
  const { sql, names } = probe.unnamed;
  const [free] = await session.query<{ name: string }>(FIRST_FREE, [names, quoteQualified(probe.table)]);
  if (free === undefined || free.name === probe.index.name) {
    return step;
  }
  const { compileSteps } = await import("../plan/compile-plan.ts");
  await loadParser();
  const text = withIndexName(sql, free.name);
  const options = { phase: step.phase, each: false };
  const [named] = compileSteps([{ kind: "sql", text, file: step.at.file, firstLine: 1 }], options);
  if (named?.kind !== "concurrent") {
    return step;
  }
  const undo = step.statement.undo.length === 0 ? [] : named.statement.undo;
  return {
    ...step,
    title: named.title,
    statement: { ...step.statement, sql: named.statement.sql, undo },
    probe: { ...probe, index: { ...probe.index, name: free.name } },
  };
}
