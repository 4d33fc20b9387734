import type { Journal } from "./journal.ts";

const NONE: ReadonlySet<string> = new Set();

/** Who refers to something, by its key. Changes can be taken back. */
export class Links {
  #sets = new Map<string, Set<string>>();
  /** Another one holds the same sets: whoever changes something first takes a copy. */
  #isShared = false;
  /** The sets that no other one holds. */
  #owned = new Set<Set<string>>();
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Takes over what another one holds; not to be taken back. */
  load(other: Links): void {
    this.#sets = other.#sets;
    this.#isShared = true;
    other.#isShared = true;
    this.#owned = new Set();
    other.#owned = new Set();
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
    this.#own(to).add(from);
  }

  #remove(to: string, from: string): void {
    const froms = this.#own(to);
    froms.delete(from);
    if (froms.size === 0) {
      this.#sets.delete(to);
      this.#owned.delete(froms);
    }
  }

  /** The links to something, for changing. */
  #own(to: string): Set<string> {
    if (this.#isShared) {
      this.#sets = new Map(this.#sets);
      this.#isShared = false;
    }
    const found = this.#sets.get(to);
    if (found !== undefined && this.#owned.has(found)) {
      return found;
    }
    const own = new Set(found);
    this.#sets.set(to, own);
    this.#owned.add(own);
    return own;
  }
}
