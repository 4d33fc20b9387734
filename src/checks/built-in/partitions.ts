import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Check } from "../check.ts";
import { keyOf, tablesByName } from "./relations.ts";

const unattached: Check = {
  id: "partition-unattached",
  title: "No table looks like a partition that nobody attached",
  area: "structure",
  severity: "info",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.tables
      .filter(({ partitioning }) => partitioning !== undefined)
      .flatMap((parent) =>
        catalog.tables
          .filter((table) => isLikePartition(table, parent))
          .map((table) => ({
            object: quoteQualified(table),
            message: `${quoteQualified(table)} has the columns of ${quoteQualified(parent)} and a name like its partitions, and is none of them: queries of ${quoteQualified(parent)} do not see its rows.`,
          })),
      ),
};

const isLikePartition = (table: Table, parent: Table): boolean =>
  table.kind === "ordinary" &&
  table.partitionOf === undefined &&
  table.inherits.length === 0 &&
  table.schema === parent.schema &&
  table.name.startsWith(`${parent.name}_`) &&
  shapeOf(table) === shapeOf(parent);

const shapeOf = ({ columns }: Table): string =>
  JSON.stringify(columns.map(({ name, type }) => [name, type.text]).toSorted());

const TIMES: ReadonlySet<string> = new Set(["date", "timestamp without time zone", "timestamp with time zone"]);

/** The stretch of one partition, as its bound says it. */
interface Stretch {
  readonly table: Table;
  readonly from: string;
  readonly to: string;
}

const ending: Check = {
  id: "partition-ending",
  title: "Tables that are partitioned by time have a partition ahead",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ catalog, ask }) {
    const stretches = stretchesOf(catalog);
    if (stretches.length === 0) return [];
    const rows = await ask<{ nth: number; ahead: number; width: number }>(
      `SELECT (nth - 1)::int AS nth, extract(epoch FROM until::timestamptz - now())::float8 AS ahead,
              extract(epoch FROM until::timestamptz - since::timestamptz)::float8 AS width
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(since, until, nth)`,
      [stretches.map(({ from }) => from), stretches.map(({ to }) => to)],
    );
    const last = new Map<Table, (typeof rows)[number]>();
    for (const row of rows) {
      const table = stretches[row.nth]?.table;
      if (table !== undefined && row.ahead > (last.get(table)?.ahead ?? -Infinity)) last.set(table, row);
    }
    return [...last]
      .filter(([, { ahead, width }]) => Math.abs(ahead) < width)
      .map(([table, { nth, ahead }]) => ({
        object: quoteQualified(table),
        severity: ahead <= 0 ? ("error" as const) : ("warning" as const),
        message: `The last partition of ${quoteQualified(table)} ${ahead <= 0 ? "ended" : "ends"} at ${stretches[nth]?.to}, and there is no default one: rows from then on are refused.`,
        fix: `CREATE TABLE … PARTITION OF ${quoteQualified(table)} FOR VALUES FROM ('${stretches[nth]?.to}') TO (…);`,
      }));
  },
};

/** Of tables that take no row beyond their partitions: an open end, or a default partition, takes all there are. */
function stretchesOf(catalog: Catalog): readonly Stretch[] {
  const parents = tablesByName(catalog);
  const stretches: Stretch[] = [];
  const open = new Set<Table>();
  for (const { partitionOf } of catalog.tables) {
    const table = partitionOf === undefined ? undefined : parents.get(keyOf(partitionOf.parent));
    if (table === undefined || partitionOf === undefined || !isByTime(table)) continue;
    const [, from, to] = /^FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)$/.exec(partitionOf.bound) ?? [];
    if (from !== undefined && to !== undefined) stretches.push({ table, from, to });
    else if (partitionOf.bound === "DEFAULT" || partitionOf.bound.endsWith("(MAXVALUE)")) open.add(table);
  }
  return stretches.filter(({ table }) => !open.has(table));
}

function isByTime({ partitioning, columns }: Table): boolean {
  const [key, second] = partitioning?.columns ?? [];
  if (partitioning?.strategy !== "range" || second !== undefined) return false;
  return columns.some(({ name, type }) => name === key && TIMES.has(type.text));
}

export const PARTITION_CHECKS: readonly Check[] = [unattached, ending];
