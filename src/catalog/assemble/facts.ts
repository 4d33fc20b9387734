import type { ColumnFacts, RelationFacts } from "../model/facts.ts";
import { objectId } from "../object-id.ts";
import type { ColumnRow } from "../read/columns.ts";
import type { ColumnStatisticsRow } from "../read/sections/column-statistics.ts";
import { present } from "./present.ts";
import type { RelationParts } from "./relation-parts.ts";
import { byName, bySchemaAndName } from "./sorted.ts";

export function relationFacts(
  relations: readonly RelationParts[],
  statistics: readonly ColumnStatisticsRow[],
  writes: ReadonlyMap<number, number> | undefined,
): RelationFacts[] {
  const columnsOf = new Map(
    statistics.map(({ schema, table, columns }) => [objectId("table", schema, table), columns]),
  );
  return bySchemaAndName(
    relations.flatMap(({ row, schema, columnRows, indexRows }): RelationFacts[] => {
      const { facts } = row;
      if (facts === undefined || facts === null) {
        return [];
      }
      const known = new Map((columnsOf.get(objectId("table", schema, row.name)) ?? []).map((one) => [one[0], one]));
      const indexes = byName(indexRows.map(({ name, bytes }) => ({ name, bytes: Number(bytes ?? 0) })));
      return [
        {
          schema,
          name: row.name,
          rows: facts.rows,
          heapBytes: facts.heap,
          indexBytes: indexes.reduce((sum, { bytes }) => sum + bytes, 0),
          toastBytes: facts.toast,
          deadRows: facts.dead,
          columns: columnRows.map((column) => columnFacts(column, known.get(column.name))),
          indexes,
          ...present({
            lastAnalyze: facts.analyzed,
            lastVacuum: facts.vacuumed,
            writesPerSecond: writes?.get(row.oid),
          }),
        },
      ];
    }),
  );
}

type Statistics = ColumnStatisticsRow["columns"][number];

function columnFacts({ name, has_missing_value: hasMissingValue }: ColumnRow, statistics?: Statistics): ColumnFacts {
  if (statistics === undefined) {
    return { name, hasMissingValue };
  }
  const [, nullFraction, distinct, averageWidth] = statistics;
  return { name, hasMissingValue, nullFraction, distinct, averageWidth };
}
