import type { Kind } from "./kind.ts";

/** A value as a client wrote it, and the type of its column at that moment. */
export interface Written {
  /** For a column that refers: the uid of the row. */
  readonly text: string | null;
  readonly as: string;
}

/** One write of one row, which counts once its transaction is committed. */
export interface Write {
  readonly table: string;
  readonly uid: string;
  /** Of the row behind it: one more than before. */
  readonly ver: number;
  readonly kind: "insert" | "update" | "delete";
  readonly set: Readonly<Record<string, Written>>;
}

/** What a client read under FOR UPDATE. */
export interface Reading {
  readonly table: string;
  readonly uid: string;
  readonly ver: number;
  readonly values: Readonly<Record<string, Written>>;
}

/** Writes of a committed transaction, with the moments of its beginning and its end. */
type Committed = Write & { readonly since: number; readonly until: number };

/** Every version of a row that was ever committed, oldest first. */
export type History = readonly Committed[];

/**
 * What was committed, by row. The writes of one row have numbers, so their order is known whatever the order in which
 * the answers came; what a row holds is never taken from the database.
 */
export class Model {
  readonly readings: Reading[] = [];
  readonly #rows = new Map<string, Map<string, Committed[]>>();
  /** For clients in search of a row; may be gone by now. */
  readonly #uids = new Map<string, string[]>();

  constructor({ tables }: Kind) {
    for (const { name } of tables) {
      this.#rows.set(name, new Map());
      this.#uids.set(name, []);
    }
  }

  uids(table: string): readonly string[] {
    return this.#uids.get(table) ?? [];
  }

  commit(writes: readonly Write[], readings: readonly Reading[], since: number, until: number): void {
    this.readings.push(...readings);
    for (const write of writes) {
      const rows = this.#rows.get(write.table);
      const history = rows?.get(write.uid);
      if (history === undefined) rows?.set(write.uid, [{ ...write, since, until }]);
      else history.push({ ...write, since, until });
      if (write.kind === "insert") this.#uids.get(write.table)?.push(write.uid);
      if (write.kind === "delete") this.#forget(write);
    }
  }

  history(table: string, uid: string): History {
    return this.#rows.get(table)?.get(uid) ?? [];
  }

  histories(table: string): ReadonlyMap<string, History> {
    const rows = this.#rows.get(table) ?? new Map<string, Committed[]>();
    for (const history of rows.values()) history.sort((one, other) => one.ver - other.ver);
    return rows;
  }

  /** Where one write of a row does not follow on another: something was committed that nobody wrote, or was lost. */
  gaps(table: string): readonly string[] {
    return [...this.histories(table)].flatMap(([uid, history]) => {
      const gap = history.findIndex(({ ver }, at) => ver !== at);
      return gap === -1 ? [] : [`${table} ${uid}: its versions go ${history.map(({ ver }) => ver).join(", ")}`];
    });
  }

  #forget({ table, uid }: Write): void {
    const uids = this.#uids.get(table) ?? [];
    const at = uids.indexOf(uid);
    const last = uids.pop();
    if (at !== -1 && last !== undefined && last !== uid) uids[at] = last;
    else if (at === -1 && last !== undefined) uids.push(last);
  }
}

/** The last value that was written to a column, up to a version. */
export function lastWritten(history: History, column: string, upTo = Number.POSITIVE_INFINITY) {
  return history.findLast(({ ver, set }) => ver <= upTo && column in set);
}
