import type { SweepSpec } from "../online/sweep-spec.ts";
import type { Session } from "../postgres/session.ts";
import type { SweepPart } from "./sweep-facts.ts";
import { leftKeysSql } from "./work-sql.ts";

/** A row that is not as the sweep wants it. */
export interface LeftRow {
  readonly relation: string;
  /** Values of its key by their columns; its place (`ctid`) where it has no key. */
  readonly key: Readonly<Record<string, unknown>>;
}

/** How long they are looked for, ms: nothing but the message depends on it. */
const LOOK_LIMIT_MS = 5_000;

/**
 * The first rows for which `left` holds.
 *
 * @param most how many are wanted
 * @returns fewer, or none, where looking takes too long or fails: somebody may have mended them meanwhile, too
 */
export async function leftRows(
  session: Session,
  spec: SweepSpec,
  parts: readonly SweepPart[],
  most: number,
): Promise<readonly LeftRow[]> {
  const found: LeftRow[] = [];
  try {
    for (const part of parts) {
      if (found.length >= most) break;
      const { rows } = await session.batch([
        { sql: "BEGIN READ ONLY" },
        { sql: `SET LOCAL statement_timeout = ${LOOK_LIMIT_MS}` },
        { sql: leftKeysSql(spec, part, most - found.length), wantRows: true },
        { sql: "COMMIT" },
      ]);
      for (const [key] of rows[2] ?? []) {
        found.push({ relation: part.relation, key: JSON.parse(String(key)) as LeftRow["key"] });
      }
    }
  } catch {
    await session.rollback();
  }
  return found;
}
