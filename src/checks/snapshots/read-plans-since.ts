import type { Plan } from "../../plan/plan.ts";
import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";

/** The plans that were at work since then; none where there is no journal. */
export async function readPlansSince(session: Session, at: string): Promise<readonly Plan[]> {
  try {
    const rows = await session.query<{ plan: Plan }>(
      "SELECT plan FROM lockkeeper.run WHERE coalesce(finished_at, 'infinity') >= $1::timestamptz ORDER BY id",
      [at],
    );
    return rows.map(({ plan }) => plan);
  } catch (error) {
    const code = databaseError(error)?.code;
    if (code === "42P01" || code === "3F000") return [];
    throw error;
  }
}
