import type { Journal } from "./journal.ts";

/** A map whose changes can be taken back. Its values are never changed, only replaced. */
export class TrackedMap<V> {
  #values = new Map<string, V>();
  /** Another map holds the same values: whoever changes them first takes a copy. */
  #isShared = false;
  readonly #journal: Journal;
  #changes = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Takes over what another one holds; not to be taken back. */
  load(other: TrackedMap<V>): void {
    this.#values = other.#values;
    this.#changes++;
    this.#isShared = true;
    other.#isShared = true;
  }

  /** Another number after every change: until then what was told from the values holds. */
  get changes(): number {
    return this.#changes;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  values(): Iterable<V> {
    return this.#values.values();
  }

  entries(): Iterable<[string, V]> {
    return this.#values.entries();
  }

  set(key: string, value: V): void {
    const before = this.#values.get(key);
    this.#own().set(key, value);
    this.#journal.note(() => this.#restore(key, before));
  }

  delete(key: string): void {
    const before = this.#values.get(key);
    if (before !== undefined || this.#values.has(key)) {
      this.#own().delete(key);
      this.#journal.note(() => this.#restore(key, before));
    }
  }

  #restore(key: string, value: V | undefined): void {
    if (value === undefined) {
      this.#own().delete(key);
    } else {
      this.#own().set(key, value);
    }
  }

  #own(): Map<string, V> {
    this.#changes++;
    if (this.#isShared) {
      this.#values = new Map(this.#values);
      this.#isShared = false;
    }
    return this.#values;
  }
}
