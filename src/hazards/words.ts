import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Effect } from "../effects/effect.ts";

/** `14 GB`, `830 MB`, `16 kB`. */
export function bytesInWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${short(bytes / 1024 ** power)} ${units[power]}`;
}

/** `62 M rows`, `1.5 k rows`, `1 row`. */
export function rowsInWords(rows: number): string {
  const [size, unit] = rows >= 1e9 ? [1e9, " G"] : rows >= 1e6 ? [1e6, " M"] : rows >= 1e4 ? [1e3, " k"] : [1, ""];
  return `${short(rows / size)}${unit} ${rows === 1 ? "row" : "rows"}`;
}

/** `about 4 minutes`, `less than a second`. */
export function secondsInWords(seconds: number): string {
  if (seconds < 1) {
    return "less than a second";
  }
  const [count, unit] =
    seconds < 90 ? [seconds, "second"] : seconds < 90 * 60 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const rounded = Math.round(count);
  return `about ${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}

const short = (value: number): string =>
  value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));

/** As people know it: the schema is left out where it is the usual one. */
export const relationInWords = ({
  schema,
  name,
}: {
  readonly schema?: string | undefined;
  readonly name: string;
}): string => (schema === undefined || schema === "public" ? name : `${schema}.${name}`);

/** `orders (14 GB, 62 M rows)`. */
export function sizedRelation(relation: QualifiedName, state: CatalogState): string {
  const { facts } = state.sizeOf(relation);
  if (facts === undefined) {
    return relationInWords(relation);
  }
  const bytes = bytesInWords(facts.heapBytes + facts.toastBytes);
  return `${relationInWords(relation)} (${facts.rows < 0 ? bytes : `${bytes}, ${rowsInWords(facts.rows)}`})`;
}

const DOING: Readonly<Record<Effect["work"], string>> = {
  none: "for a moment",
  scan: "while every row is read",
  validate: "while every row is verified",
  "index-build": "while an index is built",
  "index-rebuild": "while its indexes are built again",
  rewrite: "while the whole table is written again",
};

/** `blocks reads and writes of orders (14 GB, 62 M rows) for about 4 minutes, while every row is read`. */
export function blockedInWords(effect: Effect, state: CatalogState): string {
  const { reads, writes } = effect.blocks;
  const what = reads && writes ? "reads and writes" : reads ? "reads" : writes ? "writes" : "other changes";
  const relation = sizedRelation(effect.relation, state);
  const time = effect.seconds === undefined || effect.work === "none" ? "" : ` for ${secondsInWords(effect.seconds)},`;
  return `blocks ${what} of ${relation}${time} ${DOING[effect.work]} (${effect.lock})`;
}
