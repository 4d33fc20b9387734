import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { PartitionsAhead } from "../../migrations/partition-steps.ts";
import { quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { freeName } from "../free-name.ts";
import { contextAfter, type OnlineContext, written } from "../online-context.ts";
import { onlineForm } from "../online-form.ts";
import { brief, joined, type OnlineForm, type Piece, pieces } from "../piece.ts";
import { placeOf, settleIn } from "../rebuild/partitions.ts";
import { type StepTable, stepTable } from "../step-table.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { rangeText } from "./bound-text.ts";
import type { NewPartition } from "./known-partitioning.ts";
import { partitionInvalid } from "./partition-invalid.ts";
import { IN_TIME, momentOf, partitionsFrom, stretches } from "./time-partitions.ts";

/**
 * Partitions for times to come.
 *
 * @throws LockkeeperError `partition_invalid` where the table's name is none
 */
export function aheadForm(step: PartitionsAhead, place: StepPlace): TypedForm {
  const name = stepTable(step.table);
  if (name === undefined) throw partitionInvalid(place.file, `${step.table} is no name of a table`);
  return {
    words: `partitions ${JSON.stringify(step)}`,
    plain: (state) => {
      const found = state === undefined ? undefined : missing(step, name, place, state);
      if (found === undefined || found.partitions.length === 0) return [nothing(step)];
      const on = quoteQualified(found.table);
      return found.partitions.map((one) => `CREATE TABLE ${quoteQualified(one)} PARTITION OF ${on} ${one.bound}`);
    },
    online: (context) => {
      const { table, partitions } = missing(step, name, place, context.state);
      return partitions.length === 0 ? pieces(brief(nothing(step))) : added(table, partitions, context);
    },
  };
}

const nothing = ({ table }: PartitionsAhead): string => `SELECT ${quoteLiteral(`no partition of ${table} is missing`)}`;

/** @throws LockkeeperError `partition_invalid` */
function missing(
  step: PartitionsAhead,
  name: StepTable,
  { file, now }: StepPlace,
  state: CatalogState,
): { readonly table: Table; readonly partitions: readonly NewPartition[] } {
  const table = state.table(name);
  if (table === undefined) throw partitionInvalid(file, `there is no table ${step.table}`);
  const [by] = table.partitioning?.columns ?? [];
  const type = table.columns.find((column) => column.name === by)?.type.text ?? "";
  if (table.partitioning?.strategy !== "range" || table.partitioning.columns.length > 1 || !IN_TIME.test(type)) {
    throw partitionInvalid(file, `${table.name} is not partitioned by range of one column of a time`);
  }
  const ends = state.partitionsOf(table).flatMap(({ name: of, partitionOf }) => {
    const end = endOf(partitionOf?.bound ?? "DEFAULT");
    if (end === "unknown") throw partitionInvalid(file, `where the partition ${of} ends is no moment`);
    return end === undefined ? [] : [end];
  });
  const from = ends.length === 0 ? stretches(step.every).startOf(now) : new Date(Math.max(...ends));
  const partitions = Number.isNaN(from.getTime()) ? [] : partitionsFrom(from, step, { table: table.name, now });
  const taken = new Set<string>();
  return {
    table,
    partitions: partitions.map((range) => {
      const { schema } = table;
      const isTaken = (one: string): boolean => taken.has(one) || state.relation({ schema, name: one }) !== undefined;
      const free = freeName(range.name, isTaken);
      taken.add(free);
      return { schema, name: free, bound: rangeText(range, 1) };
    }),
  };
}

/** In milliseconds; not a number for one without an end, undefined for the default partition. */
function endOf(bound: string): number | "unknown" | undefined {
  if (bound === "DEFAULT") return undefined;
  const end = /TO \((.*)\)\s*$/i.exec(bound)?.[1]?.trim() ?? "";
  if (/^(MAXVALUE|'infinity')$/i.test(end)) return Number.NaN;
  return momentOf(/^'([^']*)'/.exec(end)?.[1] ?? "")?.getTime() ?? "unknown";
}

/**
 * Each is made beside the table and attached, which lets readers and writers of the table through; where a default
 * partition stands, it is proved first that no row of it belongs into the new one.
 */
function added(table: Table, partitions: readonly NewPartition[], context: OnlineContext): OnlineForm {
  const done: Piece[] = [];
  let now = context;
  for (const partition of partitions) {
    const made = create(table, partition, now);
    now = contextAfter(now, made);
    const sql = `ALTER TABLE ${quoteQualified(table)} ATTACH PARTITION ${quoteQualified(partition)} ${partition.bound}`;
    const form = onlineForm(written(sql), now);
    if (form.kind === "refused" || form.kind === "sweep") return form;
    const attached = form.kind === "pieces" ? form.pieces : [brief(sql)];
    now = contextAfter(now, attached);
    done.push(...made, ...attached.map((piece) => (piece.sql === sql ? { ...piece, back: [] } : piece)));
  }
  return pieces(...done);
}

function create(table: Table, partition: NewPartition, { state }: OnlineContext): readonly Piece[] {
  const like = state.partitionsOf(table).findLast(({ kind }) => kind === "ordinary") ?? table;
  const compression = state.major < 14 ? "" : " INCLUDING COMPRESSION";
  const parts = `INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE${compression}`;
  const sql = `CREATE TABLE ${quoteQualified(partition)} (LIKE ${quoteQualified(table)} ${parts})${placeOf(like)}`;
  return [
    { ...brief(sql), back: [{ sql: dropEmpty(table, partition) }] },
    ...settleIn(partition, like, state).map((one): Piece => ({ ...joined(brief(one)), back: [] })),
  ];
}

/** Rows that somebody has written into it have no other partition: then it stays. */
function dropEmpty(table: Table, partition: NewPartition): string {
  const [on, own] = [quoteQualified(table), quoteQualified(partition)];
  return `DO $lockkeeper$
BEGIN
  IF to_regclass(${quoteLiteral(own)}) IS NULL THEN RETURN; END IF;
  LOCK TABLE ONLY ${on} IN ACCESS EXCLUSIVE MODE;
  LOCK TABLE ${own} IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM ${own}) THEN
    RAISE NOTICE '% stays, because it has rows', ${quoteLiteral(own)};
  ELSE
    DROP TABLE ${own};
  END IF;
END
$lockkeeper$`;
}
