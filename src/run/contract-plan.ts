import { compareIds } from "../migrations/order-migrations.ts";
import type { DdlStep, Leftover, Plan, PlannedStatement, Step } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { RENAMED_OBJECTS } from "./renamed-objects.ts";

/** For each leftover of `$1`, in order: what bears it today, as it is written in SQL; null when it is gone. */
const FIND = `SELECT CASE CASE l.it ->> 'kind' WHEN 'second column' THEN 'trigger' ELSE l.it ->> 'kind' END
    WHEN 'schema' THEN (SELECT quote_ident(n.nspname) FROM pg_namespace AS n WHERE n.nspname = l.it ->> 'name')
    WHEN 'view' THEN (SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind = 'v' AND n.nspname = l.it ->> 'schema' AND c.relname = l.it ->> 'name'
        AND obj_description(c.oid, 'pg_class') = l.it ->> 'comment')
    WHEN 'trigger' THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_trigger AS t
      JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN pg_namespace AS f ON f.oid = p.pronamespace
      WHERE t.tgname = coalesce(l.it ->> 'trigger', l.it ->> 'name') AND t.tgparentid = 0
        AND f.nspname = l.it -> 'function' ->> 'schema' AND p.proname = l.it -> 'function' ->> 'name'
      ORDER BY n.nspname = l.it -> 'table' ->> 'schema' AND c.relname = l.it -> 'table' ->> 'name' DESC, c.oid LIMIT 1)
    WHEN 'index' THEN (SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind = 'i' AND n.nspname = l.it ->> 'schema' AND c.relname = l.it ->> 'name')
    WHEN 'dropped' THEN (SELECT string_agg(i.identity, ', ' ORDER BY i.identity) FROM (${RENAMED_OBJECTS}) AS o,
      pg_identify_object(o.class, o.oid, 0) AS i WHERE o.what = l.it ->> 'what' AND l.it -> 'names' ? o.name)
    WHEN 'named' THEN l.it ->> 'sql'
    -- In plans of before 'named'.
    WHEN 'type' THEN (SELECT t.oid::regtype::text FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
      WHERE n.nspname = l.it ->> 'schema' AND t.typname = l.it ->> 'name')
    WHEN 'function' THEN (SELECT p.oid::regprocedure::text FROM pg_proc AS p
      JOIN pg_namespace AS n ON n.oid = p.pronamespace
      WHERE n.nspname = l.it ->> 'schema' AND p.proname = l.it ->> 'name' AND p.pronargs = 0)
    ELSE (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_attribute AS a
      JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE a.attname = l.it ->> 'name' AND NOT a.attisdropped AND a.attinhcount = 0 AND c.relkind IN ('r', 'p')
      ORDER BY c.oid LIMIT 1)
  END AS found
FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS l(it, place) ORDER BY l.place`;

/**
 * The plan that removes what a migration left standing. Later migrations and people may have renamed or removed some of
 * it: a column is looked for by its hidden name or by the trigger that keeps it, a trigger by its function, and what is gone needs no step.
 *
 * @param up the plan under which the migration was applied
 * @param floor the oldest migration whose applications the database serves now
 */
export async function contractPlan(session: Session, up: Plan, floor: string | null): Promise<Plan> {
  const steps = up.contract ?? [];
  const leftovers = steps.flatMap((step) => statementsOf(step)).flatMap(({ leftover }) => leftover ?? []);
  const rows = await session.query<{ found: string | null }>(FIND, [JSON.stringify(leftovers)]);
  const found = new Map(leftovers.map((leftover, index) => [leftover, rows[index]?.found ?? undefined]));
  const raises = floor === null || compareIds(floor, up.migration) < 0;
  return {
    format: 1,
    migration: up.migration,
    direction: "contract",
    checksum: up.checksum,
    steps: steps.flatMap((step) => presentStep(step, found)),
    // Who needs what is removed here is older than the migration that took it away.
    ...(raises ? { raisesFloorTo: up.migration } : {}),
  };
}

type Found = ReadonlyMap<Leftover, string | undefined>;

/** Steps of this phase are all of one transaction; settings alone need none. */
function presentStep(step: Step, found: Found): DdlStep[] {
  const statements = statementsOf(step).flatMap((statement) => presentStatement(statement, found));
  return step.kind === "ddl" && statements.some(({ leftover }) => leftover !== undefined)
    ? [{ ...step, statements }]
    : [];
}

function presentStatement(statement: PlannedStatement, found: Found): PlannedStatement[] {
  const { leftover } = statement;
  if (leftover === undefined) return [statement];
  const place = found.get(leftover);
  if (place === undefined) return [];
  switch (leftover.kind) {
    case "column":
      return [{ ...statement, sql: `ALTER TABLE ${place} DROP COLUMN ${quoteIdentifier(leftover.name)}` }];
    case "second column":
      return [{ ...statement, sql: `ALTER TABLE ${place} DROP COLUMN IF EXISTS ${quoteIdentifier(leftover.name)}` }];
    case "dropped":
      return [{ ...statement, sql: `DROP ${leftover.what} ${place}` }];
    case "trigger":
      return [{ ...statement, sql: `DROP TRIGGER ${quoteIdentifier(leftover.name)} ON ${place}` }];
    default:
      return [statement];
  }
}

const statementsOf = (step: Step): readonly PlannedStatement[] => (step.kind === "ddl" ? step.statements : []);
