import type { RelationKind, StatementEffects } from "../effects/effect.ts";
import { isAtLeast, type LockMode } from "../effects/lock-mode.ts";
import { type Comparison, nameOf } from "./observe/compare.ts";
import type { Snapshot } from "./observe/snapshot.ts";
import type { TracedRelation } from "./trace-report.ts";

const KINDS: Readonly<Record<string, RelationKind>> = {
  c: "composite type",
  f: "foreign table",
  I: "index",
  i: "index",
  m: "materialized view",
  p: "partitioned table",
  r: "table",
  S: "sequence",
  v: "view",
};

/** What is known of how the statement was looked at. */
export interface Sight {
  readonly predicted: StatementEffects;
  readonly before: Snapshot;
  readonly isComplete: boolean;
  /** What the transaction was seen to hold already, by relation and part: it grows. */
  readonly shown: Map<string, string>;
}

/** Comparisons by relation, what was foreseen first, without those that came to nothing and those that earlier statements brought. */
export function relationsOf(comparisons: readonly Comparison[], sight: Sight): readonly TracedRelation[] {
  const { predicted, before, shown } = sight;
  const kinds = new Map([...before.values()].map((seen) => [nameOf(seen), KINDS[seen.kind]]));
  const effects = new Map(predicted.effects.map((effect) => [nameOf(effect.relation), effect]));
  const relations = new Map<string, TracedRelation>();
  for (const comparison of comparisons) {
    const { relation, of, observed } = comparison;
    const key = `${of} ${relation}`;
    const isNews = shown.get(key) !== observed || effects.has(relation);
    shown.set(key, observed);
    const differs = isDifference(comparison, sight);
    if (!differs && (isNothing(comparison) || !isNews)) continue;
    const kind = kinds.get(relation) ?? effects.get(relation)?.kind ?? "table";
    const known = relations.get(relation) ?? { relation, kind };
    relations.set(relation, { ...known, ...part(comparison, differs) });
  }
  const order = [...effects.keys()];
  const place = ({ relation }: TracedRelation): number => {
    const at = order.indexOf(relation);
    return at === -1 ? order.length : at;
  };
  return [...relations.values()].toSorted((one, other) => place(one) - place(other));
}

/** A difference, unless the prediction or the observation owns that it does not cover it. */
export function isDifference(
  { of, predicted, observed }: Comparison,
  { predicted: { unchecked }, isComplete }: Pick<Sight, "predicted" | "isComplete">,
): boolean {
  if (predicted === observed || unchecked.length > 0) return false;
  return isComplete || !mayBeUnseen(of, predicted, observed);
}

/** Whether less was seen than was foreseen, or reading was counted that was the looker's own. */
function mayBeUnseen(of: string, predicted: string, observed: string): boolean {
  if (of === "lock") {
    return observed === "none" || (predicted !== "none" && isAtLeast(predicted as LockMode, observed as LockMode));
  }
  if (of === "blocks") return words(observed).every((word) => words(predicted).includes(word));
  const without = (works: string): string =>
    list(works)
      .filter((work) => work !== "read")
      .join();
  return without(predicted) === without(observed);
}

const isNothing = ({ predicted, observed }: Comparison): boolean =>
  predicted === observed && ["", "none", "nothing"].includes(predicted);

function part({ of, predicted, observed }: Comparison, differs: boolean): Partial<TracedRelation> {
  const sides = { predicted, observed, differs };
  return of === "lock" ? { lock: sides } : of === "blocks" ? { blocks: sides } : { works: sides };
}

const words = (text: string): string[] => (text === "nothing" ? [] : text.split(" and "));
const list = (text: string): string[] => (text === "" ? [] : text.split(", "));
