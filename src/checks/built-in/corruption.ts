import type { Table } from "../../catalog/model/table.ts";
import type { IndexKey, TableIndex } from "../../catalog/model/table-index.ts";
import type { MaterializedView } from "../../catalog/model/view.ts";
import { count } from "../../errors/count.ts";
import { databaseError } from "../../postgres/server-error.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Ask, Check, CheckFinding } from "../check.ts";
import { indexesOf } from "./relations.ts";

/** Where the extension is; undefined where it is not installed. */
async function amcheckSchema(ask: Ask): Promise<string | undefined> {
  const [found] = await ask<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'amcheck'`,
  );
  return found?.schema;
}

const withoutAmcheck = (left: string): readonly CheckFinding[] => [
  {
    severity: "info",
    message: `Not checked: the extension amcheck is not installed, so ${left}.`,
    fix: "CREATE EXTENSION amcheck;",
  },
];

/** Of a relation whose pages are written to the WAL: those of others are gone after a crash anyway. */
const isPermanent = (relation: Table | MaterializedView): boolean =>
  !("persistence" in relation) || relation.persistence === "permanent";

const indexCorrupt: Check = {
  id: "index-corrupt",
  title: "Every B-tree index is sound and has every row of its table (amcheck)",
  area: "indexes",
  severity: "critical",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask }) {
    const amcheck = await amcheckSchema(ask);
    if (amcheck === undefined) return withoutAmcheck("indexes were not compared with their tables");
    const findings: CheckFinding[] = [];
    for (const { relation, index } of indexesOf(catalog)) {
      if (index.method !== "btree" || index.partitioned || !index.valid || !isPermanent(relation)) continue;
      const name = quoteQualified({ schema: relation.schema, name: index.name });
      try {
        await ask(`SELECT ${quoteIdentifier(amcheck)}.bt_index_check(${quoteLiteral(name)}::regclass, true)`);
      } catch (error) {
        // index_corrupted, data_corrupted
        if (!(databaseError(error)?.code ?? "").startsWith("XX")) throw error;
        findings.push({
          object: name,
          message: `The index ${name} of ${quoteQualified(relation)} is damaged: ${error instanceof Error ? error.message : error}.`,
          fix: `REINDEX INDEX CONCURRENTLY ${name};`,
        });
      }
    }
    return findings;
  },
};

const tableCorrupt: Check = {
  id: "table-corrupt",
  title: "The pages of every table can be read (amcheck)",
  area: "data",
  severity: "critical",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask, sampleRows }) {
    const amcheck = await amcheckSchema(ask);
    if (amcheck === undefined) return withoutAmcheck("the pages of tables were not looked through");
    const tables = [
      ...catalog.tables.filter(({ kind }) => kind === "ordinary"),
      ...catalog.materializedViews.filter(({ populated }) => populated),
    ];
    const findings: CheckFinding[] = [];
    for (const table of tables) {
      if (!isPermanent(table) || (table.accessMethod ?? "heap") !== "heap") continue;
      const [row] = await ask<{ n: string; sample: readonly Record<string, unknown>[] | null }>(
        `WITH damaged AS MATERIALIZED (SELECT blkno AS block, offnum AS item, msg AS problem
           FROM ${quoteIdentifier(amcheck)}.verify_heapam(relation => ${quoteLiteral(quoteQualified(table))}::regclass, check_toast => true))
         SELECT (SELECT count(*) FROM damaged)::text AS n,
                (SELECT json_agg(to_json(d)) FROM (SELECT * FROM damaged LIMIT ${sampleRows}) AS d) AS sample`,
      );
      const rows = Number(row?.n ?? 0);
      if (rows === 0) continue;
      findings.push({
        object: quoteQualified(table),
        message: `The pages of ${quoteQualified(table)} are damaged in ${count(rows, "place")}.`,
        fix: "Restore the table from a backup; keep the files of the server as they are until then.",
        rows,
        sample: row?.sample ?? [],
      });
    }
    return findings;
  },
};

const uniqueViolated: Check = {
  id: "unique-violated",
  title: "No unique index stands over the same key twice, also where it was not built to its end",
  area: "data",
  severity: "critical",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask, sampleRows }) {
    const findings: CheckFinding[] = [];
    for (const { relation, index } of indexesOf(catalog)) {
      if (!index.unique || index.partitioned || index.method !== "btree") continue;
      const [row] = await ask<{ n: string; sample: readonly Record<string, unknown>[] | null }>(
        doublesSql(relation, index, sampleRows),
      );
      const rows = Number(row?.n ?? 0);
      if (rows === 0) continue;
      const name = quoteQualified({ schema: relation.schema, name: index.name });
      findings.push({
        object: quoteQualified(relation),
        severity: index.valid ? "critical" : "error",
        message: index.valid
          ? `${count(rows, "row")} of ${quoteQualified(relation)} ${rows === 1 ? "has" : "have"} a key that another row has, although ${name} is unique: the index is damaged.`
          : `${count(rows, "row")} of ${quoteQualified(relation)} ${rows === 1 ? "has" : "have"} a key that another row has: the unique index ${name} cannot be built over them.`,
        fix: index.valid
          ? `Remove the doubles, then REINDEX INDEX CONCURRENTLY ${name};`
          : `Remove the doubles, then build ${name} again.`,
        rows,
        sample: row?.sample ?? [],
      });
    }
    return findings;
  },
};

/** The keys are read from the table, and not in the order of an index that may be wrong. */
function doublesSql(relation: Table | MaterializedView, index: TableIndex, sampleRows: number): string {
  const names = index.keys.map((key, nth) => ("column" in key ? quoteIdentifier(key.column) : `key${nth + 1}`));
  const keys = index.keys.map((key, nth) => `${expressionOf(key)} AS ${names[nth]}`).join(", ");
  const isKey = index.nullsNotDistinct ? "true" : names.map((name) => `${name} IS NOT NULL`).join(" AND ");
  const where = index.predicate === undefined ? "" : ` WHERE ${index.predicate}`;
  return `WITH doubles AS MATERIALIZED (SELECT ${names.join(", ")}, count(*) AS rows
  FROM (SELECT ${keys} FROM ONLY ${quoteQualified(relation)}${where} OFFSET 0) AS keys WHERE ${isKey}
  GROUP BY ${names.join(", ")} HAVING count(*) > 1)
SELECT (SELECT coalesce(sum(rows - 1), 0) FROM doubles)::text AS n,
       (SELECT json_agg(to_json(d)) FROM (SELECT * FROM doubles LIMIT ${sampleRows}) AS d) AS sample`;
}

function expressionOf(key: IndexKey): string {
  const written = "column" in key ? quoteIdentifier(key.column) : `(${key.expression})`;
  return key.collation === undefined ? written : `${written} COLLATE ${quoteQualified(key.collation)}`;
}

export const CORRUPTION_CHECKS: readonly Check[] = [indexCorrupt, tableCorrupt, uniqueViolated];
