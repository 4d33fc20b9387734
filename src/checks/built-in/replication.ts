import type { Catalog } from "../../catalog/catalog.ts";
import type { Publication } from "../../catalog/model/replication.ts";
import type { Table } from "../../catalog/model/table.ts";
import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { foreignKeysOf, keyOf, tablesByName } from "./relations.ts";

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

const publishesChangesOf = (publication: Publication, table: Table, catalog: Catalog): boolean =>
  (publication.publishes.includes("update") || publication.publishes.includes("delete")) &&
  publishes(publication, table, catalog);

/** By itself, or with the partitioned table that it is a partition of. */
function publishes(publication: Publication, table: Table, catalog: Catalog): boolean {
  const named = new Set(publication.tables.map(keyOf));
  const tables = tablesByName(catalog);
  for (let one: Table | undefined = table; one !== undefined; ) {
    if (publication.allTables || publication.schemas.includes(one.schema) || named.has(keyOf(one))) return true;
    one = one.partitionOf === undefined ? undefined : tables.get(keyOf(one.partitionOf.parent));
  }
  return false;
}

const incomplete: Check = {
  id: "publication-incomplete",
  title: "Published rows go with all of their columns, and with the rows that they refer to",
  area: "replication",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) => [...withoutReferenced(catalog), ...withoutColumns(catalog)],
};

function withoutReferenced(catalog: Catalog): readonly CheckFinding[] {
  const tables = tablesByName(catalog);
  const byAny = (table: Table): boolean =>
    catalog.publications.some((publication) => publishes(publication, table, catalog));
  return foreignKeysOf(catalog).flatMap(({ table, part }) => {
    const other = tables.get(keyOf(part.references));
    if (other === undefined || !byAny(table) || byAny(other)) return [];
    return [
      {
        object: quoteQualified(table),
        message: `${quoteQualified(table)} is published and refers to ${quoteQualified(other)}, which no publication has (${part.name}): its subscribers get rows that refer to nothing.`,
        fix: `ALTER PUBLICATION … ADD TABLE ${quoteQualified(other)};`,
      },
    ];
  });
}

/** Columns that were added later do not come to a list that is there. */
function withoutColumns(catalog: Catalog): readonly CheckFinding[] {
  const tables = tablesByName(catalog);
  return catalog.publications.flatMap((publication) =>
    publication.tables.flatMap((published): readonly CheckFinding[] => {
      const { columns } = published;
      const left = (tables.get(keyOf(published))?.columns ?? [])
        .filter(({ name, generated }) => generated === undefined && columns?.includes(name) === false)
        .map(({ name }) => name);
      if (columns === undefined || left.length === 0) return [];
      return [
        {
          object: quoteQualified(published),
          severity: "info",
          message: `The publication ${publication.name} names columns of ${quoteQualified(published)}, and not ${left.join(", ")}.`,
          fix: `ALTER PUBLICATION ${quoteIdentifier(publication.name)} SET TABLE … with all tables that it has.`,
        },
      ];
    }),
  );
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

export const REPLICATION_CHECKS: readonly Check[] = [withoutIdentity, incomplete, slotInactive];
