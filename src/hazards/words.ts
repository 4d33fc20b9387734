import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Effect } from "../effects/effect.ts";
import { bytesInWords, rowsInWords, secondsInWords } from "../effects/numbers-in-words.ts";

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

/** What there is to say of an effect. */
type SaidEffect = Pick<Effect, "relation" | "lock" | "blocks" | "work" | "seconds">;

/** `blocks reads and writes of orders (14 GB, 62 M rows) for about 4 minutes, while every row is read`. */
export function blockedInWords(effect: SaidEffect, state: CatalogState): string {
  const { reads, writes } = effect.blocks;
  const what = reads && writes ? "reads and writes" : reads ? "reads" : writes ? "writes" : "other changes";
  const relation = sizedRelation(effect.relation, state);
  const time = effect.seconds === undefined || effect.work === "none" ? "" : ` for ${secondsInWords(effect.seconds)},`;
  return `blocks ${what} of ${relation}${time} ${DOING[effect.work]} (${effect.lock})`;
}
