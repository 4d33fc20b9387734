import type { ObjectId } from "../../catalog/object-id.ts";
import type { Element } from "../../diff/element.ts";
import type { Session } from "../../postgres/session.ts";

/** Where an object is found in the system catalogs. */
interface Place {
  readonly id: ObjectId;
  readonly kind: string;
  readonly schema: string | undefined;
  readonly name: string | undefined;
  /** Of a relation. */
  readonly part: string | undefined;
  readonly args: string | undefined;
}

const FOUND = `SELECT w.id, to_json(max(pg_xact_commit_timestamp(f.xmin))) #>> '{}' AS at
FROM jsonb_to_recordset($1::jsonb) AS w(id text, kind text, schema text, name text, part text, args text)
LEFT JOIN pg_namespace AS n ON n.nspname = w.schema
LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name AND w.args IS NULL
CROSS JOIN LATERAL (
  SELECT c.xmin WHERE w.part IS NULL AND c.oid IS NOT NULL
  UNION ALL SELECT i.xmin FROM pg_class AS i WHERE w.kind = 'index' AND i.relnamespace = n.oid AND i.relname = w.part
  UNION ALL SELECT a.xmin FROM pg_attribute AS a WHERE w.kind = 'column' AND a.attrelid = c.oid AND a.attname = w.part
  UNION ALL SELECT d.xmin FROM pg_attrdef AS d JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE w.kind = 'default' AND a.attrelid = c.oid AND a.attname = w.part
  UNION ALL SELECT k.xmin FROM pg_constraint AS k WHERE w.kind = 'constraint' AND k.conrelid = c.oid AND k.conname = w.part
  UNION ALL SELECT t.xmin FROM pg_trigger AS t WHERE w.kind = 'trigger' AND t.tgrelid = c.oid AND t.tgname = w.part
  UNION ALL SELECT r.xmin FROM pg_rewrite AS r WHERE w.kind = 'rule' AND r.ev_class = c.oid AND r.rulename = w.part
  UNION ALL SELECT p.xmin FROM pg_policy AS p WHERE w.kind = 'policy' AND p.polrelid = c.oid AND p.polname = w.part
  UNION ALL SELECT p.xmin FROM pg_proc AS p WHERE p.pronamespace = n.oid AND p.proname = w.name
    AND pg_get_function_identity_arguments(p.oid) = w.args
  UNION ALL SELECT t.xmin FROM pg_type AS t WHERE w.kind IN ('enum', 'domain', 'range', 'composite')
    AND t.typnamespace = n.oid AND t.typname = w.name
  UNION ALL SELECT s.xmin FROM pg_namespace AS s WHERE w.kind = 'schema' AND s.nspname = w.name
  UNION ALL SELECT e.xmin FROM pg_extension AS e WHERE w.kind = 'extension' AND e.extname = w.name
) AS f WHERE pg_xact_commit_timestamp(f.xmin) IS NOT NULL GROUP BY w.id`;

/**
 * When objects were last changed: the commits that wrote their rows of the system catalogs. Only a server with
 * `track_commit_timestamp` knows, since it was switched on and for as long as it keeps them.
 *
 * @param elements as they are in the database
 * @returns ISO 8601, of those that are known; undefined where the server keeps no times
 */
export async function changedAt(
  session: Session,
  elements: readonly Element[],
): Promise<ReadonlyMap<ObjectId, string> | undefined> {
  const [setting] = await session.query<{ on: boolean }>(
    "SELECT current_setting('track_commit_timestamp') = 'on' AS on",
  );
  if (setting?.on !== true) return undefined;
  const rows = await session.query<{ id: string; at: string }>(FOUND, [JSON.stringify(elements.map(placeOf))]);
  return new Map(rows.map(({ id, at }) => [id, at]));
}

function placeOf({ id, kind, value }: Element): Place {
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (field: unknown): string | undefined => (typeof field === "string" ? field : undefined);
  const on = fields["on"] as { readonly schema: string; readonly name: string } | undefined;
  const name = text(fields["name"]);
  return on === undefined
    ? { id, kind, schema: text(fields["schema"]), name, part: undefined, args: text(fields["identityArguments"]) }
    : { id, kind, schema: on.schema, name: on.name, part: name ?? text(fields["column"]), args: undefined };
}
