import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import { count } from "../../errors/count.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { foreignKeysOf, keyOf, type OfTable, quotedColumn, tablesByName } from "./relations.ts";

const missing: Check = {
  id: "primary-key-missing",
  title: "Every table has a primary key",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    catalog.tables
      .filter(
        ({ kind, persistence, partitionOf }) =>
          kind !== "foreign" && persistence !== "temporary" && partitionOf === undefined,
      )
      .filter(({ constraints }) => !constraints.some(({ type }) => type === "primary key"))
      .map((table) => ({
        object: quoteQualified(table),
        message: `${quoteQualified(table)} has no primary key: its rows cannot be told apart, neither by replicas of its changes nor by comparisons.`,
      })),
};

const withoutIndex: Check = {
  id: "foreign-key-without-index",
  title: "Every foreign key has an index on the side that refers",
  area: "relations",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    foreignKeysOf(catalog)
      .filter(({ part }) => part.enforced)
      .filter(({ table, part }) => !hasIndexFor(table, part))
      .map(({ table, part }) => ({
        object: quoteQualified(table),
        message: `${quoteQualified(table)} has no index on (${part.columns.join(", ")}): each DELETE and each change of a key in ${quoteQualified(part.references)} reads all of it (${part.name}).`,
        fix: `CREATE INDEX CONCURRENTLY ON ${quoteQualified(table)} (${part.columns.map(quoteIdentifier).join(", ")});`,
      })),
};

/** An index that finds the rows of one referenced key: its first columns are those of the key, in whatever order. */
const hasIndexFor = ({ indexes }: Table, { columns }: ForeignKey): boolean =>
  indexes.some(({ keys, predicate, valid, method }) => {
    if (!valid || (method !== "btree" && method !== "hash")) return false;
    if (predicate !== undefined && !columns.some((column) => predicate === `(${quoteIdentifier(column)} IS NOT NULL)`))
      return false;
    const first = keys.slice(0, columns.length).map((key) => ("column" in key ? key.column : undefined));
    return columns.every((column) => first.includes(column));
  });

const typeMismatch: Check = {
  id: "foreign-key-type-mismatch",
  title: "Columns of foreign keys have the types of the columns that they refer to",
  area: "relations",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) => {
    const tables = tablesByName(catalog);
    return foreignKeysOf(catalog).flatMap(({ table, part }) =>
      part.columns.flatMap((name, nth): readonly CheckFinding[] => {
        const other = tables.get(keyOf(part.references));
        const far = part.references.columns[nth];
        const own = typeOf(table, name);
        const theirs = other === undefined || far === undefined ? undefined : typeOf(other, far);
        if (own === undefined || theirs === undefined || own === theirs) return [];
        return [
          {
            object: quotedColumn(table, name),
            message: `${quotedColumn(table, name)} is ${own} and refers to ${quotedColumn(part.references, far ?? "")}, which is ${theirs} (${part.name}).`,
          },
        ];
      }),
    );
  },
};

const typeOf = ({ columns }: Table, column: string): string | undefined =>
  columns.find(({ name }) => name === column)?.type.text;

const orphans: Check = {
  id: "orphans",
  title: "Every row that refers to another finds it",
  area: "relations",
  severity: "critical",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask, sampleRows }) {
    const operators = await equalities(ask);
    const findings: CheckFinding[] = [];
    for (const { table, part } of foreignKeysOf(catalog)) {
      if (part.period) continue;
      const found = await ask<{ n: string; sample: readonly Record<string, unknown>[] | null }>(
        orphansSql(
          { table, part },
          operators.get(JSON.stringify([table.schema, table.name, part.name])) ?? [],
          sampleRows,
        ),
      );
      const rows = Number(found[0]?.n ?? 0);
      if (rows === 0) continue;
      findings.push({
        object: quoteQualified(table),
        message: `${count(rows, "row")} of ${quoteQualified(table)} ${rows === 1 ? "refers" : "refer"} by (${part.columns.join(", ")}) to what is not in ${quoteQualified(part.references)} (${part.name}${part.enforced ? "" : ", not enforced"}${part.validated ? "" : ", not validated"}).`,
        rows,
        sample: found[0]?.sample ?? [],
      });
    }
    return findings;
  },
};

/** The operators that the foreign keys compare by; names alone would find those of other types. */
async function equalities(ask: Parameters<Check["find"]>[0]["ask"]): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await ask<{ schema: string; table: string; name: string; operators: readonly string[] }>(
    `SELECT n.nspname AS schema, r.relname AS table, c.conname AS name,
            ARRAY(SELECT format('OPERATOR(%I.%s)', o_n.nspname, o.oprname)
                    FROM unnest(c.conpfeqop) WITH ORDINALITY AS used(oid, nth)
                    JOIN pg_operator o ON o.oid = used.oid JOIN pg_namespace o_n ON o_n.oid = o.oprnamespace
                   ORDER BY used.nth) AS operators
       FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
      WHERE c.contype = 'f'`,
  );
  return new Map(rows.map(({ schema, table, name, operators }) => [JSON.stringify([schema, table, name]), operators]));
}

/** MATCH SIMPLE: a NULL in any of the columns refers to nothing. */
function orphansSql({ table, part }: OfTable<ForeignKey>, operators: readonly string[], sampleRows: number): string {
  const own = part.columns.map((column) => `c.${quoteIdentifier(column)}`);
  const same = part.references.columns.map(
    (column, nth) => `p.${quoteIdentifier(column)} ${operators[nth] ?? "="} ${own[nth]}`,
  );
  const key = table.constraints.find(({ type }) => type === "primary key")?.columns ?? [];
  const shown = [...new Set([...key, ...part.columns])].map(quoteIdentifier).join(", ");
  const only = table.kind === "partitioned" ? "" : "ONLY ";
  const where = `${own.map((column) => `${column} IS NOT NULL`).join(" AND ")}
      AND NOT EXISTS (SELECT FROM ${quoteQualified(part.references)} AS p WHERE ${same.join(" AND ")})`;
  return `WITH offending AS MATERIALIZED (SELECT ${shown} FROM ${only}${quoteQualified(table)} AS c WHERE ${where})
SELECT (SELECT count(*) FROM offending)::text AS n,
       (SELECT json_agg(to_json(o)) FROM (SELECT * FROM offending LIMIT ${sampleRows}) AS o) AS sample`;
}

export const KEY_CHECKS: readonly Check[] = [missing, withoutIndex, typeMismatch, orphans];
