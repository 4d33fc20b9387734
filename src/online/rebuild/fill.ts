import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { alone, type Piece } from "../piece.ts";
import { logged, replayed, sameKey, settle, unlogged } from "./capture.ts";
import { copiedColumns, type Shadow } from "./shadow.ts";

/** Copies every row. What others have written since, or write meanwhile, is in the log. */
export function copyRows(shadow: Shadow): Piece {
  const { table, fresh, key, ordered } = shadow;
  const columns = copiedColumns(table);
  const names = columns.map(quoteIdentifier);
  const list = names.join(", ");
  const order = ordered ? ` ORDER BY ${key.map(({ name }) => quoteIdentifier(name)).join(", ")}` : "";
  // A row that was copied and then moved to a place further on is met again; one that stands where another was lately is in the log.
  const onConflict = "ON CONFLICT DO NOTHING";
  return {
    ...alone(
      `INSERT INTO ${quoteQualified(fresh)} (${list}) SELECT ${list} FROM ONLY ${quoteQualified(table)}${order} ${onConflict}`,
      "migrate",
    ),
    back: [],
    sweep: {
      table: { schema: table.schema, name: table.name },
      only: true,
      action: { kind: "copy", into: fresh, columns, select: names, onConflict },
      visits: ordered ? "once" : "again",
      ...(ordered ? { key: key.map(({ name }) => name), oneAtATime: true } : {}),
      triggers: "fire",
    },
  };
}

/** Replays what is in the log by then. Nobody loses a row by it, as a DELETE would have it. */
export const replayLog = (shadow: Shadow): Piece => ({
  ...alone(settle(shadow, false), "migrate"),
  back: [],
  sweep: {
    table: shadow.log,
    action: { kind: "delete" },
    where: replayed(shadow),
    visits: "again",
    triggers: "fire",
    oneAtATime: true,
  },
});

/**
 * Goes over both tables for rows that are not the same in both and of which the log says nothing. There are none, since a
 * row and its entry in the log are written together, and are replayed and taken out of it together; unless somebody has
 * switched the triggers off meanwhile. Those get an entry, and are looked for again.
 */
export function compare(shadow: Shadow): readonly Piece[] {
  const { table, fresh, log, key, layout } = shadow;
  const columns = copiedColumns(table).map(quoteIdentifier);
  const of = (alias: string): string => columns.map((name) => `${alias}.${name}`).join(", ");
  const lacks = (other: string, same: string): string =>
    `NOT EXISTS (SELECT FROM ${other} AS b WHERE ${sameKey(shadow, "b", "a")}${same}) AND ${unlogged(shadow, "a")}`;
  const select = key.map(({ name }) => `a.${quoteIdentifier(name)}`);
  const check = (name: QualifiedName, only: boolean, left: string): Piece => ({
    ...alone(
      `INSERT INTO ${quoteQualified(log)} (${logged(shadow).join(", ")}) SELECT ${select.join(", ")} FROM ${only ? "ONLY " : ""}${quoteQualified(name)} AS a WHERE ${left}`,
      "migrate",
    ),
    back: [],
    sweep: {
      table: name,
      ...(only ? { only } : {}),
      alias: "a",
      action: { kind: "copy", into: log, columns: logged(shadow), select },
      where: left,
      left,
      verifiesFirst: true,
      visits: "again",
      triggers: "fire",
    },
  });
  const image = ` AND pg_catalog.record_image_eq(ROW(${of("b")}), ROW(${of("a")}))`;
  return [
    check({ schema: table.schema, name: table.name }, true, lacks(quoteQualified(fresh), image)),
    check(fresh, layout === undefined, lacks(quoteQualified(table), "")),
  ];
}
