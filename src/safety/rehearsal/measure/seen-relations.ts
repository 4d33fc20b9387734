import type { Effect } from "../../../effects/effect.ts";
import { blocksOf, isAtLeast, type LockMode, strongerLock } from "../../../effects/lock-mode.ts";
import type { Step } from "../../../plan/plan.ts";
import { quoteIdentifier, quoteQualified } from "../../../sql/quote.ts";
import type { Seen, Snapshot } from "../../../trace/observe/snapshot.ts";
import { observedWork } from "../../../trace/observe/works.ts";
import { blocksInWords, statementsOf } from "../../planned-locks.ts";
import type { SeenRelation } from "../rehearsal-report.ts";

/** What was seen of a step from outside. */
export interface StepSight {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Strong locks, as the step's own transaction noted them; names as the server shortens them. */
  readonly locks: readonly { readonly relation: string; readonly mode: LockMode }[];
  /** DEBUG1 and the like, in which the server says what it verifies. */
  readonly notices: readonly string[];
}

/** The weakest lock that is noted: weaker ones are those of anybody's queries. */
const FLOOR: LockMode = "SHARE UPDATE EXCLUSIVE";
/** What has rows or stands for rows, by pg_class.relkind. */
const KINDS: ReadonlySet<string> = new Set(["r", "p", "m", "v"]);

/**
 * Locks and work of a step on what was there before it, with what was foreseen beside them. What the step removes has no
 * lock to be seen behind it, a statement outside a transaction is looked at now and then, and code says beforehand
 * nothing of what it does: there, less than foreseen is no difference.
 */
export function seenRelations(step: Step, { before, after, locks, notices }: StepSight): readonly SeenRelation[] {
  const predicted = predictedOf(step);
  const held = heldOf(locks, before);
  const relations: SeenRelation[] = [];
  for (const seen of before.values()) {
    if (!KINDS.has(seen.kind)) continue;
    const name = `${seen.schema}.${seen.name}`;
    const foreseen = predicted.get(name);
    const relation: SeenRelation = {
      relation: name,
      ...lockOf(foreseen?.lock, held.get(seen.oid), step.kind === "ddl" && after.has(seen.oid)),
      ...worksOf(foreseen?.works ?? [], seen, { before, after, notices }, step),
    };
    if (relation.lock !== undefined || relation.works !== undefined) relations.push(relation);
  }
  return relations;
}

interface Foreseen {
  readonly lock: LockMode | undefined;
  readonly works: readonly string[];
}

function predictedOf(step: Step): ReadonlyMap<string, Foreseen> {
  const found = new Map<string, Foreseen>();
  const effects = statementsOf(step).flatMap(({ effects: all = [] }) => all);
  for (const { relation, on, kind, lock, works, isNew } of effects) {
    if (isNew) continue;
    const { schema, name } = on ?? relation;
    const key = `${schema}.${name}`;
    const known = found.get(key);
    const counts = on === undefined && kind !== "index" && isAtLeast(lock, FLOOR) ? lock : undefined;
    found.set(key, {
      lock:
        known?.lock === undefined || counts === undefined ? (known?.lock ?? counts) : strongerLock(known.lock, counts),
      works: [...new Set([...(known?.works ?? []), ...works.map(asSeen)])].toSorted(),
    });
  }
  return found;
}

/** `scan` and `validate` are one to an observer. */
const asSeen = (work: Effect["works"][number]): string => (work === "scan" || work === "validate" ? "read" : work);

function heldOf(locks: StepSight["locks"], before: Snapshot): ReadonlyMap<number, LockMode> {
  const byName = new Map<string, number>();
  for (const seen of before.values()) {
    byName.set(quoteQualified(seen), seen.oid);
    const bare = quoteIdentifier(seen.name);
    if (!byName.has(bare) || seen.schema === "public") byName.set(bare, seen.oid);
  }
  const held = new Map<number, LockMode>();
  for (const { relation, mode } of locks) {
    const oid = byName.get(relation);
    if (oid === undefined) continue;
    const known = held.get(oid);
    held.set(oid, known === undefined ? mode : strongerLock(known, mode));
  }
  return held;
}

function lockOf(
  predicted: LockMode | undefined,
  observed: LockMode | undefined,
  isComplete: boolean,
): Pick<SeenRelation, "lock" | "blocks"> {
  if (predicted === undefined && observed === undefined) return {};
  const isMore = observed !== undefined && (predicted === undefined || !isAtLeast(predicted, observed));
  const isLess = predicted !== undefined && (observed === undefined || !isAtLeast(observed, predicted));
  const differs = isMore || (isComplete && isLess);
  const lock = { predicted: predicted ?? "none", observed: observed ?? (differs ? "none" : "not seen"), differs };
  const felt = observed ?? predicted;
  return { lock, ...(felt === undefined ? {} : { blocks: blocksInWords(blocksOf(felt)) }) };
}

function worksOf(
  foreseen: readonly string[],
  seen: Seen,
  sight: Pick<StepSight, "before" | "after" | "notices">,
  step: Step,
): Pick<SeenRelation, "works"> {
  const { after } = sight;
  if (seen.kind === "v" || step.kind === "sweep" || !after.has(seen.oid)) return {};
  // Short locks go unseen here.
  const { works, read } = observedWork(seen, sight, true);
  const observed = [...works, ...(read ? ["read"] : [])].toSorted();
  // A rewrite of no rows cannot be seen, and neither can work on a table whose partitions have the rows.
  const isEmpty = seen.bytes === 0 && (after.get(seen.oid)?.bytes ?? 0) === 0;
  const visible = foreseen.filter((work) => !isEmpty || work === "index-build");
  if (observed.length === 0 && visible.length === 0) return {};
  const isMore = observed.some((work) => work === "rewrite" && !foreseen.includes(work));
  return { works: { predicted: visible.join(", "), observed: observed.join(", "), differs: isMore } };
}
