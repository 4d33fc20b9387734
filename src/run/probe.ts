import type { Probe, QualifiedName } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { quoteQualified } from "../sql/quote.ts";

/**
 * What the server shows of a statement that cannot run in a transaction:
 * `none` nothing of it, `half` a leftover that `repair` mends, `busy` another session is at it, `done` its end state,
 * `taken` something else of the name that it would give.
 */
export interface Observation {
  readonly state: "none" | "half" | "busy" | "done" | "taken";
  /** Statements outside a transaction that mend a half state. */
  readonly repair: readonly string[];
  /** Facts kept in the journal from before the statement, to tell our leftovers from those of others. */
  readonly before: readonly string[];
  /** Indexes that it left and that this role may not drop. */
  readonly beyond?: readonly string[];
}

const NONE: Observation = { state: "none", repair: [], before: [] };
const DONE: Observation = { state: "done", repair: [], before: [] };

/** @param before facts from the journal, of the time before the first attempt */
export async function observe(session: Session, probe: Probe, before: readonly string[]): Promise<Observation> {
  switch (probe.kind) {
    case "create-index":
      return await observeIndexBuild(session, probe.index, probe.table);
    case "drop-index":
      return (await relationExists(session, probe.index)) ? NONE : DONE;
    case "reindex":
      return await observeReindex(session, probe, before);
    case "detach-partition":
      return await observeDetach(session, probe.parent, probe.partition);
    case "create-database":
      return (await exists(session, "pg_database", "datname", probe.name)) ? DONE : NONE;
    case "drop-database":
      return (await exists(session, "pg_database", "datname", probe.name)) ? NONE : DONE;
    case "create-tablespace":
      return (await exists(session, "pg_tablespace", "spcname", probe.name)) ? DONE : NONE;
    case "drop-tablespace":
      return (await exists(session, "pg_tablespace", "spcname", probe.name)) ? NONE : DONE;
    case "create-subscription":
      return (await exists(session, "pg_subscription", "subname", probe.name)) ? DONE : NONE;
    case "drop-subscription":
      return (await exists(session, "pg_subscription", "subname", probe.name)) ? NONE : DONE;
    case "repeatable":
    case "none":
      return NONE;
  }
}

async function exists(
  session: Session,
  catalog: "pg_database" | "pg_tablespace" | "pg_subscription",
  column: string,
  name: string,
): Promise<boolean> {
  return (await session.query(`SELECT FROM ${catalog} WHERE ${column} = $1`, [name])).length > 0;
}

async function relationExists(session: Session, name: QualifiedName): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>("SELECT to_regclass($1) IS NOT NULL AS found", [
    quoteQualified(name),
  ]);
  return row?.found === true;
}

// An index stands in the schema of its table. A concurrent build keeps SHARE UPDATE EXCLUSIVE on the table from its first
// to its last transaction; autovacuum takes the same lock, and gives way to us.
const INDEX_BUILD = `SELECT format('%I.%I', n.nspname, c.relname) AS name,
  CASE WHEN i.indexrelid IS NULL THEN 'taken' WHEN i.indisvalid AND i.indisready THEN 'done'
    WHEN EXISTS (SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
      WHERE l.relation = t.oid AND l.locktype = 'relation' AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
        AND l.pid <> pg_backend_pid() AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND a.backend_type <> 'autovacuum worker') THEN 'busy'
    ELSE 'half' END AS state
FROM pg_class AS t
JOIN pg_class AS c ON c.relnamespace = t.relnamespace AND c.relname = $2
LEFT JOIN pg_index AS i ON i.indexrelid = c.oid AND i.indrelid = t.oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE t.oid = to_regclass($1)`;

async function observeIndexBuild(session: Session, index: QualifiedName, table: QualifiedName): Promise<Observation> {
  const [row] = await session.query<Pick<Observation, "state"> & { name: string }>(INDEX_BUILD, [
    quoteQualified(table),
    index.name,
  ]);
  if (row === undefined) {
    return NONE;
  }
  const repair = row.state === "half" || row.state === "busy" ? [`DROP INDEX CONCURRENTLY IF EXISTS ${row.name}`] : [];
  return { ...NONE, state: row.state, repair };
}

/**
 * Transient indexes of REINDEX CONCURRENTLY: documentation of REINDEX, "Rebuilding Indexes Concurrently". Reindexing a
 * table does so to the index of its long values (TOAST) as well. That index is dropped like any other, but only by those
 * who may use the schema `pg_toast`, which owners of tables as a rule may not.
 */
const REINDEX_LEFTOVERS = `SELECT c.oid::text AS oid, format('%I.%I', n.nspname, c.relname) AS name,
  has_schema_privilege(n.oid, 'USAGE') AS reachable
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_class AS t ON t.reltoastrelid = i.indrelid AND n.nspname = 'pg_toast'
CROSS JOIN LATERAL (SELECT coalesce(t.oid, i.indrelid) AS owner, coalesce(t.relnamespace, c.relnamespace) AS namespace) AS f
WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND CASE $1
  WHEN 'index' THEN i.indrelid IN (SELECT x.indrelid FROM unnest(ARRAY(SELECT relid FROM pg_partition_tree(to_regclass($2))) || to_regclass($2)) AS o(oid)
    JOIN pg_index AS x ON x.indexrelid = o.oid)
  WHEN 'table' THEN f.owner = to_regclass($2) OR f.owner IN (SELECT relid FROM pg_partition_tree(to_regclass($2)))
  WHEN 'schema' THEN f.namespace = (SELECT oid FROM pg_namespace WHERE quote_ident(nspname) = $2)
  ELSE true END`;

async function observeReindex(
  session: Session,
  probe: Extract<Probe, { kind: "reindex" }>,
  before: readonly string[],
): Promise<Observation> {
  const found = await session.query<{ oid: string; name: string; reachable: boolean }>(REINDEX_LEFTOVERS, [
    probe.target,
    probe.name === undefined ? "" : quoteQualified(probe.name),
  ]);
  const ours = found.filter(({ oid }) => !before.includes(oid));
  const droppable = ours.filter(({ reachable }) => reachable);
  return {
    state: droppable.length > 0 ? "half" : "none",
    repair: droppable.map(({ name }) => `DROP INDEX CONCURRENTLY IF EXISTS ${name}`),
    before: found.map(({ oid }) => oid),
    beyond: ours.filter(({ reachable }) => !reachable).map(({ name }) => name),
  };
}

async function observeDetach(session: Session, parent: QualifiedName, partition: QualifiedName): Promise<Observation> {
  const [row] = await session.query<{ pending: boolean }>(
    "SELECT inhdetachpending AS pending FROM pg_inherits WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)",
    [quoteQualified(parent), quoteQualified(partition)],
  );
  if (row === undefined) {
    return DONE;
  }
  const finalize = `ALTER TABLE ${quoteQualified(parent)} DETACH PARTITION ${quoteQualified(partition)} FINALIZE`;
  return row.pending ? { ...NONE, state: "half", repair: [finalize] } : NONE;
}
