import type { DataRemoval } from "../plan/data-removals.ts";
import type { RemovedObject } from "../plan/plan.ts";
import { connect } from "../postgres/session.ts";

/** For each object of `$1`, in order, whether there is one. A name without a schema may lie in any. */
const PRESENT = `SELECT CASE o.object ->> 'kind'
    WHEN 'schema' THEN EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = o.object #>> '{names,0}')
    ELSE EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = o.object #>> '{names,-1}'
        AND (jsonb_array_length(o.object -> 'names') = 1 OR n.nspname = o.object #>> '{names,-2}')
        AND (o.object ->> 'column' IS NULL OR EXISTS (SELECT FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attname = o.object ->> 'column' AND NOT a.attisdropped)))
  END AS present
FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS o(object, place) ORDER BY o.place`;

/**
 * The removals that have something to remove: `DROP TABLE IF EXISTS` of a table that is not there has nothing.
 *
 * @throws LockkeeperError those of connecting
 */
export async function presentRemovals(url: string, removals: readonly DataRemoval[]): Promise<readonly DataRemoval[]> {
  const optional = removals.flatMap(({ ifThere }) => ifThere ?? []);
  if (optional.length === 0) {
    return removals;
  }
  await using session = await connect(url);
  const rows = await session.query<{ present: boolean }>(PRESENT, [JSON.stringify(optional)]);
  const present = new Set<RemovedObject>(optional.filter((_, index) => rows[index]?.present === true));
  return removals.filter(({ ifThere }) => ifThere === undefined || present.has(ifThere));
}
