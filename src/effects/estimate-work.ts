import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import type { KnownSize } from "../catalog/state/relation.ts";
import type { Effect, Work } from "./effect.ts";
import type { Touched } from "./effect-set.ts";
import { RATES } from "./rates.ts";

type Estimate = Pick<Effect, "rows" | "bytes" | "seconds">;

/**
 * Rows, bytes and seconds of the work on one relation. Without work all are 0; without sizes all are left out.
 *
 * @param all everything that the statement touches: the indexes of the table that are locked are those that are made again
 */
export function estimateWork(
  touched: Touched,
  works: Effect["works"],
  all: readonly Touched[],
  state: CatalogState,
): Estimate {
  if (works.length === 0) return { rows: 0, bytes: 0, seconds: 0 };
  const size = measure(state.sizeOf(touched.on ?? touched.relation));
  if (size === undefined) return {};
  const rebuilt = all
    .filter((one) => one === touched || (one.on !== undefined && same(one.on, touched.relation)))
    .filter(({ kind, lock }) => kind === "index" && lock === "ACCESS EXCLUSIVE")
    .map(({ relation }) => relation.name);
  const parts = works.map((work) => costOf(work, size, rebuilt));
  return {
    rows: size.rows,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

const same = (one: QualifiedName, other: QualifiedName): boolean => keyOf(one) === keyOf(other);

interface Size {
  readonly rows: number;
  /** Heap and TOAST. */
  readonly data: number;
  readonly indexes: ReadonlyMap<string, number>;
}

function measure({ from, facts }: KnownSize): Size | undefined {
  if (from === "new") return { rows: 0, data: 0, indexes: new Map() };
  if (facts === undefined) return undefined;
  const { heapBytes, toastBytes, indexes } = facts;
  return {
    // Before the first VACUUM or ANALYZE the server has no figure.
    rows: facts.rows >= 0 ? facts.rows : Math.round(heapBytes / RATES.bytesOfARow),
    data: heapBytes + toastBytes,
    indexes: new Map(indexes.map(({ name, bytes }) => [name, bytes])),
  };
}

function costOf(
  work: Exclude<Work, "none">,
  { rows, data, indexes }: Size,
  rebuilt: readonly string[],
): { readonly bytes: number; readonly seconds: number } {
  const reading = data / RATES.readBytesPerSecond;
  const bytesOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + (indexes.get(name) ?? 0), 0);
  switch (work) {
    case "scan":
      return { bytes: data, seconds: reading + rows / RATES.checkedRowsPerSecond };
    case "validate":
      return { bytes: data, seconds: reading + rows / RATES.validatedRowsPerSecond };
    case "index-build": {
      const bytes = data + rows * RATES.bytesOfAnIndexEntry;
      return { bytes, seconds: reading + rows / RATES.indexedRowsPerSecond };
    }
    case "index-rebuild": {
      const names = rebuilt.length > 0 ? rebuilt : [...indexes.keys()];
      const seconds = names.length * (reading + rows / RATES.indexedRowsPerSecond);
      return { bytes: names.length * data + bytesOf(names), seconds };
    }
    case "rewrite": {
      const names = [...indexes.keys()];
      const seconds = reading + data / RATES.writtenBytesPerSecond + (names.length * rows) / RATES.indexedRowsPerSecond;
      return { bytes: 2 * data + bytesOf(names), seconds };
    }
  }
}
