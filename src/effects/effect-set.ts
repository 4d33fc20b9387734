import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { MaterializedView } from "../catalog/model/view.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import type { MayFail, RelationKind, Role, Work } from "./effect.ts";
import { type LockMode, strongerLock } from "./lock-mode.ts";

/** What is known of a relation's effect while a statement is looked through. */
export interface Touched {
  readonly relation: QualifiedName;
  readonly kind: RelationKind;
  role: Role;
  lock: LockMode;
  /** What is done to an index is work of its table, where the statement locks that too. */
  readonly works: Set<Exclude<Work, "none">>;
  readonly mayFail: MayFail[];
  /** Of an index: its table. Who locks the index stops those who use the table too: the planner opens every index. */
  readonly on?: QualifiedName;
  /** How hard an index, or a partition, is locked while tables above still use it; absent: as hard as `lock` says. */
  readonly felt?: LockMode;
}

type LockDetails = Pick<Touched, "on" | "felt">;

/** Gathers what a statement does, relation by relation: locks grow to the strongest, works add up. */
export class EffectSet {
  readonly #touched = new Map<string, Touched>();
  readonly #unchecked: string[] = [];

  /** Says that the statement locks a relation; the first role said stays. */
  lock(relation: QualifiedName, kind: RelationKind, role: Role, lock: LockMode, details: LockDetails = {}): Touched {
    const key = keyOf(relation);
    const before = this.#touched.get(key);
    if (before !== undefined) {
      before.lock = strongerLock(before.lock, lock);
      return before;
    }
    const touched: Touched = {
      relation: { schema: relation.schema, name: relation.name },
      kind,
      role,
      lock,
      works: new Set(),
      mayFail: [],
      ...details,
    };
    this.#touched.set(key, touched);
    return touched;
  }

  lockTable(table: Table, role: Role, lock: LockMode, details: LockDetails = {}): Touched {
    return this.lock(table, kindOfTable(table), role, lock, details);
  }

  /** An index lies in the schema of its relation. */
  lockIndex(
    { schema, name }: Table | MaterializedView,
    index: string,
    lock: LockMode,
    role: Role = "index",
    details: Omit<LockDetails, "on"> = {},
  ): Touched {
    return this.lock({ schema, name: index }, "index", role, lock, { on: { schema, name }, ...details });
  }

  /** Says what could not be looked into, and why. */
  leaveUnchecked(what: string): void {
    if (!this.#unchecked.includes(what)) this.#unchecked.push(what);
  }

  get(relation: QualifiedName): Touched | undefined {
    return this.#touched.get(keyOf(relation));
  }

  get all(): readonly Touched[] {
    return [...this.#touched.values()];
  }

  get unchecked(): readonly string[] {
    return this.#unchecked;
  }
}

const KINDS = { ordinary: "table", partitioned: "partitioned table", foreign: "foreign table" } as const;

const kindOfTable = (table: Table): RelationKind => KINDS[table.kind];
