import type { Session } from "../postgres/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { KeyColumn, SweepPart } from "./sweep-facts.ts";
import { keyText } from "./work-sql.ts";

/** Tables with fewer rows are one range. */
const SMALLEST_ROWS = 50_000;
const MOST_RANGES = 64;

/**
 * Ends of stretches of about the same number of rows, the highest key last; nothing for an empty table. What lies
 * between is taken from the statistics, where there are some for a key of one column.
 */
export async function keyBounds(
  session: Session,
  { oid, relation, rows }: SweepPart,
  columns: readonly KeyColumn[],
): Promise<readonly (readonly string[])[]> {
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const [highest] = await session.query<{ key: string[] }>(
    `SELECT ${keyText(names)} AS key FROM ONLY ${relation} ORDER BY ${names.map((name) => `${name} DESC`).join(", ")} LIMIT 1`,
  );
  if (highest === undefined) return [];
  const [only, another] = columns;
  if (only === undefined || another !== undefined || rows < SMALLEST_ROWS) return [highest.key];
  const between = await session.query<{ key: string[] }>(
    `SELECT ${keyText(["b.bound"])} AS key FROM (
       SELECT DISTINCT h.bound FROM pg_stats AS s JOIN pg_class AS c ON c.relname = s.tablename
       JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
       CROSS JOIN LATERAL unnest(s.histogram_bounds::text::${only.type}[]) AS h(bound)
       WHERE c.oid = $1 AND s.attname = $2 AND NOT s.inherited AND h.bound < $3::text::${only.type}) AS b ORDER BY b.bound`,
    [oid, only.name, highest.key[0]],
  );
  const every = Math.ceil((between.length + 1) / MOST_RANGES);
  return [...between.filter((_, index) => index % every === every - 1).map(({ key }) => key), highest.key];
}
