import type pg from "pg";
import type { TestDatabase } from "./database.ts";
import { whileWriting } from "./while-writing.ts";

/** What a client knows of a row that it wrote. */
export interface Written {
  readonly id: number;
  readonly n: number | null;
  readonly note: string;
}

/** Clients that write at random until they are told to stop, and remember what was committed. */
export interface Writers {
  /** Rows as they must be in the table now, by id. */
  readonly rows: ReadonlyMap<number, Written>;
  /** Messages of statements that failed. */
  readonly errors: readonly string[];
  /** Lets `work` run while the clients write, and a moment longer. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** The names under which the column is written; one is chosen for each statement. */
export type NamesNow = () => readonly string[];

/**
 * Clients of a table `t (id, n, note)`, each with rows of its own: they insert, change the column, change another, put
 * rows under other keys, delete, lock, and take back to savepoints.
 */
export function writersOn(db: TestDatabase, count: number, seed: number, names: NamesNow = () => ["n"]): Writers {
  const rows = new Map<number, Written>();
  const errors: string[] = [];
  const randoms = Array.from({ length: count }, (_, client) => numbers(seed * 31 + client));
  const next = Array.from({ length: count }, (_, client) => 1_000 + client);

  const writeOnce = async (client: pg.Client, own: number): Promise<void> => {
    const random = randoms[own] ?? numbers(own);
    const mine = [...rows.values()].filter(({ id }) => id % count === own);
    const row = mine[random(mine.length)];
    const [name = "n"] = [names()[random(names().length)]];
    const n = random(5) === 0 ? null : random(1_000_000) - 500_000;
    const fresh = (): number => {
      const id = next[own] ?? 0;
      next[own] = id + count;
      return id;
    };
    const kind = row === undefined ? 0 : random(8);
    if (kind <= 1 || row === undefined) {
      const id = fresh();
      await client.query(`INSERT INTO t (id, ${name}, note) VALUES ($1, $2, $3)`, [id, n, `i${id}`]);
      rows.set(id, { id, n, note: `i${id}` });
    } else if (kind === 2 || kind === 3) {
      await client.query(`UPDATE t SET ${name} = $2 WHERE id = $1`, [row.id, n]);
      rows.set(row.id, { ...row, n });
    } else if (kind === 4) {
      await client.query("UPDATE t SET note = note || '+' WHERE id = $1", [row.id]);
      rows.set(row.id, { ...row, note: `${row.note}+` });
    } else if (kind === 5) {
      const id = fresh();
      await client.query("UPDATE t SET id = $2 WHERE id = $1", [row.id, id]);
      rows.delete(row.id);
      rows.set(id, { ...row, id });
    } else if (kind === 6) {
      await client.query("DELETE FROM t WHERE id = $1", [row.id]);
      rows.delete(row.id);
    } else {
      await client.query("BEGIN");
      await client.query("SELECT FROM t WHERE id = $1 FOR UPDATE", [row.id]);
      await client.query("SAVEPOINT s");
      await client.query(`UPDATE t SET ${name} = 1, note = 'lost' WHERE id = $1`, [row.id]);
      await client.query("ROLLBACK TO s");
      await client.query(`UPDATE t SET ${name} = $2 WHERE id = $1`, [row.id, n]);
      await client.query("COMMIT");
      rows.set(row.id, { ...row, n });
    }
  };

  return {
    rows,
    errors,
    during(work) {
      const clients = randoms.map((_, own) => (client: pg.Client) => writeOnce(client, own));
      return whileWriting({ db, clients, afterwards: 40, errors }, work);
    },
  };
}

/** Whole numbers below the one that is given, the same for the same seed (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return below === 0 ? 0 : ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
