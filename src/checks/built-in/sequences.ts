import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { SequenceOptions } from "../../catalog/model/sequence.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Ask, Check, CheckFinding } from "../check.ts";
import { quotedColumn } from "./relations.ts";

/** A sequence with the column that it numbers. */
interface Numbering {
  readonly sequence: QualifiedName & SequenceOptions;
  readonly table: Table;
  readonly column: string;
  /** As SQL says it. */
  readonly type: string;
  /** An index gives the column's last value without reading the table. */
  readonly isIndexed: boolean;
}

function numberings({ tables, sequences }: Catalog): readonly Numbering[] {
  const numbering = (table: Table, column: string, sequence: Numbering["sequence"]): Numbering => ({
    sequence,
    table,
    column,
    type: table.columns.find(({ name }) => name === column)?.type.text ?? "bigint",
    isIndexed: table.indexes.some(({ keys: [first], method, predicate, valid }) => {
      const isLed = first !== undefined && "column" in first && first.column === column;
      return isLed && method === "btree" && predicate === undefined && valid;
    }),
  });
  return tables.flatMap((table) => [
    ...table.columns.flatMap(({ name, identity }) =>
      identity === undefined || table.partitionOf !== undefined ? [] : [numbering(table, name, identity.sequence)],
    ),
    ...sequences.flatMap((sequence) =>
      sequence.ownedBy?.schema === table.schema && sequence.ownedBy.table === table.name
        ? [numbering(table, sequence.ownedBy.column, sequence)]
        : [],
    ),
  ]);
}

async function behind(ask: Ask, candidates: readonly Numbering[]): Promise<readonly CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const { sequence, table, column, type } of candidates) {
    if (!INTEGERS.has(type) && !type.startsWith("numeric")) continue;
    const increment = BigInt(sequence.increment);
    const furthest = `${increment > 0n ? "max" : "min"}(${quoteIdentifier(column)})`;
    const [row] = await ask<{ last: string; called: boolean; furthest: string | null }>(
      `SELECT last_value::text AS last, is_called AS called, (SELECT trunc(${furthest})::text FROM ${quoteQualified(table)}) AS furthest
         FROM ${quoteQualified(sequence)}`,
    );
    if (row === undefined || row.furthest === null) continue;
    const next = BigInt(row.last) + (row.called ? increment : 0n);
    const reached = BigInt(row.furthest);
    if (increment > 0n ? next > reached : next < reached) continue;
    const after = reached + increment;
    findings.push({
      object: quoteQualified(sequence),
      message: `The sequence ${quoteQualified(sequence)} gives ${next} next, and ${quotedColumn(table, column)} has ${reached} already.`,
      fix: `SELECT setval('${quoteQualified(sequence).replaceAll("'", "''")}', ${after}, false);`,
    });
  }
  return findings;
}

const INTEGERS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint"]);

const sequenceBehind: Check = {
  id: "sequence-behind",
  title: "Sequences are ahead of the columns that they number",
  area: "sequences",
  severity: "critical",
  depth: "probed",
  phase: "both",
  find: ({ catalog, ask }) =>
    behind(
      ask,
      numberings(catalog).filter(({ isIndexed }) => isIndexed),
    ),
};

const unindexedBehind: Check = {
  id: "sequence-behind-unindexed",
  title: "Sequences are ahead of the columns that they number and that have no index",
  area: "sequences",
  severity: "critical",
  depth: "whole",
  phase: "both",
  find: ({ catalog, ask }) =>
    behind(
      ask,
      numberings(catalog).filter(({ isIndexed }) => !isIndexed),
    ),
};

const LARGEST: Readonly<Record<string, bigint>> = { smallint: 32_767n, integer: 2_147_483_647n };
/** Percent of the numbers that are used up. */
const NEAR = 75;
const VERY_NEAR = 95;

const nearEnd: Check = {
  id: "sequence-near-end",
  title: "Sequences, and the types of the columns that they number, have numbers left",
  area: "sequences",
  severity: "warning",
  depth: "probed",
  phase: "both",
  async find({ catalog, ask }) {
    const findings: CheckFinding[] = [];
    const owned = numberings(catalog);
    const names = new Set(owned.map(({ sequence }) => quoteQualified(sequence)));
    const free = catalog.sequences.filter((sequence) => !names.has(quoteQualified(sequence)));
    for (const { sequence, type, on } of [
      ...owned.map(({ sequence, type, table, column }) => ({ sequence, type, on: quotedColumn(table, column) })),
      ...free.map((sequence) => ({ sequence, type: sequence.type, on: undefined })),
    ]) {
      if (sequence.cycle) continue;
      const [row] = await ask<{ last: string; called: boolean }>(
        `SELECT last_value::text AS last, is_called AS called FROM ${quoteQualified(sequence)}`,
      );
      if (row === undefined || !row.called) continue;
      const used = usedPercent(sequence, BigInt(row.last), LARGEST[type]);
      if (used < NEAR) continue;
      findings.push({
        object: quoteQualified(sequence),
        severity: used >= VERY_NEAR ? "error" : "warning",
        message: `${used} % of the numbers of ${quoteQualified(sequence)} are used${on === undefined ? "" : `, for ${on} (${type})`}.`,
        ...(on !== undefined && type !== "bigint" ? { fix: `Make ${on} a bigint, with its sequence.` } : {}),
      });
    }
    return findings;
  },
};

function usedPercent({ increment, min, max }: SequenceOptions, last: bigint, largest: bigint | undefined): number {
  const [low, high] = [BigInt(min), BigInt(max)];
  if (BigInt(increment) < 0n) return Number(((high - last) * 100n) / (high - low));
  const end = largest !== undefined && largest < high ? largest : high;
  const from = low < 0n ? 0n : low;
  return end <= from ? 100 : Number(((last - from) * 100n) / (end - from));
}

export const SEQUENCE_CHECKS: readonly Check[] = [sequenceBehind, unindexedBehind, nearEnd];
