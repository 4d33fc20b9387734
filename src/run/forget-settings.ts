import type { PlannedStatement } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { workName } from "./lease.ts";

/**
 * What gives a session back as it was: a `SET` that code of the author's made (in a `DO` block, in a function) would
 * reach the migrations that follow, and behind a pooler whoever gets the connection next. It has to travel in the message
 * of that code: behind a pooler the next one may go elsewhere.
 */
export function forgetSettings({ backend }: Session, token: number): { readonly sql: string }[] {
  const name = quoteLiteral(workName(token));
  // By its name a successor finds the session; a pooler would pass that name on.
  const named = `CASE WHEN pg_backend_pid() = ${backend ?? "NULL"} THEN ${name} ELSE 'lockkeeper' END`;
  return [
    { sql: "RESET SESSION AUTHORIZATION" },
    { sql: "RESET ROLE" },
    { sql: "RESET ALL" },
    // Behind a pooler these are not the server's to know: it was somebody else who began the session.
    { sql: `SELECT set_config('application_name', ${named}, false), set_config('client_encoding', 'UTF8', false)` },
  ];
}

/** Whether a statement may run code of the author's, as far as its first word tells. */
export const mayRunCode = ({ sql }: Pick<PlannedStatement, "sql">): boolean =>
  !/^(?:alter|comment|drop|grant|revoke)\b/i.test(sql);
