/** Remembers how to take changes back, while somebody may want that. */
export class Journal {
  #undo: (() => void)[] = [];
  #open = false;

  get isOpen(): boolean {
    return this.#open;
  }

  /** Where the journal stands; to be given to `rollBackTo`. */
  get mark(): number {
    return this.#undo.length;
  }

  open(): void {
    this.#open = true;
  }

  note(undo: () => void): void {
    if (this.#open) {
      this.#undo.push(undo);
    }
  }

  rollBackTo(mark: number): void {
    while (this.#undo.length > mark) {
      this.#undo.pop()?.();
    }
  }

  /** What was changed stays. */
  close(): void {
    this.#undo = [];
    this.#open = false;
  }
}
