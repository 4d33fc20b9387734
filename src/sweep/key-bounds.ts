import type { Session } from "../postgres/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { KeyColumn } from "./sweep-facts.ts";
import { keyText } from "./work-sql.ts";

/**
 * Ends of stretches of about the same number of rows, the highest key last; nothing for an empty table. What lies
 * between is taken from the statistics, where there are some for a key of one column.
 */
export async function keyBounds(
  session: Session,
  relation: string,
  columns: readonly KeyColumn[],
): Promise<readonly (readonly string[])[]> {
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const [highest] = await session.query<{ key: string[] }>(
    `SELECT ${keyText(names)} AS key FROM ONLY ${relation} ORDER BY ${names.map((name) => `${name} DESC`).join(", ")} LIMIT 1`,
  );
  if (highest === undefined) return [];
  return [highest.key];
}
