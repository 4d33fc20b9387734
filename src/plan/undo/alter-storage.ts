import { type AlterationUndo, inCatalog } from "./alteration.ts";
import { restoreOptions } from "./options.ts";
import { T_NAME } from "./relation.ts";
import { one, refuseWhen, text, when } from "./sql-text.ts";

/** `ALTER TABLE s.t `, with the word that the relation's kind wants. */
const ALTER = text`ALTER ${"t.kind"} ${T_NAME} `;

const TOAST_OPTIONS = "(SELECT x.reloptions FROM pg_class x WHERE x.oid = t.reltoastrelid)";

export const relationOptions: AlterationUndo = inCatalog(({ command }) =>
  restoreOptions(command.def, ALTER, (namespace) => (namespace === "toast" ? TOAST_OPTIONS : "t.reloptions")),
);

/** No tablespace of its own means the database's. */
export const setTablespace: AlterationUndo = inCatalog(() => [
  one(
    text`${ALTER}SET TABLESPACE ${`(SELECT quote_ident(s.spcname) FROM pg_tablespace s JOIN pg_database d ON d.datname = current_database()
      WHERE s.oid = CASE t.reltablespace WHEN 0 THEN d.dattablespace ELSE t.reltablespace END)`}`,
  ),
]);

export const setAccessMethod: AlterationUndo = inCatalog(() => [
  one(
    text`${ALTER}SET ACCESS METHOD ${"coalesce((SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = t.relam), 'DEFAULT')"}`,
  ),
]);

export const setLogged: AlterationUndo = inCatalog(() => [
  one(text`${ALTER}SET ${"CASE t.relpersistence WHEN 'u' THEN 'UNLOGGED' ELSE 'LOGGED' END"}`),
]);

const CLUSTERED = `(SELECT 'CLUSTER ON ' || quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = t.oid AND i.indisclustered)`;

/** Which index `t` is clustered on. */
export const restoreClustering = one(text`${ALTER}${`coalesce(${CLUSTERED}, 'SET WITHOUT CLUSTER')`}`);

export const clusterOn: AlterationUndo = inCatalog(() => [restoreClustering]);

const IDENTITY_INDEX = `(SELECT quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = t.oid AND i.indisreplident)`;

export const replicaIdentity: AlterationUndo = inCatalog(() => [
  refuseWhen(
    `t.relreplident = 'i' AND ${IDENTITY_INDEX} IS NULL`,
    text`the index that is the replica identity of ${T_NAME} is gone`,
  ),
  one(
    text`${ALTER}REPLICA IDENTITY ${`CASE t.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
      ELSE 'USING INDEX ' || ${IDENTITY_INDEX} END`}`,
  ),
]);

export const rowSecurity: AlterationUndo = inCatalog(() => [
  one(text`${ALTER}${"CASE WHEN t.relrowsecurity THEN 'ENABLE' ELSE 'DISABLE' END"} ROW LEVEL SECURITY`),
]);

export const forceRowSecurity: AlterationUndo = inCatalog(() => [
  one(text`${ALTER}${"CASE WHEN t.relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END"} ROW LEVEL SECURITY`),
]);

export const ofType: AlterationUndo = inCatalog(() => [
  when("t.reloftype = 0", text`${ALTER}NOT OF`),
  when("t.reloftype <> 0", text`${ALTER}OF ${"t.reloftype::regtype"}`),
]);
