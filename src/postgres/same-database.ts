import type { Session } from "./session.ts";

const IDENTITY = `SELECT oid::text AS database, pg_postmaster_start_time()::text AS started,
  has_function_privilege('pg_control_system()', 'EXECUTE') AS "mayAsk"
FROM pg_database WHERE datname = current_database()`;

/**
 * Whether two sessions are in one database, whatever URLs, poolers or roles led there: the same one of the same cluster, its
 * standbys included. For who may not ask for the cluster, of the same running server.
 */
export async function isSameDatabase(one: Session, other: Session): Promise<boolean> {
  const [here, there] = [await identityOf(one), await identityOf(other)];
  if (here.database !== there.database) return false;
  return here.cluster === undefined || there.cluster === undefined
    ? here.started === there.started
    : here.cluster === there.cluster;
}

async function identityOf({
  query,
}: Session): Promise<{ readonly database: string; readonly started: string; readonly cluster: string | undefined }> {
  const [row] = await query<{ database: string; started: string; mayAsk: boolean }>(IDENTITY);
  const { database = "", started = "", mayAsk = false } = row ?? {};
  const [control] = mayAsk
    ? await query<{ cluster: string }>("SELECT system_identifier::text AS cluster FROM pg_control_system()")
    : [];
  return { database, started, cluster: control?.cluster };
}
