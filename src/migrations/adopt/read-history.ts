import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { ForeignLayout } from "../layouts/layout.ts";
import { detectTools, type HistoryPlace } from "./detect-tools.ts";
import type { HistoryRow, HistoryTable, Query, ToolHistory } from "./history.ts";
import { HISTORY_FORMATS } from "./history-formats.ts";

/**
 * Reads what `tool` recorded in this database. The tool's tables are only read.
 *
 * @throws LockkeeperError `history_not_found`; `usage` where several schemas hold a history of the tool
 */
export async function readHistory(query: Query, tool: ForeignLayout, place: HistoryPlace = {}): Promise<ToolHistory> {
  const table = await findTable(query, tool, place);
  const format = HISTORY_FORMATS[tool];
  const stored = await query(format.select(quoteQualified({ schema: table.schema, name: table.table })));
  const rows = stored.map((row, order): HistoryRow => {
    const { key, state, covers, checksum, applied_at: appliedAt } = row;
    return {
      key: format.key === undefined ? String(key) : format.key(String(key)),
      state: state === "failed" ? "failed" : "applied",
      covers: covers === "baseline" ? "baseline" : (format.covers ?? "itself"),
      ...(format.algorithm === undefined || typeof checksum !== "string"
        ? {}
        : { checksum: { algorithm: format.algorithm, value: checksum } }),
      ...(typeof appliedAt === "string" ? { appliedAt } : {}),
      ...(format.ordered ? { order } : {}),
    };
  });
  return { ...table, rows };
}

async function findTable(query: Query, tool: ForeignLayout, place: HistoryPlace): Promise<HistoryTable> {
  const found = (await detectTools(query, place)).filter((table) => table.tool === tool);
  const [only, ...others] = found;
  if (only === undefined) {
    const name = place.table ?? HISTORY_FORMATS[tool].table;
    throw new LockkeeperError("history_not_found", {
      message: `No table ${name} with the columns of ${tool} was found${place.schema === undefined ? "" : ` in the schema ${place.schema}`}.`,
      notDone: "Nothing was read.",
      data: { tool, ...place },
    });
  }
  if (others.length > 0) {
    const schemas = found.map(({ schema }) => schema);
    throw new LockkeeperError("usage", {
      message: `Several schemas hold a history of ${tool}: ${schemas.join(", ")}.`,
      action: "Say which schema is meant.",
      notDone: "Nothing was read.",
      data: { tool, schemas },
    });
  }
  return only;
}
