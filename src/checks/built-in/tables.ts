import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import { count } from "../../errors/count.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { keepsRows, keyOf } from "./relations.ts";

const unlogged: Check = {
  id: "table-unlogged",
  title: "Every table survives a crash of the server",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.tables
      .filter(({ persistence }) => persistence === "unlogged")
      .map((table) => ({
        object: quoteQualified(table),
        message: `${quoteQualified(table)} is UNLOGGED: a crash empties it, and replicas do not have its rows.`,
        fix: `ALTER TABLE ${quoteQualified(table)} SET LOGGED;`,
      })),
};

const detachPending: Check = {
  id: "partition-detach-pending",
  title: "No partition is half detached",
  area: "structure",
  severity: "error",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.tables.flatMap((table) =>
      table.partitionOf?.detachPending === true
        ? [
            {
              object: quoteQualified(table),
              message: `${quoteQualified(table)} was not detached to the end from ${quoteQualified(table.partitionOf.parent)}: queries no longer see its rows there.`,
              fix: `ALTER TABLE ${quoteQualified(table.partitionOf.parent)} DETACH PARTITION ${quoteQualified(table)} FINALIZE;`,
            },
          ]
        : [],
    ),
};

const defaultPartition: Check = {
  id: "default-partition-rows",
  title: "No row is in a default partition",
  area: "data",
  severity: "warning",
  depth: "probed",
  phase: "both",
  async find({ catalog, ask }) {
    const findings: CheckFinding[] = [];
    for (const table of catalog.tables) {
      if (table.partitionOf?.bound !== "DEFAULT" || table.kind === "foreign") continue;
      if ((await ask(`SELECT FROM ${quoteQualified(table)} LIMIT 1`)).length === 0) continue;
      findings.push({
        object: quoteQualified(table),
        message: `There are rows in the default partition ${quoteQualified(table)}: no partition of ${quoteQualified(table.partitionOf.parent)} is for them, and one that is added reads all of it.`,
      });
    }
    return findings;
  },
};

const duplicates: Check = {
  id: "duplicate-rows",
  title: "No table without a key has the same row twice",
  area: "data",
  severity: "warning",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask }) {
    const findings: CheckFinding[] = [];
    for (const table of catalog.tables) {
      if (!keepsRows(table) || hasKey(table)) continue;
      const [row] = await ask<{ n: string }>(
        `SELECT coalesce(sum(n - 1), 0)::text AS n FROM (SELECT count(*) AS n FROM ONLY ${quoteQualified(table)} AS t GROUP BY t::text HAVING count(*) > 1) AS g`,
      );
      const rows = Number(row?.n ?? 0);
      if (rows === 0) continue;
      findings.push({
        object: quoteQualified(table),
        message: `${count(rows, "row")} of ${quoteQualified(table)} ${rows === 1 ? "is" : "are"} there before, alike in every column.`,
        rows,
      });
    }
    return findings;
  },
};

const hasKey = ({ indexes }: Table): boolean =>
  indexes.some(({ unique, predicate }) => unique && predicate === undefined);

const neverAnalysed: Check = {
  id: "never-analysed",
  title: "The planner knows something of every table with rows",
  area: "statistics",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) => {
    const children = heapBytesBelow(catalog);
    return (catalog.facts.relations ?? [])
      .filter(({ rows }) => rows === -1)
      .filter((facts) => facts.heapBytes + (children.get(keyOf(facts)) ?? 0) > 0)
      .map((facts) => ({
        object: quoteQualified(facts),
        message: `${quoteQualified(facts)} was never analysed: the planner guesses how many rows it has${facts.heapBytes === 0 ? ", and nobody analyses partitioned tables by themselves" : ""}.`,
        fix: `ANALYZE ${quoteQualified(facts)};`,
      }));
  },
};

/** Bytes of the partitions right below each partitioned table. */
function heapBytesBelow({ tables, facts }: Catalog): ReadonlyMap<string, number> {
  const bytes = new Map((facts.relations ?? []).map((one) => [keyOf(one), one.heapBytes]));
  const below = new Map<string, number>();
  for (const table of tables) {
    if (table.partitionOf === undefined) continue;
    const parent = keyOf(table.partitionOf.parent);
    below.set(parent, (below.get(parent) ?? 0) + (bytes.get(keyOf(table)) ?? 0));
  }
  return below;
}

/** Fewer than these are no burden, whatever their share. */
const DEAD_ROWS = 10_000;
const DEAD_SHARE = 0.3;

const dead: Check = {
  id: "dead-rows",
  title: "Dead rows are vacuumed",
  area: "health",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    (catalog.facts.relations ?? [])
      .filter(({ deadRows, rows }) => deadRows > DEAD_ROWS && deadRows > DEAD_SHARE * Math.max(rows, 0))
      .map((facts) => ({
        object: quoteQualified(facts),
        message: `${quoteQualified(facts)} has ${facts.deadRows} dead rows beside about ${Math.max(facts.rows, 0)} live ones.`,
        fix: `VACUUM ${quoteQualified(facts)};`,
      })),
};

export const TABLE_CHECKS: readonly Check[] = [
  unlogged,
  detachPending,
  defaultPartition,
  duplicates,
  neverAnalysed,
  dead,
];
