import type { Migration } from "../../migrations/migration.ts";
import { allReplaced } from "../../migrations/replaced.ts";
import type { Session } from "../../postgres/session.ts";
import { recordDecision } from "../audit.ts";

/**
 * Records migrations as in force that stand for others which all are. Those stay on record, for programs of older releases
 * that have their files; their absence is no news to anybody, and neither is the file of the new one.
 */
export async function recordSquashes(session: Session, squashes: readonly Migration[]): Promise<void> {
  for (const { id, checksum, directives } of squashes) {
    const replaces = allReplaced(directives);
    await session.query(
      `INSERT INTO lockkeeper.migration (id, position, checksum, origin, file_gone) OVERRIDING SYSTEM VALUE
       SELECT $1, min(position) - 1, $2, 'baseline', true FROM lockkeeper.migration`,
      [id, checksum],
    );
    await session.query("UPDATE lockkeeper.migration SET file_gone = true WHERE id = ANY ($1)", [replaces]);
    await recordDecision(session, { action: "squash", subject: id, detail: { replaces } });
  }
}

/** Of those asked for, the first that a migration in force stands for, with that one. */
export async function squashOf(
  session: Session,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly squash: string } | undefined> {
  const [found] = await session.query<{ id: string; squash: string }>(
    `SELECT i.id, a.subject AS squash FROM unnest($1::text[]) WITH ORDINALITY AS i(id, n)
     JOIN lockkeeper.audit AS a ON a.action = 'squash' AND a.detail -> 'replaces' ? i.id
     JOIN lockkeeper.migration AS m ON m.id = a.subject ORDER BY i.n LIMIT 1`,
    [ids],
  );
  return found;
}
