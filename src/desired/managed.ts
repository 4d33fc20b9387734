import type { QualifiedName } from "../catalog/model/names.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { StepTable } from "../online/step-table.ts";
import { failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { quoteQualified } from "../sql/quote.ts";
import { keptAheadByWords } from "./kept-ahead.ts";
import type { Managed } from "./left-alone.ts";

/** Schemas in which extensions make objects that they do not own by the catalog's word, by the extension. */
const SCHEMAS_OF: Readonly<Record<string, string>> = {
  pg_cron: "cron",
  pgmq: "pgmq",
  timescaledb: "^(_timescaledb_.*|timescaledb_.*)$",
};

const schemasSql = (): string => `
SELECT n.nspname AS name FROM pg_namespace n
WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
   ${Object.entries(SCHEMAS_OF)
     .map(
       ([extension, schema]) =>
         `OR (n.nspname ${schema.startsWith("^") ? "~" : "="} '${schema}' AND EXISTS (SELECT FROM pg_extension WHERE extname = '${extension}'))`,
     )
     .join("\n   ")}
ORDER BY 1`;

/** Tables in which pg_partman keeps what it looks after: those of its extension, or of its scripts. */
const CONFIG_TABLES = `
SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'part_config' AND c.relkind IN ('r', 'p')
  AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('parent_table', 'partition_interval', 'template_table')) = 3`;

/** Their names are texts such as `public.events`; what is not there any more is passed over. */
const configSql = (table: QualifiedName): string => `
SELECT k.what, n.nspname AS schema, c.relname AS name
FROM ${quoteQualified(table)} p
CROSS JOIN LATERAL (VALUES ('parent', p.parent_table::text), ('template', p.template_table::text)) k (what, written)
JOIN pg_class c ON true JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.written = concat(n.nspname, '.', c.relname)`;

/**
 * What extensions and partition managers make in a database beside their own objects.
 *
 * @throws LockkeeperError `permission_denied` when the role may not read what a partition manager looks after: its
 *   partitions would be taken for the project's
 */
export async function readManaged({ query }: Session): Promise<Managed> {
  const schemas = (await query<{ name: string }>(schemasSql())).map(({ name }) => name);
  const configs = await query<{ schema: string; name: string }>(CONFIG_TABLES);
  const parents: QualifiedName[] = [];
  const tables: QualifiedName[] = [];
  for (const config of configs) {
    for (const { what, schema, name } of await readConfig(query, config)) {
      (what === "parent" ? parents : tables).push({ schema, name });
    }
  }
  return { schemas, parents, tables };
}

// Plans are private to whoever runs migrations.
const HAS_PLANS = "SELECT coalesce(has_table_privilege(to_regclass('lockkeeper.run'), 'SELECT'), false) AS has";

/** Words of steps that make partitions, in the plans of what is in force. */
const AHEAD = `SELECT DISTINCT w.it #>> '{}' AS words
FROM lockkeeper.migration AS m JOIN lockkeeper.run AS r ON r.id = m.run_id,
  jsonb_path_query(r.plan, '$.steps[*].*[*].insteadOf') AS w(it)
WHERE w.it #>> '{}' ~ '^partitions? [{]'`;

/**
 * The tables that Lockkeeper makes partitions of for times to come: which are there is a matter of when migrations ran.
 * None where the role may not read plans.
 */
export async function readKeptAhead({ query }: Session): Promise<readonly StepTable[]> {
  const [plans] = await query<{ has: boolean }>(HAS_PLANS);
  if (plans?.has !== true) return [];
  const found = await query<{ words: string }>(AHEAD);
  if (found.length > 0) await loadParser();
  return found.flatMap(({ words }) => keptAheadByWords(words) ?? []);
}

async function readConfig(
  query: Session["query"],
  config: QualifiedName,
): Promise<readonly { readonly what: string; readonly schema: string; readonly name: string }[]> {
  try {
    return await query(configSql(config));
  } catch (error) {
    if (failureKind(error) !== "permission") throw error;
    throw new LockkeeperError("permission_denied", {
      message: `${quoteQualified(config)} cannot be read, and so it is not known which partitions pg_partman looks after.`,
      notDone: "The schema was not read.",
      action: `Grant SELECT on ${quoteQualified(config)} to the role.`,
      cause: error,
    });
  }
}
