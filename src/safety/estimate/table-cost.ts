import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { type Cost, cost, together } from "./cost.ts";
import { buildCost, indexSize, readingLog } from "./index-cost.ts";
import { STEP_RATES } from "./rates.ts";
import type { ServerProfile } from "./server-profile.ts";
import { heapBytesOf, logOfInsert } from "./storage.ts";
import { IN_LOG, indexesOf, type TableSize } from "./table-size.ts";

/** Long values are logged in pieces of a quarter of a page, and so is the index that finds them. */
export const TOAST_LOG = 1.04;

/** Reads every row. */
export function scanCost(size: TableSize, server: ServerProfile, rowsPerSecond: number): Cost {
  return cost({
    readBytes: size.heap,
    walBytes: readingLog(size, server),
    seconds: size.heap / STEP_RATES.readBytesPerSecond + size.rows / rowsPerSecond,
  });
}

/** The table and all of its indexes in new files; the old ones go when the transaction ends. */
export function rewriteCost(before: TableSize, after: TableSize, state: CatalogState, server: ServerProfile): Cost {
  const heap = heapBytesOf(before.rows, after.row, after.fillfactor);
  const rewritten: TableSize = { ...after, rows: before.rows, heap };
  const isLogged = after.table.persistence === "permanent";
  const indexes = indexesOf(rewritten).map((index) => buildCost(index, rewritten, state, server));
  const indexBytes = [...before.indexes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const old = before.heap + before.toast + indexBytes;
  const own = cost({
    readBytes: before.heap + before.toast,
    writtenBytes: heap + before.toast,
    walBytes:
      readingLog(before, server) + (isLogged ? before.rows * logOfInsert(after.row) + before.toast * TOAST_LOG : 0),
    growthBytes: heap + before.toast - old,
    besideBytes: old,
    seconds:
      (before.heap + before.toast) / STEP_RATES.readBytesPerSecond +
      (heap + before.toast) / STEP_RATES.writtenBytesPerSecond,
  });
  return together([own, ...indexes]);
}

/** What a table takes once it is written anew. */
export function rewrittenSize(before: TableSize, after: TableSize, state: CatalogState) {
  const heapBytes = heapBytesOf(before.rows, after.row, after.fillfactor);
  const rewritten: TableSize = { ...after, rows: before.rows, heap: heapBytes };
  return {
    rows: before.rows,
    deadRows: 0,
    ...IN_LOG,
    heapBytes,
    toastBytes: before.toast,
    indexes: indexesOf(rewritten).map((index) => ({
      name: index.name,
      bytes: indexSize(index, rewritten, state).bytes,
    })),
  };
}
