import type { QualifiedName } from "../catalog/model/names.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import type { MayFail, RelationKind, Role, Work } from "./effect.ts";
import { type LockMode, strongerLock } from "./lock-mode.ts";

/** What is known of a relation's effect while a statement is looked through. */
export interface Touched {
  readonly relation: QualifiedName;
  readonly kind: RelationKind;
  role: Role;
  lock: LockMode;
  readonly works: Set<Exclude<Work, "none">>;
  readonly mayFail: MayFail[];
  /** Of an index: the table whose readers and writers it stops. */
  readonly on?: QualifiedName;
}

/** Gathers what a statement does, relation by relation: locks grow to the strongest, works add up. */
export class EffectSet {
  readonly #touched = new Map<string, Touched>();

  /** Says that the statement locks a relation; the first role said stays. */
  lock(relation: QualifiedName, kind: RelationKind, role: Role, lock: LockMode, on?: QualifiedName): Touched {
    const key = keyOf(relation);
    const before = this.#touched.get(key);
    if (before !== undefined) {
      before.lock = strongerLock(before.lock, lock);
      return before;
    }
    const touched: Touched = {
      relation,
      kind,
      role,
      lock,
      works: new Set(),
      mayFail: [],
      ...(on === undefined ? {} : { on }),
    };
    this.#touched.set(key, touched);
    return touched;
  }

  get(relation: QualifiedName): Touched | undefined {
    return this.#touched.get(keyOf(relation));
  }

  get all(): readonly Touched[] {
    return [...this.#touched.values()];
  }
}
