import type { Choice } from "./column-choices.ts";

/** Columns that fail together, and how many of their combinations were tried. */
interface Group {
  readonly columns: readonly string[];
  tried: number;
}

/**
 * Looks for a row that a table takes: whenever the server blames columns, their next combination is chosen, and the
 * others stay as they are.
 */
export class RowSearch {
  readonly #choices: Map<string, readonly Choice[]>;
  /** The place in the choices of each column. */
  readonly #chosen = new Map<string, number>();
  /** Where the combinations of a column begin. */
  readonly #first: ReadonlyMap<string, number>;
  #groups: readonly Group[] = [];

  /** @param first what did for the row before */
  constructor(choices: ReadonlyMap<string, readonly Choice[]>, first: ReadonlyMap<string, number> = new Map()) {
    this.#choices = new Map(choices);
    this.#first = first;
    for (const column of choices.keys()) this.#choose(column, 0);
  }

  get chosen(): ReadonlyMap<string, number> {
    return this.#chosen;
  }

  /** Columns with what they are given now. */
  get row(): readonly (readonly [column: string, value: string])[] {
    return [...this.#chosen].flatMap(([column, place]) => {
      const value = this.#choices.get(column)?.[place];
      return value === undefined ? [] : [[column, value] as const];
    });
  }

  /** All that may still be tried for a column. */
  choices(column: string): readonly Choice[] {
    return this.#choices.get(column) ?? [];
  }

  /** Takes out what cannot be had of a type at all. */
  keep(column: string, choices: readonly Choice[]): void {
    this.#choices.set(column, choices);
    this.#choose(column, 0);
    this.#groups = this.#groups.filter(({ columns }) => !columns.includes(column));
  }

  /** @returns false when there is nothing more to try for the columns */
  blame(columns: readonly string[]): boolean {
    const known = columns.filter((column) => this.choices(column).length > 0);
    if (known.length === 0) return false;
    const touching = this.#groups.filter((group) => group.columns.some((column) => known.includes(column)));
    const united = [...new Set([...touching.flatMap((group) => group.columns), ...known])];
    const same = touching.find((group) => group.columns.length === united.length);
    const group = same ?? { columns: united, tried: 0 };
    this.#groups = [...this.#groups.filter((one) => !touching.includes(one)), group];
    group.tried++;
    let rest = group.tried;
    for (const column of group.columns) {
      const { length } = this.choices(column);
      this.#choose(column, rest % length);
      rest = Math.floor(rest / length);
    }
    return rest === 0;
  }

  #choose(column: string, place: number): void {
    const { length } = this.choices(column);
    if (length > 0) this.#chosen.set(column, (place + (this.#first.get(column) ?? 0)) % length);
    else this.#chosen.delete(column);
  }
}
