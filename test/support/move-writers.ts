import type pg from "pg";
import type { TestDatabase } from "./database.ts";
import { Dice } from "./losses/dice.ts";
import { messageOf, whileWriting } from "./while-writing.ts";

/** Where a client looks for the columns: in `users`, or in the row of `profiles` that belongs to it. */
export type Place = "old" | "new";

/** What a client knows of a row that it wrote. */
export interface User {
  readonly name: string | null;
  readonly age: number | null;
  readonly note: string;
}

export interface MoveWriterOptions {
  readonly db: TestDatabase;
  readonly seed: number;
  /** What `users.name` holds where nobody says anything, and whether it may be nothing. */
  readonly name: { readonly otherwise: string | null; readonly mayBeNull: boolean };
  /** A row of `profiles` goes with the one of `users` by itself. */
  readonly cascades: boolean;
}

export interface MoveWriters {
  readonly rows: ReadonlyMap<number, User>;
  readonly errors: readonly string[];
  /** @param rows whether both rows of a new user come in one transaction; absent: now and then */
  during<T>(places: readonly [Place, ...Place[]], work: () => Promise<T>, rows?: "in one transaction"): Promise<T>;
}

const CLIENTS = 3;
/** Rows below are everybody's, and what they hold is nobody's to know. */
export const FIRST_OWN = 10_000;

const text = (value: string | number | null): string => (value === null ? "NULL" : `'${value}'`);

/** Clients of two tables of which one takes columns of the other over: each has rows of its own, and remembers them. */
export function moveWriters({ db, seed, name, cascades }: MoveWriterOptions): MoveWriters {
  const rows = new Map<number, User>();
  const errors: string[] = [];
  const dice = new Dice(seed);
  const clients = Array.from({ length: CLIENTS }, (_, own) => ({ own, dice: dice.fork(), next: FIRST_OWN + own }));

  /** One that looks for the columns in `profiles` makes the row there where there is none. */
  const change = async (client: pg.Client, place: Place, id: number, set: Partial<User>): Promise<void> => {
    const all = Object.entries(set).map(([column, value]) => [column, text(value)] as const);
    const assigned = all.map(([column, value]) => `${column} = ${value}`).join(", ");
    if (place === "old") {
      await client.query(`UPDATE users SET ${assigned} WHERE id = ${id}`);
      return;
    }
    const { rowCount } = await client.query(`UPDATE profiles SET ${assigned} WHERE user_id = ${id}`);
    if (rowCount === 0) {
      await client.query(
        `INSERT INTO profiles (user_id, ${all.map(([column]) => column).join(", ")}) VALUES (${id}, ${all.map(([, value]) => value).join(", ")})
         ON CONFLICT (user_id) DO UPDATE SET ${assigned}`,
      );
    }
  };

  const writeOnce = async (
    client: pg.Client,
    one: (typeof clients)[number],
    place: Place,
    together: boolean,
  ): Promise<void> => {
    const { dice: own } = one;
    const mine = [...rows.keys()].filter((id) => id % CLIENTS === one.own);
    const id = mine[own.below(mine.length)];
    const row = id === undefined ? undefined : rows.get(id);
    const drawn = name.mayBeNull && own.chance(0.2) ? null : `n${own.below(1_000_000)}`;
    const age = own.chance(0.3) ? null : own.below(100);
    const weights = { insert: 3, both: 2, one: 3, other: 1, key: 1, remove: 1, savepoint: 1, away: 1, shared: 1 };
    const act = own.weighted(weights);
    if (id === undefined || row === undefined || act === "insert") {
      one.next += CLIENTS;
      const isOne = own.chance(0.5) || together;
      if (isOne) await client.query("BEGIN");
      if (place === "old") {
        await client.query(
          `INSERT INTO users (id, note, name, age) VALUES (${one.next}, 'i', ${text(drawn)}, ${text(age)})`,
        );
      } else {
        await client.query(`INSERT INTO users (id, note) VALUES (${one.next}, 'i')`);
        const made = await client.query(
          `INSERT INTO profiles (user_id, name, age) VALUES (${one.next}, ${text(drawn)}, ${text(age)}) RETURNING user_id`,
        );
        if (made.rowCount !== 1) throw new Error("INSERT made no row");
      }
      if (isOne) await client.query("COMMIT");
      // A row of `profiles` without a name takes the one that its user has.
      const named = place === "old" ? drawn : (drawn ?? name.otherwise);
      rows.set(one.next, { note: "i", name: named, age });
      return;
    }
    switch (act) {
      case "both":
        await change(client, place, id, { name: drawn, age });
        rows.set(id, { ...row, name: drawn, age });
        return;
      case "one":
        await change(client, place, id, { age });
        rows.set(id, { ...row, age });
        return;
      case "other":
        await client.query(`UPDATE users SET note = note || '+' WHERE id = ${id}`);
        rows.set(id, { ...row, note: `${row.note}+` });
        return;
      case "key":
        // In the end nothing but the foreign key takes the other row along.
        if (place === "new" && !cascades) return;
        one.next += CLIENTS;
        await client.query(`UPDATE users SET id = ${one.next} WHERE id = ${id}`);
        rows.delete(id);
        rows.set(one.next, row);
        return;
      case "remove":
        await client.query("BEGIN");
        if (place === "new" && !cascades) await client.query(`DELETE FROM profiles WHERE user_id = ${id}`);
        await client.query(`DELETE FROM users WHERE id = ${id}`);
        await client.query("COMMIT");
        rows.delete(id);
        return;
      case "away":
        if (place === "old" || !name.mayBeNull) return;
        await client.query(`DELETE FROM profiles WHERE user_id = ${id}`);
        rows.set(id, { ...row, name: null, age: null });
        return;
      case "shared":
        await change(client, place, 1 + own.below(10), { name: `s${own.below(1000)}`, age });
        return;
      default:
        await client.query("BEGIN");
        await client.query(`SELECT FROM users WHERE id = ${id} FOR UPDATE`);
        await client.query("SAVEPOINT s");
        await change(client, place, id, { name: "lost", age: 1 });
        await client.query("ROLLBACK TO s");
        await change(client, place, id, { name: drawn, age });
        await client.query("COMMIT");
        rows.set(id, { ...row, name: drawn, age });
    }
  };

  return {
    rows,
    errors,
    during(places, work, together) {
      const writing = clients.map((one) => async (client: pg.Client) => {
        const place = one.dice.pick(places);
        try {
          await writeOnce(client, one, place, together !== undefined);
        } catch (error) {
          throw new Error(`${place}: ${messageOf(error)}`, { cause: error });
        }
      });
      return whileWriting({ db, clients: writing, afterwards: 60, errors, told: unlessDeadlock }, work);
    },
  };
}

/** Of two that write one row in both places at a time, one may have to begin again. */
const unlessDeadlock = (error: unknown): string | undefined =>
  ((error as Error).cause as Partial<pg.DatabaseError>).code === "40P01" ? undefined : messageOf(error);
