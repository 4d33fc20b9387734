import type { Journal } from "./journal.ts";

const NONE: ReadonlySet<string> = new Set();

/** Who refers to something, by its key. Changes can be taken back. */
export class Links {
  readonly #sets = new Map<string, Set<string>>();
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Takes over what another one holds; not to be taken back. */
  load(other: Links): void {
    for (const [to, froms] of other.#sets) {
      this.#sets.set(to, new Set(froms));
    }
  }

  /** In the order in which they were added. */
  to(key: string): ReadonlySet<string> {
    return this.#sets.get(key) ?? NONE;
  }

  add(to: string, from: string): void {
    if (!this.to(to).has(from)) {
      this.#add(to, from);
      this.#journal.note(() => this.#remove(to, from));
    }
  }

  remove(to: string, from: string): void {
    if (this.to(to).has(from)) {
      this.#remove(to, from);
      this.#journal.note(() => this.#add(to, from));
    }
  }

  #add(to: string, from: string): void {
    const froms = this.#sets.get(to);
    if (froms === undefined) {
      this.#sets.set(to, new Set([from]));
    } else {
      froms.add(from);
    }
  }

  #remove(to: string, from: string): void {
    const froms = this.#sets.get(to);
    froms?.delete(from);
    if (froms?.size === 0) {
      this.#sets.delete(to);
    }
  }
}
