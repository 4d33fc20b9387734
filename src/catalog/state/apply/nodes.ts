import type { RangeVar } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { WrittenName } from "../relation.ts";

/** A list of strings. */
export const stringsOf = (nodes: readonly PgNode[] | undefined): readonly string[] =>
  nodesAs(nodes, "String").map(({ sval }) => sval ?? "");

/** The name that the last two of the parts are; a database's name before them says nothing. */
export const writtenName = (parts: readonly string[]): WrittenName => ({
  schema: parts.at(-2),
  name: parts.at(-1) ?? "",
});

export const nameOfRange = (range: RangeVar | undefined): WrittenName => ({
  schema: range?.schemaname ?? (range?.relpersistence === "t" ? "pg_temp" : undefined),
  name: range?.relname ?? "",
});
