import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Effect, StatementEffects } from "../../effects/effect.ts";
import { blocksOn } from "../../effects/finish-effects.ts";
import { isAtLeast, type LockMode, strongerLock } from "../../effects/lock-mode.ts";
import type { Observation, Probed } from "./observation.ts";
import type { Seen } from "./snapshot.ts";
import { observedWork } from "./works.ts";

/** One thing as it was predicted and as it came. */
export interface Comparison {
  readonly relation: string;
  readonly of: string;
  readonly predicted: string;
  readonly observed: string;
}

/** One thing that was predicted and came otherwise. */
export type Difference = Comparison;

/** Where prediction and observation of a statement that succeeded differ; see `sideBySide`. */
export const compare = (...args: Parameters<typeof sideBySide>): readonly Difference[] =>
  sideBySide(...args).filter(({ predicted, observed }) => predicted !== observed);

/**
 * Prediction and observation of a statement that succeeded: lock, blocks and works of each relation.
 *
 * @param state the catalog before the statement
 * @param readsRows false where the statement is a query itself: which rows it reads is up to the planner, and no work
 */
export function sideBySide(
  predicted: StatementEffects,
  observation: Observation,
  state: CatalogState,
  readsRows: boolean,
): readonly Comparison[] {
  const { before, after, locks, locksBefore, blocked, blockedBefore } = observation;
  const compared: Comparison[] = [];
  const add = (relation: string, of: string, predictedAs: string, observedAs: string): void => {
    compared.push({ relation, of, predicted: predictedAs, observed: observedAs });
  };
  const effects = new Map(predicted.effects.map((effect) => [nameOf(effect.relation), effect]));
  for (const seen of before.values()) {
    const relation = nameOf(seen);
    const effect = effects.get(relation);
    effects.delete(relation);
    const held = strongest(locksBefore.get(seen.oid));
    const weak = seen.kind === "i" || seen.kind === "I" ? "SHARE UPDATE EXCLUSIVE" : "ACCESS SHARE";
    const floor = (mode: LockMode | undefined): string => (mode !== undefined && isAtLeast(mode, weak) ? mode : "none");
    add(relation, "lock", floor(stronger(effect?.lock, held)), floor(strongest(locks.get(seen.oid))));
    const table = blocked.get(seen.oid);
    if (table !== undefined) {
      const blocks = effect?.blocks ?? blocksOn(seen, predicted.effects, state);
      const already = blockedBefore.get(seen.oid);
      add(
        relation,
        "blocks",
        words(
          { reads: blocks.reads || already?.reads === true, writes: blocks.writes || already?.writes === true },
          seen,
        ),
        words(table, seen),
      );
    }
    if (seen.kind === "r" || seen.kind === "p" || seen.kind === "m") {
      const { works, read } = observedWork(seen, observation, locks.has(seen.oid));
      const reads = readsRows && effect?.role !== "source";
      const all = read && reads ? [...works, "read"] : [...works];
      add(relation, "works", judged(predicted.effects, seen, after.get(seen.oid)).join(", "), all.sort().join(", "));
    }
  }
  for (const [relation, { lock }] of effects) add(relation, "lock", lock, "no such relation before the statement");
  return compared;
}

/** The works on a table and on its indexes. A rewrite of no rows cannot be seen. */
const judged = (effects: readonly Effect[], seen: Seen, after: Seen | undefined): readonly string[] => [
  ...new Set(
    effects
      .filter(({ relation, on }) => nameOf(on ?? relation) === nameOf(seen))
      .flatMap(({ works }) => works)
      .filter((work) => work !== "rewrite" || seen.bytes > 0 || (after?.bytes ?? 0) > 0)
      .map((work) => (work === "scan" || work === "validate" ? "read" : work))
      .toSorted(),
  ),
];

export const nameOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  `${schema.replace(/^pg_temp_\d+$/, "pg_temp")}.${name}`;

const words = ({ reads, writes }: Probed, { kind }: Seen): string =>
  [reads ? "reads" : [], writes && kind !== "m" ? "writes" : []].flat().join(" and ") || "nothing";

const stronger = (one: LockMode | undefined, other: LockMode | undefined): LockMode | undefined =>
  one === undefined || other === undefined ? (one ?? other) : strongerLock(one, other);

const strongest = (modes: ReadonlySet<LockMode> | undefined): LockMode | undefined =>
  [...(modes ?? [])].reduce<LockMode | undefined>(stronger, undefined);
