import type { Catalog } from "../../catalog/catalog.ts";
import type { Publication } from "../../catalog/model/replication.ts";
import type { Table } from "../../catalog/model/table.ts";
import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Check } from "../check.ts";
import { keyOf, tablesByName } from "./relations.ts";

const withoutIdentity: Check = {
  id: "published-without-identity",
  title: "Rows of published tables can be told apart by subscribers",
  area: "replication",
  severity: "error",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.tables
      .filter((table) => table.kind === "ordinary" && table.persistence === "permanent" && !hasIdentity(table))
      .flatMap((table) => {
        const by = catalog.publications.find((publication) => publishesChangesOf(publication, table, catalog));
        return by === undefined
          ? []
          : [
              {
                object: quoteQualified(table),
                message: `${quoteQualified(table)} is published by ${by.name} and has no replica identity: UPDATE and DELETE of it fail.`,
                fix: `ALTER TABLE ${quoteQualified(table)} ADD PRIMARY KEY (…); or ALTER TABLE ${quoteQualified(table)} REPLICA IDENTITY FULL;`,
              },
            ];
      }),
};

const hasIdentity = ({ replicaIdentity, constraints }: Table): boolean =>
  replicaIdentity === "full" ||
  replicaIdentity === "index" ||
  (replicaIdentity === "default" && constraints.some(({ type }) => type === "primary key"));

function publishesChangesOf(publication: Publication, table: Table, catalog: Catalog): boolean {
  if (!publication.publishes.includes("update") && !publication.publishes.includes("delete")) return false;
  const named = new Set(publication.tables.map(keyOf));
  const tables = tablesByName(catalog);
  for (let one: Table | undefined = table; one !== undefined; ) {
    if (publication.allTables || publication.schemas.includes(one.schema) || named.has(keyOf(one))) return true;
    one = one.partitionOf === undefined ? undefined : tables.get(keyOf(one.partitionOf.parent));
  }
  return false;
}

const slotInactive: Check = {
  id: "slot-inactive",
  title: "Every replication slot is in use",
  area: "replication",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ ask }) {
    const rows = await ask<{ name: string; status: string | null; kept: string | null }>(
      `SELECT slot_name AS name, wal_status AS status,
              pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)::text AS kept
         FROM pg_replication_slots WHERE NOT active AND NOT temporary ORDER BY 1`,
    );
    return rows.map(({ name, status, kept }) => ({
      object: name,
      severity: status === "lost" ? "error" : "warning",
      message:
        status === "lost"
          ? `The replication slot ${name} has lost WAL that its consumer needs: it has to begin anew.`
          : `Nobody reads the replication slot ${name}: the server keeps ${bytesInWords(Math.max(0, Number(kept ?? 0)))} of WAL for it, and more with each write.`,
      fix: `SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}');`,
    }));
  },
};

export const REPLICATION_CHECKS: readonly Check[] = [withoutIdentity, slotInactive];
